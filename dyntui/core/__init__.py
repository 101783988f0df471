"""What the faces share: connections, plans, pages, writes, statements, and the words for them."""

"""What can be set of a table, and the requests that set it."""

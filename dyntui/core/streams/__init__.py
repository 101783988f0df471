"""A table's stream followed, and told as lines."""

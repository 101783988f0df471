"""Keys, what is encrypted under them, and sealed items."""

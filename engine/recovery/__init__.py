"""Ways back: files that hold tables as they were, and where these files lie."""

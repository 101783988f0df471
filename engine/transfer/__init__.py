"""In and out: items in the formats of files, and the files themselves."""

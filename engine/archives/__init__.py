"""Archives: files that hold tables as they were, their keys, and where they lie."""

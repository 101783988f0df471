"""A table's past and the ways back to it: timelines, copies, restores, undo."""

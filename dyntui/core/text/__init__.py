"""Values, items, times and charts as text."""

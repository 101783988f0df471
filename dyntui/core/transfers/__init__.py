"""Exports and imports: planned, carried out, told of."""

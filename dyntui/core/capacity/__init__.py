"""Capacity shown and tried: the page on a table, load tests."""

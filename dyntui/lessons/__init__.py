"""Lessons: ideas that people must get right, shown on requests that really run.

A lesson is a function that makes requests on an engine of its own and tells what it sees; faces
draw what it told (`drawing`), and every lesson ends in claims that are checked on the run.
"""

"""The long tests, which no submission waits for: `python -m tests.campaign`."""

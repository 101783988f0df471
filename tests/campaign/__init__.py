"""The long tests: `python -m tests.campaign [NAME ...] [--seconds N] [--list]`.

A campaign is a named function; `registry.py` lists them.
"""

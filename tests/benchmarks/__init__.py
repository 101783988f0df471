"""The measurements: each is a ratio to something measured in the same run, and gates nothing.

`python -m tests.benchmarks` runs them; `registry.py` lists them; docs/benchmarks.md tells what was
reached.
"""

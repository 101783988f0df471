"""Test vectors of item encryption: `python -m tests.vectors FILE…` runs files of their formats."""

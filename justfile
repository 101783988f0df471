# Everything that CI runs, in the environment `.venv`.
check: test lint types imports

# The quick tests.
test:
    .venv/bin/pytest

# Style, without changing anything.
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .

# Types, strict, tests included.
types:
    .venv/bin/mypy

# Which room may import which.
imports:
    .venv/bin/lint-imports

# Put the code into its standard shape.
format:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# The long tests: hundreds of kills, thousands of examples.
campaign *arguments:
    .venv/bin/python -m tests.campaign {{arguments}}

# Ratios against floors measured in the same run.
benchmarks *arguments:
    .venv/bin/python -m tests.benchmarks {{arguments}}

# The pictures of the README and the docs.
screenshots:
    .venv/bin/python -m tests.screenshots

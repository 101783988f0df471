"""Requests whose expressions are refused: E038 to E072, E084, E100, E113 to E120.

The order of the modules is that of the service's checks, more or less.
"""

from __future__ import annotations

from tests.engine.cases import (
    ErrorCase,
    expression_keys,
    expression_maps,
    expression_operands,
    expression_paths,
    expression_texts,
    expression_types,
)

CASES: tuple[ErrorCase, ...] = (
    *expression_maps.CASES,
    *expression_texts.CASES,
    *expression_operands.CASES,
    *expression_types.CASES,
    *expression_paths.CASES,
    *expression_keys.CASES,
)

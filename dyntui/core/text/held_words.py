"""Which texts hold the words that a person filters by."""

from __future__ import annotations


def holds(words: str, text: str) -> bool:
    """Whether a text has each of some words, in any case."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())

"""Patterns of key values, inferred from some of them: `USER#…`, `ORDER#…`, `PROFILE`.

Where one table holds several types of entities, their keys begin with a word that tells the type,
and a separator parts it from the rest. Nothing in DynamoDB says so: what is found here is a guess
by these rules.

- One separator is taken for an attribute: the one before or behind which few words stand often.
- A *label* is a word without digits, one of few (`LABELS_MAX`) in its place, that is in capitals,
  or the only one there, or stands there at least twice as often as there are words. Behind another
  label it must stand so often in any case, and what ends a key behind one is a value.
- A whole key is a label where it is such a word and stands beside others that have a separator, or
  occurs under several partition keys.
- Everything else varies, and is written `…`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SEPARATORS = "#|/:~_-."
LABELS_MAX = 12
VARIES = "…"
_COVERED = 0.5
"""A separator is one if so large a part of the keys that have it have a label."""
_LABEL = re.compile(r"[^\W\d_]+([ _-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """Labels, and None for what varies, with a separator between them."""

    parts: tuple[str | None, ...]
    separator: str = ""

    def __str__(self) -> str:
        return self.separator.join(VARIES if part is None else part for part in self.parts)

    @property
    def prefix(self) -> str:
        """What all keys of the pattern begin with; empty where that varies."""
        labels: list[str] = []
        for part in self.parts:
            if part is None:
                return "".join(label + self.separator for label in labels)
            labels.append(part)
        return self.separator.join(labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels in their order."""
        return tuple(part for part in self.parts if part is not None)


ANY = KeyPattern((None,))


@dataclass(slots=True)
class _Node:
    """Which words are labels at a place, by what stands before it; the rest varies.

    `whole` are those that are labels where the key ends with them.
    """

    labels: dict[str, _Node] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    other: _Node | None = None


class KeyPatterns:
    """The patterns of the values of one key attribute."""

    def __init__(self, samples: Iterable[str]) -> None:
        """Infer them from values: of a partition key each distinct one, of a sort key one for each
        primary key."""
        values = list(samples)
        self.separator = _separator(values)
        split = [self._split(value) for value in values]
        self._root = _node(split, after_label=False, alone=not self.separator)

    def pattern(self, value: str) -> KeyPattern:
        """The pattern of a value."""
        parts: list[str | None] = []
        node: _Node | None = self._root
        words = self._split(value)
        for place, word in enumerate(words):
            last = place == len(words) - 1
            known = node is not None and word in (node.whole if last else node.labels)
            if known:
                parts.append(word)
            elif not parts or parts[-1] is not None:
                parts.append(None)
            if node is not None:
                node = node.labels.get(word) if known else node.other
        return KeyPattern(tuple(parts), self.separator)

    def _split(self, value: str) -> list[str]:
        return value.split(self.separator) if self.separator else [value]


def _separator(values: Sequence[str]) -> str:
    """The character that parts labels from the rest in most values; empty where none does."""
    scores = {mark: _score(values, mark) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: (scores[mark], -SEPARATORS.index(mark)))
    return best if scores[best] else ""


def _score(values: Sequence[str], mark: str) -> int:
    """How many values have a label before or behind a separator."""
    having = [value for value in values if mark in value]
    heads = Counter(value.partition(mark)[0] for value in having)
    tails = Counter(value.rpartition(mark)[2] for value in having)
    found = max(sum(words[word] for word in _labels(words)) for words in (heads, tails))
    return found if found >= _COVERED * len(having) else 0


def _labels(words: Counter[str]) -> list[str]:
    """Which words are labels, where so many of each stand in one place."""
    likely = [word for word in words if _LABEL.fullmatch(word)]
    if not likely or len(likely) > LABELS_MAX:
        return []
    often = _often(words, likely)
    return [word for word in likely if word.isupper() or len(likely) == 1 or often]


def _often(words: Counter[str], some: Sequence[str]) -> bool:
    """Whether some of the words stand there twice on average."""
    return sum(words[word] for word in some) >= 2 * len(some)


def _node(rows: Sequence[Sequence[str]], *, after_label: bool, alone: bool) -> _Node:
    """The labels at the first place of rows of words; `alone`: no key has a separator."""
    node = _Node()
    going_on = [row for row in rows if len(row) > 1]
    ends = Counter(row[0] for row in rows if len(row) == 1)
    words = Counter(row[0] for row in going_on)
    labels = _labels(words)
    if after_label and not _often(words, labels):
        labels = []
    if not after_label:
        whole = _labels(ends)
        if _often(ends, whole) or (not alone and going_on):
            node.whole = frozenset(whole)
    for label in labels:
        below = [row[1:] for row in going_on if row[0] == label]
        node.labels[label] = _node(below, after_label=True, alone=False)
    others = [row[1:] for row in going_on if row[0] not in node.labels]
    if others:
        node.other = _node(others, after_label=False, alone=False)
    return node

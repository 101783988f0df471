"""The service model's documentation, which is HTML, as plain paragraphs."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")
_BREAKS = frozenset({"p", "ul", "ol", "li", "note", "important", "dl", "dt", "dd", "br"})
_SENTENCE_END = re.compile(r"(?<=[\w)])\.(\s|$)")


def paragraphs(html: str) -> list[str]:
    """The paragraphs of a text, each on one line; what stands in a list begins with a dash."""
    from html import unescape

    found: list[str] = []
    current: list[str] = []
    bullet = ""

    def end_paragraph() -> None:
        nonlocal bullet
        text = " ".join(unescape("".join(current)).split())
        if text:
            found.append(bullet + text)
            bullet = ""
        current.clear()

    position = 0
    for tag in _TAG.finditer(html):
        current.append(html[position : tag.start()])
        position = tag.end()
        if tag[2] in _BREAKS:
            end_paragraph()
            if tag[2] == "li":
                bullet = "" if tag[1] else "- "
    current.append(html[position:])
    end_paragraph()
    return found


def first_sentence(html: str) -> str:
    """The first sentence, without its full stop; empty where there is no text."""
    return _SENTENCE_END.split(next(iter(paragraphs(html)), ""), maxsplit=1)[0]

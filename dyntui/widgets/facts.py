"""What is known of something, in the room that is left: the last facts give way, whole ones."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

_BETWEEN = " · "


class Facts(Static):
    """Shows as many facts as fit, from the first on."""

    DEFAULT_CSS = """
    Facts { width: 1fr; padding-left: 1; text-align: right; color: $secondary; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._facts: Sequence[str] = ()

    def tell(self, facts: Sequence[str]) -> None:
        """Show other facts, the most important first."""
        self._facts = facts
        self._fit()

    def on_resize(self) -> None:
        """Show more or fewer of them."""
        self._fit()

    def _fit(self) -> None:
        text = fitting(self._facts, self.content_size.width)
        self.update(Text(text, no_wrap=True), layout=False)


def fitting(facts: Sequence[str], width: int) -> str:
    """As many facts as fit into `width` cells; none where the first one does not."""
    texts = (_BETWEEN.join(facts[:count]) for count in range(len(facts), 0, -1))
    return next((text for text in texts if cell_len(text) <= width), "")

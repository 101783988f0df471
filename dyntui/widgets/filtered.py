"""The filter that every list has: `/` opens it, Enter keeps it, Esc shows all rows again."""

from __future__ import annotations

from abc import abstractmethod

from textual import on
from textual.widget import Widget

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.text.held_words import holds
from dyntui.widgets.quick_filter import QuickFilter

HINT = "of what is listed here"


class Filtered(Widget):
    """A widget or screen with a list of which only the rows are shown that hold some words.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    FILTER_HINT = HINT
    """What the words are about."""
    _words = ""

    @property
    @abstractmethod
    def filtered_list(self) -> Widget:
        """The list, which has the focus once the words are typed."""

    @property
    def below_filter(self) -> Widget:
        """What the line for the words stands above."""
        return self.filtered_list

    @abstractmethod
    def words_changed(self) -> None:
        """Show the rows for which `held` is true."""

    def held(self, text: str) -> bool:
        """Whether a row's text has each of the words, in any case."""
        return holds(self._words, text)

    def action_filter(self) -> None:
        """Let the person type what the rows are to hold."""
        self.query(QuickFilter).remove()
        self.mount(QuickFilter(self._words, self.FILTER_HINT), before=self.below_filter)

    def close_filter(self) -> bool:
        """Show all rows again; whether any were left out."""
        self.query(QuickFilter).remove()
        if not self._words:
            return False
        self._words = ""
        self.words_changed()
        return True

    def none_held(self) -> str:
        """What stands where no row is left."""
        return f"Nothing here holds “{self._words.strip()}”; {key_for('find.close')} shows all."

    @on(QuickFilter.Changed)
    def _words_typed(self, message: QuickFilter.Changed) -> None:
        message.stop()
        if message.words.split() != self._words.split():
            self._words = message.words.strip()
            self.words_changed()

    @on(QuickFilter.Left)
    def _words_left(self, message: QuickFilter.Left) -> None:
        message.stop()
        self.query(QuickFilter).remove()
        if not message.kept:
            self.close_filter()
        self.filtered_list.focus()

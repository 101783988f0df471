"""A first configuration chosen attribute by attribute; `dyntui crypto init` makes the same."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from dyntui.core.crypto_setup import Choices, suggested
from dyntui.core.schema import TableInfo
from engine.client.protocol import Json
from engine.itemcrypto.schema import RESERVED, Action, Schema

ACTION_TEXTS = {
    Action.ENCRYPT_AND_SIGN: "encrypted and signed",
    Action.SIGN_ONLY: "signed, readable",
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: "signed, readable, and in every item",
    Action.DO_NOTHING: "neither: anybody can change it",
}
_CONTEXT = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
_ORDER = tuple(ACTION_TEXTS)


@dataclass(slots=True)
class Wizard:
    """What is chosen so far. `items` are the table's first, as they are stored.

    Raises `engine.itemcrypto.errors.CryptoConfigError`.
    """

    info: TableInfo
    items: Sequence[Json]
    signature: bool = True
    kms_key: str | None = None
    chosen: dict[str, Action] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chosen = dict(self.schema().actions)

    @property
    def names(self) -> list[str]:
        """All attributes, the keys first."""
        return list(self.chosen)

    def why_fixed(self, name: str) -> str:
        """Why an attribute's action is not to be chosen; empty where it is."""
        if name in self.info.key_names:
            return "a key: always signed"
        return ""

    def turn(self, name: str) -> None:
        """Choose the next action for an attribute."""
        if self.why_fixed(name):
            return
        possible = [action for action in _ORDER if self._may(name, action)]
        place = possible.index(self.chosen[name])
        self.chosen[name] = possible[(place + 1) % len(possible)]
        # Keys of the table follow: they are in the context as soon as any attribute is.
        self.chosen |= self.schema().actions

    def _may(self, name: str, action: Action) -> bool:
        """Keys of indexes must stay readable."""
        index_keys = {key for index in self.info.indexes for key in index.key_names}
        return action is not Action.ENCRYPT_AND_SIGN or name not in index_keys

    @property
    def choices(self) -> Choices:
        """What was chosen, as `suggested` takes it."""
        keys = self.info.key_names
        by_action = {
            action: sorted(
                name for name, one in self.chosen.items() if one is action and name not in keys
            )
            for action in Action
        }
        return Choices(
            sign=by_action[Action.SIGN_ONLY],
            context=by_action[_CONTEXT],
            unsigned=by_action[Action.DO_NOTHING],
            signature=self.signature,
            kms_key=self.kms_key,
        )

    def schema(self) -> Schema:
        """The actions as they are written down."""
        return suggested(self.info, self.items, self.choices)

    @property
    def command(self) -> str:
        """The command that does the same."""
        choices = self.choices
        index_keys = {key for index in self.info.indexes for key in index.key_names}
        words = ["dyntui", "crypto", "init", self.info.name]
        for option, names in (
            ("--sign", [name for name in choices.sign if name not in index_keys]),
            ("--context", choices.context),
            ("--unsigned", choices.unsigned),
        ):
            for name in names:
                words += [option, name]
        if not choices.signature:
            words.append("--no-signature")
        if choices.kms_key:
            words += ["--kms-key", choices.kms_key]
        return shlex.join(words)


def is_sealed_already(items: Sequence[Json]) -> bool:
    """Whether any of a table's items has a seal of the current format."""
    return any(name.startswith(RESERVED) for item in items for name in item)

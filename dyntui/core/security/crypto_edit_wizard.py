"""A configuration that is there, changed attribute by attribute as far as `crypto_edit` lets it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dyntui.core.security.crypto_edit import Changes, edit_setup, edited_text
from dyntui.core.security.crypto_wizard import Wizard
from dyntui.core.tables.schema import TableInfo
from engine.itemcrypto.config import load_schema, read_settings
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.schema import SIGNED_PLAIN, Action, Place, Schema

_OPTIONS = {
    Action.ENCRYPT_AND_SIGN: "--encrypt",
    Action.SIGN_ONLY: "--sign",
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: "--context",
    Action.DO_NOTHING: "--unsigned",
}
_CONTEXT = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


@dataclass(slots=True)
class Before:
    """What a configuration says before it is changed."""

    place: Place
    actions: Mapping[str, Action]
    bits: Mapping[str, int]
    signature: bool


@dataclass(slots=True)
class EditWizard(Wizard):
    """See `Wizard`; `before` is what the configuration says, `items` are none."""

    before: Before = field(kw_only=True)

    def __post_init__(self) -> None:
        self.chosen = dict(self.before.actions)
        self.beacons = dict(self.before.bits)
        self.signature = self.before.signature

    def possible(self, name: str) -> list[Action]:
        """What can be chosen: what is signed stays so, and what is not."""
        if self.before.place.is_unsigned(name):
            return [Action.DO_NOTHING]
        return [one for one in Wizard.possible(self, name) if one is not Action.DO_NOTHING]

    def schema(self) -> Schema:
        """The actions as they are written down."""
        place = self.before.place
        actions = dict(self.chosen)
        keys_in_context = any(
            action is _CONTEXT for name, action in actions.items() if name not in place.key_names
        )
        actions |= dict.fromkeys(place.key_names, _CONTEXT if keys_in_context else SIGNED_PLAIN[0])
        return Schema(place, actions, any_names=True)

    @property
    def changes(self) -> Changes:
        """What was changed."""
        keys = self.before.place.key_names
        actions = {
            name: action
            for name, action in self.chosen.items()
            if name not in keys and self.before.actions.get(name) is not action
        }
        names = {*self.beacons, *self.before.bits}
        bits = {
            name: self.beacons.get(name, 0)
            for name in sorted(names)
            if self.beacons.get(name) != self.before.bits.get(name)
        }
        signature = None if self.signature == self.before.signature else self.signature
        return Changes(actions, bits, signature)

    @property
    def command(self) -> str:
        """The command that does the same."""
        changes = self.changes
        words = ["dyntui", "crypto", "edit", self.info.name]
        for name, action in changes.actions.items():
            words += [_OPTIONS[action], name]
        for name, bits in changes.bits.items():
            words += ["--beacon", f"{name}={bits}"]
        if changes.signature is not None:
            words.append("--signature" if changes.signature else "--no-signature")
        return shlex.join(words)

    def text(self, path: Path) -> str:
        """What is written into the configuration."""
        return edited_text(path, self.info, self.changes)

    def write(self, path: Path) -> list[Path]:
        """Write it; gives the files."""
        if self.changes == Changes():
            raise CryptoConfigError("Nothing is changed yet: Space and b change an attribute.")
        return edit_setup(path, self.info, self.changes)


def edit_wizard(path: Path, info: TableInfo) -> EditWizard:
    """The configuration of a table as it is; raises CryptoConfigError."""
    schema, settings = load_schema(path), read_settings(path)
    actions = dict(schema.actions)
    actions |= dict.fromkeys(sorted(schema.place.unsigned), Action.DO_NOTHING)
    bits = settings.get("beacons", {}).get("bits", {})
    before = Before(schema.place, actions, bits, settings.get("signature", True))
    return EditWizard(info, [], before=before)

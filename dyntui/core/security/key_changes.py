"""Changes of the key store, as a form asks for them: fields, what is to be typed, the command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.security.overview import name_of
from dyntui.core.text.amounts import counted
from engine.client.keys import DELETION_DAYS_MAX, DELETION_DAYS_MIN, KeyInfo, KeyTools
from engine.errors import FolderError
from engine.security.errors import KeyStoreError, KeyValidationException

Values = Mapping[str, str]
ALIAS_PREFIX = "alias/"


class KeysUnavailableError(KeyStoreError):
    """The key store cannot be opened."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: `label` stands before it, `start` in it; `hint` where it is empty."""

    name: str
    label: str
    start: str = ""
    hint: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A change. `typed` is what a person types out before it is done, empty where nothing is.

    `apply` does it and gives what to say; it raises `engine.errors.ApiError`. `commands` are the
    commands that do the same, for what is in the fields.
    """

    title: str
    about: str
    verb: str
    apply: Callable[[KeyTools, Values], str]
    commands: Callable[[Values], list[list[str]]]
    fields: tuple[Field, ...] = ()
    typed: str = ""

    @property
    def is_grave(self) -> bool:
        """Whether something becomes unreadable by it."""
        return bool(self.typed)

    def command(self, values: Values) -> str:
        """The command that does the same, or several, one a line."""
        return "\n".join(shlex.join(["dyntui", "keys", *each]) for each in self.commands(values))

    def run(self, keys: KeyTools, values: Values) -> str:
        """Do it; gives what to say. Raises `engine.errors.ApiError`."""
        try:
            return self.apply(keys, values)
        except FolderError as error:
            raise KeysUnavailableError(str(error)) from error


def alias_name(text: str) -> str:
    """The name of an alias, which may be given without its beginning."""
    return text if text.startswith(ALIAS_PREFIX) else ALIAS_PREFIX + text


def creation() -> KeyChange:
    """A new customer managed key."""

    def apply(keys: KeyTools, values: Values) -> str:
        alias = values["alias"].strip()
        made = keys.create(values["description"].strip(), alias_name(alias) if alias else None)
        return f"made {name_of(made)}"

    def commands(values: Values) -> list[list[str]]:
        command = ["create"]
        if values["alias"].strip():
            command += ["--alias", alias_name(values["alias"].strip())]
        if values["description"].strip():
            command += ["--description", values["description"].strip()]
        return [command]

    return KeyChange(
        "Create a key",
        "A customer managed key: tables are put under it, and items sealed.",
        "Create",
        apply,
        commands,
        (
            Field("alias", "Alias", hint="orders; it may have none"),
            Field("description", "Description", hint="what it is for"),
        ),
    )


def aliasing(key: KeyInfo) -> KeyChange:
    """Another name for a key, or one less."""

    def apply(keys: KeyTools, values: Values) -> str:
        new, old = values["new"].strip(), values["old"].strip()
        if not new and not old:
            raise KeyValidationException("Which alias is to be given, or taken away?")
        if new:
            keys.create_alias(alias_name(new), key.key_id)
        if old:
            keys.delete_alias(alias_name(old))
        return " · ".join(
            [*([f"gave {alias_name(new)}"] if new else []), *([f"took {old} away"] if old else [])]
        )

    def commands(values: Values) -> list[list[str]]:
        new, old = values["new"].strip(), values["old"].strip()
        made = [["alias", "create", alias_name(new), key.key_id]] if new else []
        return made + ([["alias", "delete", alias_name(old)]] if old else [])

    fields = [Field("new", "New alias", hint="orders")]
    fields.append(Field("old", "Take away", hint=", ".join(key.aliases) or "it has none"))
    return KeyChange(
        f"Aliases · {name_of(key)}",
        "An alias names the key in requests and configurations. Configurations that name it by an "
        "alias that is taken away open nothing any more; tables go on.",
        "Change",
        apply,
        commands,
        tuple(fields),
    )


def disabling(key: KeyInfo, loss: str) -> KeyChange:
    """A key that is not to be used until it is enabled again; `loss` is what depends on it."""
    return _plain(
        key,
        "Disable",
        f"Until it is enabled again, nobody reads: {loss}.",
        "disable",
        lambda keys: keys.disable(key.key_id),
        typed=name_of(key),
    )


def enabling(key: KeyInfo) -> KeyChange:
    """A key that may be used again."""
    return _plain(
        key,
        "Enable",
        "What is under it can be read and written again.",
        "enable",
        lambda keys: keys.enable(key.key_id),
    )


def cancelling(key: KeyInfo) -> KeyChange:
    """A key that stays after all."""
    return _plain(
        key,
        "Keep",
        with_keys("It is not deleted. It is disabled then: {keys.able} enables it."),
        "cancel-deletion",
        lambda keys: keys.cancel_deletion(key.key_id),
    )


def rotation(key: KeyInfo) -> KeyChange:
    """New material for a key."""
    return _plain(
        key,
        "Rotate",
        "New material encrypts from now on. The old material stays, and opens what it encrypted.",
        "rotate",
        lambda keys: keys.rotate(key.key_id),
    )


def deletion(key: KeyInfo, loss: str) -> KeyChange:
    """A key that will be deleted; `loss` is what depends on it."""

    def days_of(values: Values) -> int:
        text = values["days"].strip()
        if not text.isdecimal() or not DELETION_DAYS_MIN <= int(text) <= DELETION_DAYS_MAX:
            raise KeyValidationException(
                f"{text or 'Nothing'} is no number of days from {DELETION_DAYS_MIN} to "
                f"{DELETION_DAYS_MAX}."
            )
        return int(text)

    def apply(keys: KeyTools, values: Values) -> str:
        days = days_of(values)
        keys.schedule_deletion(key.key_id, days)
        keep = key_for("keys.delete")
        return (
            f"{name_of(key)} will be deleted in {counted(days, 'day')}; until then {keep} keeps it"
        )

    return KeyChange(
        f"Delete · {name_of(key)}",
        f"From now on nobody reads, and once the days are over nobody ever will: {loss}.",
        "Delete",
        apply,
        lambda values: [
            ["schedule-deletion", name_of(key), "--days", values["days"].strip() or "…"]
        ],
        (Field("days", "Days from now", str(DELETION_DAYS_MAX), "7 to 30"),),
        typed=name_of(key),
    )


def unlocking() -> KeyChange:
    """The passphrase that opens the key store of a folder."""

    def apply(keys: KeyTools, values: Values) -> str:
        keys.unlock(values["passphrase"])
        return "the keys are open until the app ends"

    return KeyChange(
        "Unlock the keys",
        "The master key of this folder is derived from a passphrase.",
        "Unlock",
        apply,
        lambda _: [["list"]],
        (Field("passphrase", "Passphrase", is_secret=True),),
    )


def _plain(
    key: KeyInfo, word: str, about: str, verb: str, act: Callable[[KeyTools], None], typed: str = ""
) -> KeyChange:
    """A change without fields."""
    past = {"Keep": "kept"}.get(word, f"{word.lower().removesuffix('e')}ed")

    def apply(keys: KeyTools, _: Values) -> str:
        act(keys)
        return f"{past} {name_of(key)}"

    return KeyChange(
        f"{word} · {name_of(key)}",
        about,
        word,
        apply,
        lambda _: [[verb, name_of(key)]],
        typed=typed,
    )

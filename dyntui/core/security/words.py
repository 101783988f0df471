"""Keys, and what is encrypted under them, in words. A state is a mark and a word, never a colour
alone."""

from __future__ import annotations

from collections.abc import Iterable

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.security.overview import USABLE, Security, TableSecurity, name_of
from dyntui.core.text.amounts import counted
from dyntui.core.text.time_words import ago_text, words_text
from engine.client.keys import KeyInfo

_SECOND = 1_000_000
_DAY_S = 86_400
NO_KEYS = (
    "No key was made yet: {keys.create} makes one. Tables are under the key of the folder "
    "until they are "
    "switched to another, and items are sealed under keys of files or of this store."
)
NO_TABLES = "There is no table yet: {tables.create} on the list of tables makes one."
LOCKED = "The keys are locked by a passphrase: {keys.unlock} asks for it."
MASTER_TEXTS = {
    "file": "in keys/master.key, copied with the folder",
    "passphrase": "derived from a passphrase",
    "environment": "in DYNTUI_MASTER_KEY",
    "keyring": "in the operating system's keyring",
    "memory": "in memory, for this session",
}
"""Where the master key comes from; see `KeyTools.protect`."""


def key_mark(key: KeyInfo) -> str:
    """A symbol for a key's state."""
    return {"Enabled": "✓", "Disabled": "✗", "PendingDeletion": "▲"}[key.state]


def key_state(key: KeyInfo, now_s: float) -> str:
    """A key's state, with the time that it has left."""
    if key.deletion_us is None:
        return {"Enabled": "enabled", "Disabled": "disabled"}.get(key.state, key.state)
    days = max(0, round((key.deletion_us / _SECOND - now_s) / _DAY_S))
    return "to be deleted within a day" if days < 1 else f"to be deleted in {counted(days, 'day')}"


def key_kind(key: KeyInfo) -> str:
    """Who looks after a key."""
    return "AWS managed" if key.manager == "AWS" else "customer managed"


def key_line(key: KeyInfo, security: Security, now_s: float) -> str:
    """What is known of a key, in a line."""
    users = len(security.users(key)) + len(security.sealers(key))
    parts = [key_kind(key), key_state(key, now_s)]
    parts.append(f"used by {counted(users, 'table')}" if users else "used by no table")
    if key.rotated_us:
        parts.append(f"rotated {_ago(key.rotated_us[-1], now_s)}")
    else:
        parts.append(f"made {_ago(key.created_us, now_s)}")
    return " · ".join(parts)


def key_details(key: KeyInfo, security: Security, now_s: float) -> str:
    """All that is known of a key."""
    rows = [
        ("state", f"{key_mark(key)} {key_state(key, now_s)}{_state_hint(key)}"),
        ("kind", key_kind(key)),
        ("id", key.key_id),
        ("arn", key.arn),
        ("aliases", ", ".join(key.aliases) or f"none: {key_for('keys.alias')} gives one"),
        ("description", key.description),
        ("made", _time(key.created_us)),
        ("rotated", ", ".join(map(_time, key.rotated_us)) or "never"),
        ("deleted", "" if key.deletion_us is None else _time(key.deletion_us)),
        ("tables under it", ", ".join(security.users(key)) or "none"),
        ("items sealed", ", ".join(security.sealers(key)) or "none that is known of here"),
    ]
    return _columns(rows)


def _state_hint(key: KeyInfo) -> str:
    if key.deletion_us is not None:
        return f": nothing under it can be read; {key_for('keys.delete')} keeps it"
    if key.state == USABLE:
        return ""
    return f": nothing under it can be read; {key_for('keys.able')} enables it"


def loss_of(key: KeyInfo, security: Security) -> str:
    """What can no longer be read once a key is of no use."""
    users, sealers = security.users(key), security.sealers(key)
    lost = []
    if users:
        lost.append(f"{_named('table', users)} as a whole")
    if sealers:
        lost.append(f"the sealed items of {', '.join(sealers)}")
    lost.append("whatever else was encrypted under it, backups among it")
    return "; ".join(lost)


def table_mark(table: TableSecurity) -> str:
    """A symbol for the state of a table's encryption."""
    if table.is_inaccessible:
        return "✗"
    return "●" if table.is_switching else "✓"


def table_line(table: TableSecurity) -> str:
    """A table's encryption, in a line."""
    return f"{_at_rest(table)} · {_client_side(table)}"


def _at_rest(table: TableSecurity) -> str:
    if table.is_archived:
        return f"archived: its key {table.key_name} was of no use for seven days"
    if table.is_inaccessible:
        return f"cannot be read: its key {table.key_name} is not to be used"
    text = f"{table.owner} key" + (f" {table.key_name}" if table.key_arn is not None else "")
    if not table.is_switching:
        return text
    switch = table.switch
    if switch is None:
        return f"switched ({table.status}) to the {text}"
    return f"{switch.done:,} of {switch.total:,} values switched to the {text}"


def _client_side(table: TableSecurity) -> str:
    if table.config is None:
        return "items not sealed here"
    if table.config.problem:
        return f"✗ {table.config.path.name} cannot be used"
    return f"▣ items sealed: {', '.join(table.config.keyrings)}"


def table_details(table: TableSecurity) -> str:
    """All that is known of a table's encryption."""
    rows = [
        ("at rest", f"{table_mark(table)} {_at_rest(table)}"),
        ("status", f"{table.info.status} · encryption {table.status}"),
        ("key", table.key_arn or "the folder's, or AWS's own: it is not in the key store"),
    ]
    if table.switch is not None and table.at_rest is not None:
        rows.append(("key before", table.at_rest.arn or "the AWS owned key"))
    if table.denied is not None:
        rows.append(("why", table.denied))
    if table.is_inaccessible:
        rows.append(("way out", way_out(table)))
    config = table.config
    if config is None:
        missing = f"no {table.info.name}.crypto.toml here"
        rows.append(("client side", f"{missing}: {key_for('sealing.setup')} sets it up"))
    elif config.problem:
        rows.append(("client side", f"✗ {config.problem}"))
    else:
        rows.append(("client side", f"▣ {config.path} · keyring {', '.join(config.keyrings)}"))
        if config.key_ids:
            rows.append(("its keys", ", ".join(config.key_ids)))
        if config.place is not None:
            unsigned = sorted(config.place.unsigned)
            if config.place.unsigned_prefix:
                unsigned.append(f"{config.place.unsigned_prefix}…")
            rows.append(("unsigned", ", ".join(unsigned) or "nothing"))
    return _columns(rows)


def way_out(table: TableSecurity) -> str:
    """What makes a table readable again whose key is not to be used."""
    if table.is_archived:
        backup = table.info.description["ArchivalSummary"]["ArchivalBackupArn"]
        return f"restore the backup {backup} under another name; its key must be enabled for that"
    key = table.key
    if key is None:
        return "its key is gone from the key store: only a copy of `keys/` from before has it"
    page, able = key_for("security.page"), key_for("keys.able")
    if key.deletion_us is not None:
        keep = key_for("keys.delete")
        return f"{page}, then {keep} on {name_of(key)} keeps the key, and {able} enables it"
    return f"{page}, then {able} on {name_of(key)} enables the key"


def _columns(rows: Iterable[tuple[str, str]]) -> str:
    shown = [(name, text) for name, text in rows if text]
    width = max(len(name) for name, _ in shown)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in shown)


def _time(at_us: int) -> str:
    return words_text(at_us / _SECOND)


def _ago(at_us: int, now_s: float) -> str:
    return ago_text(now_s - at_us / _SECOND, 1)


def _named(noun: str, names: list[str]) -> str:
    return f"the {noun} {names[0]}" if len(names) == 1 else f"the {noun}s {', '.join(names)}"

"""What verification and inspection of sealed items show, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import cell_text, json_default, printable
from engine.client.protocol import Json
from engine.itemcrypto.inspection import Inspection, Report, inspected
from engine.itemcrypto.legacy.sealing import description_of, is_legacy
from engine.itemcrypto.protection import State
from engine.itemcrypto.schema import FOOTER, HEADER, Place


def report_lines(report: Report) -> Iterator[str]:
    """A verification for people: what is wrong, then the counts."""
    for refusal in report.refusals:
        yield f"{printable(_key_text(refusal.key))}: {printable(refusal.error.reason)}"
    counts = ", ".join(f"{count:,} {state}" for state, count in report.counts.items() if count)
    yield f"{counted(report.item_count, 'item')}: {counts or 'none'}"
    wrong = counted(len(report.refusals), "is not right", "are not right")
    yield wrong if report.refusals else "all are right"


def report_document(report: Report) -> str:
    """A verification for programs."""
    return _json(
        {
            "items": report.item_count,
            "states": {state.value: count for state, count in report.counts.items()},
            "refused": [
                {"key": one.key, "error": one.error.code, "reason": one.error.reason}
                for one in report.refusals
            ],
        }
    )


def _key_text(key: Json) -> str:
    return ", ".join(f"{name} {cell_text(value)}" for name, value in key.items())


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored item as it is shown; `failure` is why it is not right, None where it is."""

    state: State
    failure: str | None
    facts: dict[str, str]
    actions: dict[str, str]
    recipients: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """For people."""
        facts = {
            "state": self.state.value,
            "verified": "yes" if self.failure is None else f"no: {self.failure}",
            **self.facts,
        }
        facts |= {
            f"recipient {number}": " ".join(recipient)
            for number, recipient in enumerate(self.recipients, 1)
        }
        yield from _columns(facts)
        if self.actions:
            yield ""
            yield from _columns(self.actions)

    def document(self) -> str:
        """For programs."""
        return _json(
            {
                "state": self.state.value,
                "verified": self.failure is None,
                "failure": self.failure,
                "facts": self.facts,
                "recipients": [
                    {"provider": provider, "key": name} for provider, name in self.recipients
                ],
                "actions": self.actions,
            }
        )


def inspection_of(item: Json, place: Place, failure: str | None) -> Shown:
    """What a stored item says of itself; raises ItemRefusedError where that cannot be read."""
    if HEADER in item or FOOTER in item:
        return _sealed(inspected(item, place), failure)
    if is_legacy(item):
        return Shown(State.LEGACY, failure, description_of(item), {}, ())
    return Shown(State.PLAIN, failure, {}, {}, ())


def _sealed(found: Inspection, failure: str | None) -> Shown:
    facts = {
        "version": str(found.version),
        "suite": f"0x{found.suite:04x} ({found.suite.name.lower().replace('_', ' ')})",
        "message id": found.message_id.hex(),
        "header": f"{found.header_bytes:,} bytes",
        "footer": f"{found.footer_bytes:,} bytes",
    }
    if found.beacons:
        facts["unsigned beacons"] = ", ".join(found.beacons)
    recipients = tuple((one.provider_id, one.key_name) for one in found.recipients)
    actions = {name: action.value for name, action in sorted(found.actions.items())}
    return Shown(State.SEALED, failure, facts, actions, recipients)


def _columns(rows: dict[str, str]) -> Iterator[str]:
    width = max(map(len, rows))
    for head, text in rows.items():
        yield f"{printable(head):<{width}}  {printable(text)}"


def _json(document: Json) -> str:
    return orjson.dumps(document, default=json_default, option=orjson.OPT_INDENT_2).decode()

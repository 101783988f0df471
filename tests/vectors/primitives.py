"""Steps of the current format: field keys, numbers, paths, beacons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.client.protocol import Json
from engine.itemcrypto.beacons import CompoundBeacon, Part, StandardBeacon, hmac_key, truncated
from engine.itemcrypto.errors import SealRefusedError
from engine.itemcrypto.record import canonical_path, field_keys
from engine.itemcrypto.serialisation import normalised_number
from tests.vectors.comparing import check_equal

Entry = Mapping[str, Any]
_is_value = re.compile(r"(\w+)=(?:\{(\w+): ([^{}]+)\}|([^(){};]*)\((\w+)\))")


def _check_field_key(test: Entry) -> None:
    keys = field_keys(bytes.fromhex(test["fieldRootKey"]), test["ordinal"] + 1)
    check_equal(b"".join(keys[-1]).hex(), test["fieldKey"], "the field key")


def _check_number(group_and_test: tuple[str, Any]) -> None:
    group, test = group_and_test
    if group == "normal":
        check_equal(normalised_number(test[0]), test[1], test[0])
        return
    try:
        found = normalised_number(test)
    except SealRefusedError:
        return
    raise AssertionError(f"{test!r} was read as {found}")


def _check_beacon(test: Entry) -> None:
    key = hmac_key(bytes.fromhex(test["beaconKey_hex"]), test["name"])
    data = test["valueUtf8"].encode()
    check_equal(
        truncated(key, data, test["bits"], test.get("partition", 0)), test["beacon"], "beacon"
    )


def _check_raw_beacon(test: Entry) -> None:
    key, data = bytes.fromhex(test["hmacKey_hex"]), bytes.fromhex(test["data_hex"])
    found = truncated(key, data, test["bits"], test.get("partition", 0))
    check_equal(found, test["beacon"], "the beacon")


def _check_compound_beacons(test: Entry) -> None:
    """The item and the parts are told in words: `note`, and the names of the results."""
    item, separator, parts = _told(test["note"])
    for title, expected in test["results"].items():
        name, told = re.fullmatch(r"(\w+) \((.*)\)", title).groups()  # type: ignore[union-attr]
        chosen, constructors = _chosen(told, parts)
        beacon = CompoundBeacon(name, separator, chosen, constructors)
        check_equal(beacon.of_item(item), expected, name)


def _told(note: str) -> tuple[Json, str, list[Part]]:
    item: Json = {}
    for name, inner, text, plain, kind in _is_value.findall(note):
        item[name] = {"M": {inner: {"S": text}}} if inner else {kind: plain}
    separator = _word(r'split "(.)"', note)
    key = bytes.fromhex(_word(r"key ([0-9a-f]+)", note))
    bits = int(_word(r"of (\d+) bits", note))
    parts = []
    for name, prefix in _named_parts(_word(r"encrypted parts (.*?) of", note)):
        beacon = StandardBeacon(name, bits, hmac_key(key, name))
        parts.append(Part(name, prefix, tuple(name.split(".")), beacon))
    for name, prefix in _named_parts(_word(r"signed parts (.*)", note)):
        parts.append(Part(name, prefix, tuple(name.split("."))))
    return item, separator, parts


def _word(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise AssertionError(f"{text!r} does not tell {pattern}")
    return found[1]


def _named_parts(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"([\w.]+)\(([^()]+)\)", text)


def _chosen(told: str, parts: list[Part]) -> tuple[list[Part], list[list[tuple[str, bool]]]]:
    """The parts of a beacon, and its constructors, of the words behind its name."""
    named = [part for part in parts if re.search(rf"\b{part.name}\b", told)]
    if "signed only" in told:
        return [part for part in parts if part.beacon is None], []
    order = re.search(r"(?:parts|constructor) ([\w.,]+)$", told)
    if order is None:
        return named, []
    return named, [[(name, True) for name in order[1].split(",")]]


def _check_path(test: Entry) -> None:
    found = canonical_path(test["table"], test["attribute"])
    check_equal(found.hex(), test["hex"], "the path")


SECTIONS: dict[str, Callable[[Any], None]] = {
    "fieldKeys": _check_field_key,
    "numbers": _check_number,
    "beacons": _check_beacon,
    "beaconsRawKey": _check_raw_beacon,
    "compoundBeacons": _check_compound_beacons,
    "canonicalPath": _check_path,
}

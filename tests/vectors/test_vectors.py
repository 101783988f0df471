"""The vectors that are kept here pass, and a program runs others of their formats."""

from __future__ import annotations

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.__main__ import main
from tests.vectors.cases import Case, read_cases

_FILES = sorted((Path(__file__).parent / "encryption").glob("*.json"))
_CASES = [
    pytest.param(case, id=f"{path.stem}/{case.name}")
    for path in _FILES
    for case in read_cases(path)
]


@pytest.mark.parametrize("case", _CASES)
def test_a_vector_passes(case: Case) -> None:
    case.check()


def test_there_are_as_many_as_the_files_hold() -> None:
    assert len(_CASES) == 238


def _document(name: str) -> Any:
    return json.loads((Path(__file__).parent / "encryption" / name).read_text(encoding="utf-8"))


def _run(path: Path, document: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path.write_text(json.dumps(document), encoding="utf-8")
    code = main([str(path)])
    return code, capsys.readouterr().out


def test_a_line_for_each_and_the_counts_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _document("dbe-public.json")
    code, out = _run(tmp_path / "some.json", document, capsys)
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == len(document["tests"]) + 1
    assert lines[0] == "passed  some.json  java33-1"
    assert lines[-1] == "14 passed, 0 failed"


@pytest.mark.parametrize("name", ["dbe-public.json", "legacy-public.json"])
def test_an_item_that_opens_and_must_not_is_a_failure(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _document(name)
    document["tests"] = [test | {"expect": "must-fail"} for test in document["tests"][:2]]
    code, out = _run(tmp_path / name, document, capsys)
    assert code == 1
    assert out.splitlines()[-1] == "0 passed, 2 failed"


@pytest.mark.parametrize("name", ["dbe-public.json", "legacy-public.json"])
def test_an_altered_item_is_a_failure_where_it_is_to_open(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _document(name)
    [test] = document["tests"] = document["tests"][:1]
    test["encrypted"]["more"] = {"S": "x"}
    test.get("actions", {})["more"] = "sign"
    code, out = _run(tmp_path / name, document, capsys)
    assert code == 1
    assert out.startswith(f"FAILED  {name}  ")
    assert "Traceback" not in out


def test_tests_without_a_key_and_with_a_lost_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _document("dbe-public.json")
    test = document["tests"][0] | {"keys": []}
    document["tests"] = [test, test | {"expect": "must-fail"}]
    code, out = _run(tmp_path / "current.json", document, capsys)
    assert (code, out.splitlines()[-1]) == (1, "1 passed, 1 failed")
    document = _document("legacy-public.json")
    for store in document["metastores"].values():
        store["items"] = []
    stored = [test for test in document["tests"] if test["keys"].get("via")]
    document["tests"] = [test | {"expect": "must-fail"} for test in stored]
    code, out = _run(tmp_path / "legacy.json", document, capsys)
    assert (code, out.splitlines()[-1]) == (0, f"{len(stored)} passed, 0 failed")


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"tests": []}', "[" * 100_000, '{"x": []}'])
def test_a_file_of_no_known_format_is_a_failure(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ({"tests": 5}, ["FAILED  odd.json  tests: ValueError: is no list of tests"]),
        (
            {"tests": [None, {"id": "a\nb"}]},
            ["FAILED  odd.json  tests/0: ", "FAILED  odd.json  a b: "],
        ),
        ({"beacons": None}, ["FAILED  odd.json  beacons: ValueError: is no list of tests"]),
        ({"numbers": {"normal": 7}}, ["FAILED  odd.json  numbers/normal: ValueError: is no list"]),
        ({"traces": ["\ud800"]}, ["FAILED  odd.json  traces/0: TypeError: "]),
        (
            {"tests": [{"id": "\ud800", "config": {}, "keys": [], "expect": "fails"}]},
            ["FAILED  odd.json  \\ud800: KeyError: 'logicalTableName'"],
        ),
    ],
)
def test_what_is_no_test_is_a_failure(
    content: Any, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = _run(tmp_path / "odd.json", content, capsys)
    found = out.splitlines()
    assert (code, found.pop()) == (1, f"0 passed, {len(lines)} failed")
    assert [line.startswith(start) for line, start in zip(found, lines, strict=True)] == [
        True for _ in lines
    ], found


def test_a_trace_of_an_item_with_several_recipients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _document("dbe-trace.json")
    [trace] = document["traces"] = document["traces"][:1]
    trace["edk"].insert(0, trace["edk"][0] | {"wrappedDataKey": "00" * 48})
    assert _run(tmp_path / "several.json", document, capsys)[0] == 0
    trace["edk"].pop()
    assert _run(tmp_path / "none.json", document, capsys)[0] == 1


def test_compound_beacons_with_other_values_prefixes_and_separator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = (
        "compound beacons of item Name=MyName(S), City=New York(S), Price=-1.50(N), "
        'Place={Street: Main St.}; split "~"; key 0102030405; encrypted parts Name(N-) of 32 bits; '
        "signed parts City(C:), Price(P.), Place.Street(S )"
    )
    results = {
        "One (parts Name,Price)": "N-7d9bfa40~P.-1.50",
        "Two (constructor Place.Street,City,Name)": "S Main St.~C:New York~N-7d9bfa40",
    }
    document = {"compoundBeacons": [{"note": note, "results": results}]}
    code, out = _run(tmp_path / "compound.json", document, capsys)
    assert (code, out.splitlines()[-1]) == (0, "1 passed, 0 failed"), out


def test_an_expectation_that_nobody_knows_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("dbe-public.json", "legacy-public.json"):
        document = _document(name)
        document["tests"] = [document["tests"][0] | {"expect": "fails"}]
        code, out = _run(tmp_path / name, document, capsys)
        assert (code, "'fails' is nothing that can be expected" in out) == (1, True)


_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, 5, -1, True, "", [], {}, "\ud800", [1], {"S": None}, {"B": "!"}, {"N": "1e999"}, 10**40]
)


@given(st.sampled_from([path.name for path in _FILES]), st.data())
def test_a_damaged_file_gives_a_line_for_each_test(name: str, data: st.DataObject) -> None:
    document = _document(name)
    place = document
    while True:
        step = data.draw(
            st.sampled_from(list(place) if isinstance(place, dict) else [*range(len(place))])
        )
        inner = place[step]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            break
        place = inner
    place[step] = data.draw(_VALUES)
    for section in ("tests", "fieldKeys", "serialize", "deserialize"):
        if isinstance(document.get(section), list):
            document[section] = document[section][:3]
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()) as out:
        path = Path(folder) / name
        path.write_text(json.dumps(document), encoding="utf-8")
        main([str(path)])
        lines = out.getvalue().splitlines()
    assert re.fullmatch(r"\d+ passed, \d+ failed", lines.pop())
    assert lines
    assert all(re.match(r"(passed|FAILED)  ", line) for line in lines)

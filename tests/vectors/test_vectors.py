"""The vectors that are kept here pass, and a program runs others of their formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"tests": []}'])
def test_a_file_of_no_known_format_is_a_failure(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"

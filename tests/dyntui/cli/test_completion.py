"""Completion: the scripts of the shells, and what they are given to choose from."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.dyntui.cli.shell import Shell


def offered(shell: Shell, words: str) -> list[str]:
    """What is offered for the last word of a command line."""
    line = f"dyntui {words}"
    ended = shell.run(
        "",
        environment={
            "_DYNTUI_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        },
    )
    assert (ended.code, ended.err) == (0, "")
    return [line.partition(",")[2] for line in ended.out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("do", ["doctor"]),
        ("sample ", ["list", "load"]),
        ("sample load mov", ["movies"]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("get ord", ["orders"]),
        ("scan orders --ind", ["--index"]),
        ("scan orders --index ", ["by-status"]),
        ("alter orders --drop-gsi by", ["by-status"]),
        ("scan orders --output js", ["json", "jsonl"]),
        ("re", ["repl"]),
        ("sql --ex", ["--explain"]),
        ("sql --output i", ["ion"]),
        ("stats ord", ["orders"]),
        ("stats orders --wa", ["--watch"]),
        ("load-t", ["load-test"]),
        ("load-test orders --keys ", ["zipf", "uniform", "sequential"]),
        ("scan orders --seg", ["--segments"]),
        ("serve --throttling ", ["enforce", "warn", "off"]),
        ("dynamodb get-i", ["get-item"]),
        ("dynamodb wait table-e", ["table-exists"]),
        ("dynamodb get-item --table-n", ["--table-name"]),
        ("dynamodb get-item --table-name o", ["orders"]),
        ("dynamodb query --table-name orders --select C", ["COUNT"]),
        ("dynamodb query --attributes-to-get a b --table-name o", ["orders"]),
        ("--region eu-west-1 get ord", []),
        ("get ord --data-dir /nowhere", []),
        ("scan nowhere --index ", []),
    ],
)
def test_what_is_offered(words: str, names: list[str], orders: Shell) -> None:
    assert offered(orders, words) == names


def test_completing_makes_no_folder(shell: Shell) -> None:
    shutil.rmtree(shell.folder)
    assert offered(shell, "get ") == []
    assert not shell.folder.exists()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(name: str, shell: Shell) -> None:
    script = shell.ok(f"completion {name}").out
    assert "_DYNTUI_COMPLETE" in script
    program = shutil.which(name)
    if program is not None:
        checked = subprocess.run([program, "-n"], input=script, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_a_shell_that_is_not_known(shell: Shell) -> None:
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in shell.misused("completion tcsh")

"""docs/cli.md: its examples do what it shows, and nothing that a command takes is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dyntui.cli.api.commands import OperationCommand
from dyntui.cli.api.waiting import wait_group
from dyntui.cli.command import global_options, look_options
from dyntui.cli.main import cli
from tests.dyntui.cli.shell import Shell

README = Path(__file__).parents[3] / "README.md"
PAGE = README.parent / "docs" / "cli.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = "; echo $?"


def _examples() -> Iterator[tuple[str, str]]:
    """The commands of the page, each with what it is to show."""
    for block in _BLOCK.findall(PAGE.read_text()):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = example.partition("\n")
            yield command, shown


def show(shell: Shell, command: str) -> str:
    """What a terminal shows of `dyntui …`, or of `dyntui …; echo $?`."""
    ended = shell.run(command.removeprefix("dyntui ").removesuffix(_CODE))
    if command.endswith(_CODE):
        return f"{ended.both}{ended.code}\n"
    assert ended.code == 0, ended.both
    return ended.both


def test_the_examples_show_what_the_page_says(shell: Shell) -> None:
    examples = list(_examples())
    assert len(examples) > 20
    assert [(command, show(shell, command)) for command, _ in examples] == examples


def test_the_commands_of_the_readme_work(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They write files, and a configuration, into the folder in which they run.
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^dyntui (.+)$", README.read_text(), re.MULTILINE)
    assert len(commands) > 15
    for command in commands:
        shell.ok(command)


def _section(title: str) -> str:
    """The text under the heading that begins so, down to the next that is not below it."""
    heading = re.compile(rf"^(#+) `?{re.escape(title)}.*$", re.MULTILINE)
    start = heading.search(PAGE.read_text())
    assert start is not None, title
    text = PAGE.read_text()[start.end() :]
    return re.split(rf"^#{{2,{len(start[1])}}} ", text, maxsplit=1, flags=re.MULTILINE)[0]


_OTHER_SECTIONS = {"alter": "create", "scan": "query", "dynamodbstreams": "dyntui dynamodb"}
"""Verbs whose section says that they take the options of another."""


def _verbs() -> Iterator[tuple[str, click.Command]]:
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        if isinstance(command, click.Group) and name == "crypto":
            yield from ((f"{name} {inner}", one) for inner, one in command.commands.items())
        else:
            yield name, command
    yield "dynamodb", OperationCommand("Scan")


def _options(command: click.Command) -> set[str]:
    """The names of a command's options, without those that are made of the model's members."""
    return {
        name
        for option in command.params
        if isinstance(option, click.Option) and not str(option.name)[0].isupper()
        for name in (*option.opts, *option.secondary_opts)
    }


def _shared_options() -> set[str]:
    return {name for option in (*global_options(), *look_options()) for name in option.opts}


@pytest.mark.parametrize(("name", "command"), _verbs())
def test_every_verb_has_a_section_with_its_options(name: str, command: click.Command) -> None:
    section = _section(f"dyntui {name}" if name.startswith("dynamodb") else name)
    if name in _OTHER_SECTIONS:
        section += _section(_OTHER_SECTIONS[name])
    options = _options(command) - _shared_options()
    if "--config" in options:
        # Told once, for all verbs of item encryption.
        options.remove("--config")
        assert "`--config FILE`" in _section("Item encryption")
    assert {option for option in options if f"`{option}" not in section} == set()


def test_the_shared_options_have_a_section() -> None:
    section = _section("What all commands take")
    options = _shared_options() | {"--help", "--version"}
    assert {option for option in options if f"`{option}" not in section} == set()


def test_the_sections_name_what_stands_below_a_verb() -> None:
    groups = [
        cli.get_command(click.Context(cli), name)
        for name in ("sample", "streams", "ttl", "keys", "config")
    ]
    for group in (*groups, wait_group()):
        assert isinstance(group, click.Group)
        for name in group.list_commands(click.Context(group)):
            if group in groups or name.startswith("table"):
                assert f"`{group.name} {name}" in PAGE.read_text()


def test_every_exit_code_is_on_the_page() -> None:
    from dyntui.cli import exits

    codes = {value for name, value in vars(exits).items() if name.isupper()}
    assert {
        int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    } == codes

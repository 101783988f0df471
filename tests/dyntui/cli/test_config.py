"""`dyntui config`, and what the file of settings does to other commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Ended, Shell


class Configured:
    """Commands under a file of settings."""

    def __init__(self, shell: Shell, path: Path) -> None:
        self._shell = shell
        self.path = path

    def run(self, command: str, **variables: str) -> Ended:
        """Run a command with this file and these variables."""
        named = {"DYNTUI_CONFIG": str(self.path), "DYNTUI_SYMBOLS": ""}
        return self._shell.run(command, environment=named | variables)

    def says(self, text: str) -> Configured:
        """Write the file."""
        self.path.write_text(text)
        return self


@pytest.fixture
def configured(shell: Shell, tmp_path: Path) -> Configured:
    return Configured(shell, tmp_path / "config.toml")


def test_a_first_file_is_written_once(configured: Configured) -> None:
    assert configured.run("config path").out == f"{configured.path}\n"
    assert configured.run("config init").code == 0
    assert "nothing is wrong" in configured.run("config check").out
    again = configured.run("config init")
    assert (again.code, again.out) == (1, "")
    assert "is there already" in again.err


def test_a_file_that_is_wrong_ends_every_verb_that_needs_it(configured: Configured) -> None:
    configured.says('theme = "pink"\n')
    for command in ("config check", "config show", "config keys", "ls", "scan x"):
        ended = configured.run(command)
        assert (ended.code, ended.out) == (252, ""), command
        assert "line 1: theme is none of the themes: dark, light, high-contrast" in ended.err
    assert configured.run("config path").code == 0
    assert configured.run("--help").code == 0


def test_the_theme_that_is_named_is_looked_at_too(configured: Configured) -> None:
    themes = configured.path.parent / "themes"
    themes.mkdir()
    (themes / "sea.toml").write_text('accent = "blue"')
    ended = configured.says('theme = "sea"').run("config check")
    assert ended.code == 252
    assert "accent is not a colour" in ended.err


def test_what_holds_and_what_says_so(configured: Configured) -> None:
    configured.says('theme = "light"\nretries = 2\n[keys]\n"items.edit" = ["e", "f4"]\n')
    lines = configured.run("config show", DYNTUI_RETRIES="5").out.splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert rows["theme"].split() == ["theme", "light", "the", "file"]
    assert rows["retries"].split() == ["retries", "5", "DYNTUI_RETRIES"]
    assert rows["mouse"].endswith("as at first")
    assert rows["keys.items.edit"].endswith("the file")


def test_actions_are_listed_with_their_keys(configured: Configured) -> None:
    out = configured.says('[keys]\n"items.edit" = ["e", "f4"]\n').run("config keys").out
    line = next(line for line in out.splitlines() if line.startswith("items.edit "))
    assert line.split()[:3] == ["items.edit", "e", "F4"]


def test_the_file_names_the_folder_and_the_region(configured: Configured, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    configured.says(f'data_dir = "{folder}"\nregion = "eu-west-1"\n')
    nothing = {"DYNTUI_DATA_DIR": ""}
    assert configured.run("create notes --key id:S", **nothing).code == 0
    assert (folder / "eu-west-1").is_dir()
    assert "notes" in configured.run("ls", **nothing).out
    assert "notes" not in configured.run("ls").out, "the variable goes first"
    assert "notes" not in configured.run("ls --region us-east-1", **nothing).out


def test_lines_are_drawn_as_the_file_says(orders: Shell, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('symbols = "ascii"\n')
    named = {"DYNTUI_CONFIG": str(path), "DYNTUI_SYMBOLS": ""}
    assert orders.run("ls", environment=named).out.isascii()
    assert orders.run("scan orders -o table", environment=named).out.isascii()
    unicode = named | {"DYNTUI_SYMBOLS": "unicode"}
    assert "─" in orders.run("ls", environment=unicode).out
    wrong = orders.run("ls", environment=named | {"DYNTUI_SYMBOLS": "x"})
    assert (wrong.code, wrong.out) == (252, "")


def test_what_is_asked_about(
    orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.cli.workspace.Workspace.is_watched", True)
    path = tmp_path / "config.toml"
    path.write_text("ask_above_mb = 0\n")
    named = {"DYNTUI_CONFIG": str(path)}
    asked = orders.run("scan orders", environment=named)
    assert (asked.code, asked.out) == (252, "")
    for way in ("scan orders --ask-above 1", "scan orders --yes"):
        assert orders.run(way, environment=named).code == 0
    assert orders.run("scan orders", environment=named | {"DYNTUI_ASK_ABOVE": "1"}).code == 0

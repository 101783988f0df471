"""The user's file of settings: what it may say, what it may not, and what goes before it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.user.preferences import preferences
from dyntui.core.user.user_config import (
    SETTINGS,
    UserConfig,
    UserConfigError,
    first_file,
    line_of,
    parse_user_config,
    read_user_config,
    remember,
)

PLACE = Path("/nowhere/config.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "light"\ntheem = "dark"\n', "line 2: theem is no setting; theme is"),
        ("zzz = 1\n", "line 1: zzz is no setting; settings are theme, symbols, mouse"),
        ('\n\ntheme = "pink"', "line 3: theme is none of the themes: dark, light, high-contrast"),
        ('symbols = "emoji"', "line 1: symbols is none of auto, unicode, ascii"),
        ("symbols = []", "line 1: symbols is none of auto, unicode, ascii"),
        ('mouse = "yes"', "line 1: mouse is neither true nor false"),
        ("ask_above_mb = true", "line 1: ask_above_mb is not a number from 0 to"),
        ("ask_above_mb = nan", "line 1: ask_above_mb is not a number from 0 to"),
        ("ask_above_mb = -1", "line 1: ask_above_mb is not a number from 0 to"),
        ("retries = 1.5", "line 1: retries is not a whole number from 0 to 100"),
        ("retries = 101", "line 1: retries is not a whole number from 0 to 100"),
        ('region = "here"', "line 1: region is not the name of a Region"),
        ("data_dir = 3", "line 1: data_dir is not the name of a folder"),
        ("keys = 3", "line 1: keys is not a table"),
        ('theme = "dark"\n\n[keys]\n# one\n"items.edti" = "e"', "line 5: items.edti is no action"),
        ('[keys]\nitems.edit = "d"', "line 2: items.edit: d is items.delete already"),
        ('theme = "dark', "line 1"),
        ('theme = "dark"\ntheme = "light"', "line 2"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(UserConfigError) as error:
        parse_user_config(text, PLACE)
    assert told in str(error.value)
    assert str(PLACE) in str(error.value)
    assert "\n" not in str(error.value)


def test_settings_are_read() -> None:
    config = parse_user_config(
        'theme = "light"\nmouse = false\nask_above_mb = 2.5\nretries = 3\nregion = "eu-west-1"\n'
        'data_dir = "~/shop"\n[keys]\n"items.edit" = ["e", "F4"]\n',
        PLACE,
    )
    assert config.environment({}) == {
        "DYNTUI_THEME": "light",
        "DYNTUI_MOUSE": "false",
        "DYNTUI_ASK_ABOVE": "2.5",
        "DYNTUI_RETRIES": "3",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "DYNTUI_DATA_DIR": "~/shop",
    }
    assert config.keymap.chosen == {"items.edit": ("e", "f4")}


def test_the_environment_goes_before_the_file() -> None:
    config = parse_user_config('region = "eu-west-1"\nretries = 3\n', PLACE)
    known = config.environment({"AWS_REGION": "us-west-2", "DYNTUI_RETRIES": ""})
    assert known == {"AWS_REGION": "us-west-2", "DYNTUI_RETRIES": "3"}
    assert "AWS_DEFAULT_REGION" not in config.environment({}, remote=True)


def test_options_go_before_the_environment() -> None:
    config = parse_user_config('theme = "light"\nsymbols = "ascii"\n', PLACE)
    look = preferences(config, {}, {}, encoding="UTF-8")
    assert (look.theme, look.ascii_only, look.mouse) == ("light", True, True)
    said = {"DYNTUI_THEME": "high-contrast", "DYNTUI_MOUSE": "off"}
    look = preferences(config, {}, said, encoding="UTF-8")
    assert (look.theme, look.mouse) == ("high-contrast", False)
    look = preferences(config, {"theme": "dark", "symbols": "auto"}, said, encoding="UTF-8")
    assert (look.theme, look.ascii_only) == ("dark", False)


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        ({"theme": "pink"}, {}, "--theme: 'pink' is none of the themes: dark"),
        ({}, {"DYNTUI_SYMBOLS": "x"}, "DYNTUI_SYMBOLS: 'x' is none of auto"),
        ({}, {"DYNTUI_MOUSE": "perhaps"}, "DYNTUI_MOUSE: 'perhaps' is neither on nor off"),
    ],
)
def test_options_and_variables_are_checked(
    options: dict[str, str | None], environment: dict[str, str], told: str
) -> None:
    with pytest.raises(UserConfigError, match=told):
        preferences(UserConfig(), options, environment)


def test_letters_only_where_the_locale_has_no_more() -> None:
    ascii_only = preferences(UserConfig(), {}, {}, encoding="ISO-8859-1")
    assert (ascii_only.ascii_only, ascii_only.keeps_values) == (True, False)
    assert not preferences(UserConfig(), {}, {}, encoding="utf8").ascii_only


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(UserConfigError, match="is not there"):
        read_user_config({"DYNTUI_CONFIG": str(tmp_path / "none.toml")})


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserConfigError, match="not UTF-8"):
        read_user_config({"DYNTUI_CONFIG": str(path)})
    with pytest.raises(UserConfigError, match="directory"):
        read_user_config({"DYNTUI_CONFIG": str(tmp_path)})


def test_the_first_file_names_all_settings_and_means_nothing() -> None:
    assert parse_user_config(first_file(), PLACE).values == {}
    bare = "\n".join(line.removeprefix("# ") for line in first_file().splitlines() if " = " in line)
    said = parse_user_config(bare.replace('"items.edit"', '[keys]\n"items.edit"'), PLACE)
    assert list(said.values) == [setting.name for setting in SETTINGS]


def test_a_choice_is_kept_among_comments(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "config.toml"
    remember(UserConfig(path), "theme", "light")
    assert path.read_text() == 'theme = "light"\n'
    path.write_text('# mine\nmouse = false  # no mice\n\n[keys]\n"items.edit" = "f4"\n')
    remember(UserConfig(path), "theme", "high-contrast")
    config = read_user_config({"DYNTUI_CONFIG": str(path)})
    assert config.values == {"mouse": "false", "theme": "high-contrast"}
    assert config.keymap.chosen == {"items.edit": ("f4",)}
    assert "# mine\nmouse = false  # no mice" in path.read_text()
    assert os.listdir(path.parent) == ["config.toml"]


@given(st.text(max_size=200))
def test_no_text_makes_anything_but_settings_or_an_error(text: str) -> None:
    try:
        told = ",".join(parse_user_config(text, PLACE).values)
    except UserConfigError as error:
        told = str(error)
    assert "\n" not in told


def test_lines_are_found_in_all_forms() -> None:
    text = "# theme = 1\ntheme = 1\n\n[keys] # here\n  'a.b' = \"x\"\na.c = 2\n"
    assert line_of(text, "", "theme") == 2
    assert line_of(text, "keys", "a.b") == 5
    assert line_of(text, "keys", "a.c") == 6
    assert line_of(text, "", "keys") == 4
    assert line_of('keys."a.b" = 1\n', "keys", "a.b") == 1
    assert line_of(text, "", "none") is None

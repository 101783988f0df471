"""Themes, letters only, keys of the user's own, and what is wrong with the settings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from textual.filter import Monochrome
from textual.widgets import Input, OptionList

from dyntui.core.actions.keymap import keymap_of
from dyntui.core.text.clipboard import OSC52_CHARACTERS_MAX, Clipboard
from dyntui.core.user.preferences import Preferences
from dyntui.core.user.theme_files import BUILT_IN, CONTRAST_MIN, contrast
from dyntui.core.user.user_config import UserConfig
from dyntui.screens.drawer import Drawer
from dyntui.screens.editor import EditorScreen
from dyntui.screens.help import HelpScreen
from dyntui.screens.review import ReviewScreen
from dyntui.screens.theme import ThemeScreen
from dyntui.widgets.footer_line import FooterLine
from engine import Engine
from tests.dyntui.app.driving import (
    HOLD_SECONDS,
    LARGE,
    SMALL,
    Recorder,
    app_of,
    find,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
)
from tests.dyntui.app.test_snapshots import SCENES, THREE, Scene

ASCII = Preferences(ascii_only=True)
PLACES = (
    Scene("capacity", ("3",)),
    Scene("timeline", ("4",)),
    Scene("streams", ("5",)),
    Scene("streams-on", ("5", "o")),
    Scene("time-to-live", ("2", "slash", "'time to", "enter", "enter")),
    Scene("transfers", ("x",)),
    Scene("export", ("x", "e")),
    Scene("import", ("x", "i")),
    Scene("pick-file", ("x", "i", "f3")),
    Scene("item-history", ("H",)),
    Scene("load-test", ("3", "L")),
    Scene("go-to-a-time", ("4", "g")),
    Scene("keep", ("4", "b")),
)


@pytest.fixture
def config(tmp_path: Path) -> UserConfig:
    """Settings that lie in a folder of their own."""
    return UserConfig(tmp_path / "config.toml")


@pytest.mark.parametrize("scene", [*SCENES, *PLACES], ids=lambda scene: str(scene.name))
async def test_everything_can_be_drawn_in_letters(
    client: Recorder, engine: Engine, scene: Scene
) -> None:
    app = make_app(client, engine, look=ASCII)
    async with app.run_test(size=LARGE) as pilot:
        await scene.play(pilot)
        text = screen_text(pilot)
        assert {character for character in text if not character.isascii()} == set()
        picture = app.export_screenshot(title="letters")
        assert {c for c in picture if not c.isascii()} - {"\xa0"} == set()


@pytest.mark.parametrize(("keeps", "shown"), [(True, "Zoë 漢字 > x"), (False, "Zo? ???? > x")])
async def test_values_in_letters_only(
    client: Recorder, engine: Engine, keeps: bool, shown: str
) -> None:
    engine.load_items("notes", [{"who": {"S": "Zoë 漢字 → x"}, "at": {"N": "1"}}])
    look = Preferences(ascii_only=True, keeps_values=keeps)
    async with running(client, engine, look=look) as pilot:
        await press(pilot, "ctrl+o", "down", "enter", "down", "enter")
        assert shown in screen_text(pilot)


async def test_keys_are_words_where_arrows_cannot_be_shown(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, look=ASCII) as pilot:
        await press(pilot, "question_mark")
        assert "Left  h" in screen_text(pilot)
        await press(pilot, "escape")
        assert str(find(pilot, FooterLine).render()).startswith("Enter Item  e Edit")


REMAPPED = Preferences(
    keymap=keymap_of(
        {"items.edit": "f4", "items.delete": ["e", "X"], "app.help": "f10", "browser.run": "f11"}
    )
)


async def test_keys_of_the_users_own_work(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, look=REMAPPED) as pilot:
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, ReviewScreen)
        await press(pilot, "escape", "f4")
        assert isinstance(pilot.app.screen, EditorScreen)
        await press(pilot, "escape", "d")
        assert not isinstance(pilot.app.screen, ReviewScreen)
        await press(pilot, "question_mark")
        assert not isinstance(pilot.app.screen, HelpScreen)
        await press(pilot, "f10")
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_a_review_in_a_small_window_says_in_full_what_is_done(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "DELETE" in screen_text(pilot)
        assert "DELE…" not in screen_text(pilot)


async def test_in_a_very_small_window_an_item_is_in_sight(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, (40, 10)) as pilot:
        assert "The film number 3" in screen_text(pilot)


async def test_in_a_very_small_window_the_help_is_not_cut(client: Recorder, engine: Engine) -> None:
    async with make_app(client, engine).run_test(size=(40, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "slash")
        await type_text(pilot, "jump: a letter")
        words = " ".join(screen_text(pilot).split())
        assert "^G Jump: a letter for each panel, tab and place" in words
        await press(pilot, "escape", "G")
        words = "".join(screen_text(pilot).split())
        assert "attribute_typeSNBSSNSBSML(a,'S')BOOLNULL" in words
        assert "…" not in words.replace("BETWEEN…AND…", "").replace("IN(…)", "")


@pytest.mark.parametrize("key", ["question_mark", "C", "o", "T", "d", "c", "space", "E"])
async def test_a_drawer_is_no_wider_than_a_very_small_window(
    client: Recorder, engine: Engine, key: str
) -> None:
    async with running(client, engine, (40, 12)) as pilot:
        await press(pilot, "m", key)
        screen = pilot.app.screen
        assert isinstance(screen, Drawer)
        assert screen.query_one("#drawer").region.right <= 40
        assert "Esc" in screen_text(pilot).splitlines()[-1]
        for field in screen.query(Input):
            assert field.region.right <= 40


async def test_the_first_frame_of_a_drawer_is_made_for_a_small_window(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow: list[bool] = []
    lay_out = Drawer._refresh_layout

    def noted(drawer: Drawer[None], *arguments: Any, **options: Any) -> None:
        narrow.append(drawer.has_class("-narrow"))
        lay_out(drawer, *arguments, **options)

    monkeypatch.setattr(Drawer, "_refresh_layout", noted)
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "question_mark", "escape", "C")
        assert isinstance(pilot.app.screen, Drawer)
        assert narrow
        assert all(narrow)


async def test_ctrl_c_says_how_one_quits(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+c", "ctrl+c")
        assert notices(pilot) == ["^Q quits, Esc stops what takes long."]


async def test_footer_help_and_palette_show_them(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, look=REMAPPED) as pilot:
        line = str(find(pilot, FooterLine).render())
        assert "F4 Edit" in line
        assert "e Delete" in line
        assert "F10 Help" in line
        await press(pilot, "f10")
        lines = [" ".join(line.split()) for line in screen_text(pilot).splitlines()]
        assert any("F4 Edit the item" in line for line in lines)
        assert any("e X Delete the item" in line for line in lines)
        await press(pilot, "escape", "ctrl+p")
        await type_text(pilot, "delete the item")
        assert "e  X" in screen_text(pilot)


async def test_keys_of_the_app_can_be_typed_in_fields(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, look=REMAPPED) as pilot:
        await press(pilot, "f")
        await type_text(pilot, "eX?")
        field = pilot.app.focused
        assert isinstance(field, Input)
        assert field.value == "eX?"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_a_theme_is_tried_and_kept(
    client: Recorder, engine: Engine, config: UserConfig, size: tuple[int, int]
) -> None:
    assert config.path is not None
    config.path.write_text("# mine\n")
    async with running(client, engine, size, look=Preferences(config=config)) as pilot:
        await pilot.app.run_action("theme")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ThemeScreen)
        await press(pilot, "down")
        assert pilot.app.theme == "dyntui-light"
        await press(pilot, "escape")
        assert pilot.app.theme == "dyntui-dark"
        assert config.path.read_text() == "# mine\n"
        await pilot.app.run_action("theme")
        await settle(pilot)
        await press(pilot, "j", "j", "enter")
        assert pilot.app.theme == "dyntui-high-contrast"
    assert config.path.read_text() == '# mine\ntheme = "high-contrast"\n'


async def test_a_theme_of_the_users_own(
    client: Recorder, engine: Engine, config: UserConfig
) -> None:
    folder = config.themes_folder
    assert folder is not None
    folder.mkdir()
    (folder / "sea.toml").write_text('base = "light"\nbackground = "#ddeeff"\n')
    (folder / "torn.toml").write_text("accent = 3\n")
    async with running(client, engine, look=Preferences("sea", config=config)) as pilot:
        assert pilot.app.theme == "dyntui-sea"
        assert pilot.app.theme_variables["background"] == "#DDEEFF"
        await pilot.app.run_action("theme")
        await settle(pilot)
        names = [str(option.id) for option in find(pilot, OptionList).options]
        assert names == [*BUILT_IN, "sea", "torn"]
        await press(pilot, "down", "enter")
        assert "accent is not a colour" in shown(pilot, "#drawer-error")
        assert isinstance(pilot.app.screen, ThemeScreen)
        await press(pilot, "escape")
        assert pilot.app.theme == "dyntui-sea"


async def test_a_choice_that_cannot_be_kept_is_told(
    client: Recorder, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    config = UserConfig(tmp_path / "file" / "config.toml")
    async with running(client, engine, look=Preferences(config=config)) as pilot:
        await pilot.app.run_action("theme")
        await settle(pilot)
        await press(pilot, "down", "enter")
        assert pilot.app.theme == "dyntui-light"
        assert any("could not be kept" in notice for notice in notices(pilot))


async def test_what_is_wrong_with_the_settings_is_said(client: Recorder, engine: Engine) -> None:
    look = Preferences("torn", problem="config.toml, line 3: theem is no setting; theme is")
    async with running(client, engine, look=look) as pilot:
        assert pilot.app.theme == "dyntui-dark"
        assert any("line 3: theem is no setting" in notice for notice in notices(pilot))


@pytest.fixture
def without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.usefixtures("without_colours")
async def test_no_colour_where_none_is_wanted(client: Recorder, engine: Engine) -> None:
    """The marks say what the colours would have said."""
    async with running(client, engine) as pilot:
        assert any(isinstance(each, Monochrome) for each in app_of(pilot)._filters)
        await press(pilot, "f", "tab")
        await type_text(pilot, "year >")
        await press(pilot, "ctrl+j")
        assert "✗" in screen_text(pilot)
        for line in pilot.app.screen._compositor.render_strips():
            for segment in line:
                assert all(map(is_grey, colours(segment.style)))


def colours(style: Style | None) -> list[tuple[int, int, int]]:
    """The colours of a style."""
    found = (style.color, style.bgcolor) if style else ()
    return [colour.triplet for colour in found if colour is not None and colour.triplet is not None]


def is_grey(colour: tuple[int, int, int]) -> bool:
    """Whether a colour is none."""
    return len(set(colour)) == 1


async def test_copying_says_which_way_it_went(
    client: Recorder, engine: Engine, tmp_path: Path
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "y")
        assert "Copied id: 9 characters, through the terminal (OSC 52)" in notices(pilot)
        app = app_of(pilot)
        app._copier = Clipboard({}, has=lambda _: False, folder=tmp_path / "cache")
        app.copy_to_clipboard("x" * OSC52_CHARACTERS_MAX)
        await settle(pilot)
        assert str(tmp_path / "cache" / "copied.txt") in notices(pilot)[-1]
        (tmp_path / "file").write_text("")
        app._copier = Clipboard({}, has=lambda _: False, folder=tmp_path / "file")
        app.copy_text("x" * OSC52_CHARACTERS_MAX, "Copied it")
        await settle(pilot)
        assert notices(pilot)[-1].startswith("Not copied: ")


async def test_what_is_copied_last_is_there_in_the_end(client: Recorder, engine: Engine) -> None:
    reached, released = threading.Event(), threading.Event()
    copied: list[bytes] = []

    def run(_: Sequence[str], text: bytes) -> bool:
        if text == b"first":
            reached.set()
            assert released.wait(HOLD_SECONDS)
        copied.append(text)
        return True

    async with running(client, engine) as pilot:
        app = app_of(pilot)
        app._copier = Clipboard({"DISPLAY": ":0"}, run, lambda name: name == "xclip", "linux")
        app.copy_text("first", "Copied the first")
        assert await asyncio.to_thread(reached.wait, HOLD_SECONDS)
        app.copy_text("second", "Copied the second")
        app.copy_text("third", "Copied the third")
        released.set()
        await settle(pilot)
        assert copied == [b"first", b"third"]
        assert notices(pilot) == [
            f"Copied the {which}, through xclip" for which in ("first", "third")
        ]


SEEN: tuple[tuple[str, ...], ...] = (
    ("enter", "end"),
    ("m",),
    ("escape", "f", "tab", "'year >", "ctrl+j"),
    ("escape", "2"),
    ("3",),
    ("4",),
    ("5",),
    ("x",),
    ("p", f"'{THREE}", "ctrl+r", "f9"),
    ("p", "list", "o"),
)
"""Keys from one place to the next."""


@pytest.mark.parametrize("theme", BUILT_IN)
async def test_what_is_painted_can_be_read(client: Recorder, engine: Engine, theme: str) -> None:
    least = 7.0 if theme == "high-contrast" else CONTRAST_MIN
    poor: dict[tuple[str, ...], set[str]] = {}
    async with running(client, engine, SMALL, look=Preferences(theme)) as pilot:
        for steps in SEEN:
            await Scene("", steps).play(pilot)
            for line in pilot.app.screen._compositor.render_strips():
                for text, style, _ in line:
                    if any(map(str.isalnum, text)) and ratio(style) < least:
                        poor.setdefault(steps, set()).add(text.strip())
    assert poor == {}


def ratio(style: Style | None) -> float:
    """The contrast of a style's two colours."""
    text, ground = ("#" + bytes(colour).hex() for colour in colours(style))
    return contrast(text, ground)

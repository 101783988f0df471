"""Copying: which way a text goes, by what stands around the app."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.text.clipboard import OSC52_CHARACTERS_MAX, Clipboard, run_program, terminal_only

SSH = {"SSH_CONNECTION": "1 2 3 4"}
LONG = "x" * OSC52_CHARACTERS_MAX


class Programs:
    """Programs that are there, of which some fail; what they were given is written down."""

    def __init__(self, *there: str, failing: Sequence[str] = ()) -> None:
        self._there = there
        self._failing = failing
        self.ran: list[tuple[str, bytes]] = []

    def has(self, name: str) -> bool:
        """Whether there is such a program."""
        return name in self._there

    def run(self, arguments: Sequence[str], data: bytes) -> bool:
        """Run one."""
        self.ran.append((" ".join(arguments), data))
        return self.has(arguments[0]) and " ".join(arguments) not in self._failing


def clipboard(
    programs: Programs, variables: Mapping[str, str] = SSH, folder: Path | None = None
) -> Clipboard:
    return Clipboard(variables, programs.run, programs.has, "linux", folder)


@pytest.mark.parametrize(
    ("there", "variables", "way"),
    [
        (("wl-copy", "xclip"), {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "wl-copy"),
        (("xclip",), {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "xclip"),
        (("xsel",), {"DISPLAY": ":0"}, "xsel"),
        (("clip.exe",), {"WSL_DISTRO_NAME": "Debian"}, "clip.exe"),
        (("xclip", "tmux"), {"DISPLAY": ":0", "TMUX": "t"}, "xclip"),
        (("xclip", "tmux"), {"DISPLAY": ":0", "TMUX": "t", **SSH}, "tmux"),
        (("xclip",), {"DISPLAY": ":0", **SSH}, "the terminal (OSC 52)"),
        (("xclip",), {}, "the terminal (OSC 52)"),
        ((), {"DISPLAY": ":0", "TMUX": "gone"}, "the terminal (OSC 52)"),
    ],
)
def test_the_first_way_that_works(
    there: tuple[str, ...], variables: dict[str, str], way: str
) -> None:
    copied = clipboard(Programs(*there), variables).copy("text")
    assert copied.way == f"through {way}"
    assert copied.is_sure == (not copied.sequence)


def test_on_a_mac() -> None:
    programs = Programs("pbcopy")
    assert Clipboard({}, programs.run, programs.has, "darwin").copy("é").way == "through pbcopy"
    assert programs.ran == [("pbcopy", "é".encode())]


def test_windows_takes_utf_16() -> None:
    programs = Programs("clip.exe")
    clipboard(programs, {"WSL_DISTRO_NAME": "Debian"}).copy("Zoë")
    assert programs.ran[-1][1].decode("utf-16") == "Zoë"


def test_a_program_that_fails_gives_way() -> None:
    programs = Programs("wl-copy", "tmux", failing=("wl-copy", "tmux load-buffer -w -"))
    copied = clipboard(programs, {"WAYLAND_DISPLAY": "w", "TMUX": "t"}).copy("text")
    assert copied.way == "through tmux"
    assert [name for name, _ in programs.ran] == [
        "wl-copy",
        "tmux load-buffer -w -",
        "tmux load-buffer -",
    ]


def test_a_long_text_goes_into_a_file_of_the_owners(tmp_path: Path) -> None:
    for _ in range(2):
        copied = clipboard(Programs(), SSH, tmp_path / "cache").copy(LONG)
        path = tmp_path / "cache" / "copied.txt"
        assert copied.way.endswith(str(path))
        assert copied.is_file
        assert not copied.sequence
        assert path.read_text() == LONG
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_long_text_over_ssh_takes_a_forwarded_display_first(tmp_path: Path) -> None:
    copied = clipboard(Programs("xclip"), {"DISPLAY": ":10", **SSH}, tmp_path).copy(LONG)
    assert copied.way == "through xclip"


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        clipboard(Programs(), SSH, tmp_path / "file").copy(LONG)


@given(st.text(max_size=2_000))
def test_the_sequence_holds_the_text_whatever_it_is_wrapped_in(text: str) -> None:
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    assert terminal_only().copy(text).sequence == plain
    in_screen = clipboard(Programs(), {"STY": "1", "TERM": "screen"}).copy(text).sequence
    assert in_screen.replace("\x1b\\\x1bP", "")[2:-2] == plain
    far_tmux = clipboard(Programs(), {"TERM": "tmux-256color", **SSH}).copy(text).sequence
    assert far_tmux.startswith(plain + "\x1bPtmux;\x1b\x1b]52;c;")
    assert far_tmux.endswith("\a\x1b\\")


def test_programs_that_do_not_end_well() -> None:
    assert run_program(["cat"], b"text")
    assert not run_program(["false"], b"text")
    assert not run_program(["no-such-program"], b"text")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that a program in a tmux of its own finds."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = str(tmp_path / "tmux")
    command = ["tmux", "-S", socket, "-f", os.devnull]
    subprocess.run([*command, "new-session", "-d", "cat"], check=True)
    try:
        yield {"TMUX": f"{socket},1,0"}
    finally:
        subprocess.run([*command, "kill-server"], check=False)


def test_a_real_tmux_has_the_text(tmux: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", tmux["TMUX"])
    text = "Zoë\n漢字 → x" * 20_000
    assert Clipboard(tmux, platform="linux").copy(text).way == "through tmux"
    shown = subprocess.run(["tmux", "show-buffer"], capture_output=True, check=True)
    assert shown.stdout.decode() == text

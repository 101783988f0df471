"""`dyntui web`: who is let in, what is run, and the app at the other end of a WebSocket."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pyte
import pytest

pytest.importorskip("textual_serve")

from aiohttp import ClientSession, CookieJar, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from dyntui.cli.command import global_options, look_options
from dyntui.cli.web import _FLAGS, _PASSED_ON
from dyntui.core.connection.listening import listen
from dyntui.web.server import WebServer
from engine import Engine
from tests.dyntui.app.conftest import create_films
from tests.dyntui.cli.shell import Shell

TOKEN = "the-token"
WAIT_S = 60.0
SIZE = (200, 60)
"""Of the terminal that shows what was sent: no smaller than the windows."""
Browser = TestClient[Request, Application]


@pytest.fixture
async def client() -> AsyncIterator[Browser]:
    """A browser that keeps cookies, at a server whose app is never opened."""
    with listen("127.0.0.1", 0) as listener:
        server = WebServer("false", listener, TOKEN, None)
        async with TestClient(TestServer(await server._make_app())) as client:
            yield client


async def test_nobody_is_let_in_without_the_token(client: Browser) -> None:
    for path in ("/", "/ws", "/static/js/textual.js", "/download/x", "/?token=wrong", "/?token="):
        answer = await client.get(path)
        assert answer.status == 403, path
        assert "the address that `dyntui web` shows" in await answer.text()


async def test_the_token_gives_a_cookie_and_leaves_the_address(client: Browser) -> None:
    answer = await client.get(f"/?token={TOKEN}", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = await client.get("/")
    assert page.status == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    text = await page.text()
    assert "googleapis" not in text
    assert "typing.focus()" in text
    assert f"ws://{client.host}:{client.port}/ws" in text
    assert (await client.get("/static/js/textual.js")).status == 200


async def test_pages_of_other_sites_cannot_open_the_app(client: Browser) -> None:
    await client.get(f"/?token={TOKEN}")
    with pytest.raises(WSServerHandshakeError) as error:
        await client.ws_connect("/ws", headers={"Origin": "https://elsewhere.example"})
    assert error.value.status == 403


class Started:
    """What `dyntui web` would have run, had it run it."""

    def __init__(self) -> None:
        self.servers: list[WebServer] = []

    @property
    def words(self) -> list[str]:
        """The words of the command that opens the app."""
        return shlex.split(self.servers[-1].command)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    found = Started()

    def run(self: WebServer) -> None:
        self._listener.close()
        found.servers.append(self)

    monkeypatch.setattr(WebServer, "run", run)
    return found


def test_options_are_passed_on_and_quoted(shell: Shell, started: Started, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    folder = tmp_path / f"x'; touch {trap.name} #"
    ended = shell.run(
        [
            *("web", "--port", "0", "--data-dir", str(folder), "--region", "eu-west-1"),
            *("--no-mouse", "--theme", "light", "--symbols", "ascii", "--throttling", "off"),
            *("--retries", "0", "--read-write", "--units-max", "7.5"),
        ]
    )
    assert ended.code == 0, ended.both
    assert started.words == [
        *(sys.executable, "-m", "dyntui", f"--data-dir={folder}", "--region=eu-west-1"),
        *("--throttling=off", "--retries=0", "--units-max=7.5", "--theme=light"),
        *("--symbols=ascii", "--read-write", "--no-mouse"),
    ]
    line = started.servers[-1].command.replace(sys.executable, "true", 1)
    subprocess.run(line, shell=True, cwd=tmp_path, check=True)
    assert not trap.exists()


def test_every_option_of_the_app_is_passed_on() -> None:
    known = {str(option.name) for option in (*global_options(), *look_options())}
    assert {*_PASSED_ON, *_FLAGS, "access"} == known - {"verbose"}


def test_the_address_holds_a_new_token_each_time(shell: Shell, started: Started) -> None:
    shown = [shell.run("web --port 0").err for _ in range(2)]
    tokens = [re.search(r"http://127\.0\.0\.1:\d+/\?token=([\w-]{32}) ", text) for text in shown]
    assert all(tokens)
    assert len({token[1] for token in tokens if token}) == 2
    assert all("warning" not in text for text in shown)
    assert len(started.servers) == 2


def test_a_token_can_stay_the_same(shell: Shell, started: Started) -> None:
    ended = shell.run(
        "web --port 0 --public-url https://db.example/", environment={"DYNTUI_WEB_TOKEN": "mine"}
    )
    assert "https://db.example/?token=mine " in ended.err
    assert started.servers[-1].public_url == "https://db.example/"


def test_an_address_for_others_is_warned_about(shell: Shell, started: Started) -> None:
    assert "warning: other machines can reach" in shell.run("web --port 0 --host 0.0.0.0").err
    assert started.servers


def test_what_cannot_be_is_told_before_anything_is_served(
    shell: Shell, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = shell.run(f"web --port {taken.getsockname()[1]}")
    assert (ended.code, "is taken" in ended.err) == (1, True)
    assert "is no http address" in shell.misused("web --public-url ftp://x")
    assert "--theme" in shell.misused("web --theme pink")
    remote = shell.run("web --port 0 --endpoint-url http://127.0.0.1:9 --region us-east-1")
    assert remote.code == 253
    monkeypatch.setattr("dyntui.cli.web.find_spec", lambda _: None)
    ended = shell.run("web")
    assert (ended.code, ended.out) == (1, "")
    assert "pip install 'dyntui[web]'" in ended.err
    assert started.servers == []


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where `dyntui web` shows a folder with tables."""
    folder = tmp_path / "data"
    with Engine.open(folder) as engine:
        create_films(engine)
    arguments = [sys.executable, "-m", "dyntui", "web", "--port", "0", "--data-dir", str(folder)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http\S+", process.stderr.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.terminate()
            assert process.wait(WAIT_S) == 0


async def test_the_app_answers_through_a_websocket(address: str) -> None:
    root = address.partition("?")[0]
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        async with session.get(address) as page:
            assert page.status == 200
        async with session.ws_connect(f"{root}ws?width=120&height=40") as app:
            painted = Painted()

            async def until(wanted: str) -> None:
                # Pings come also where nothing is painted.
                async with asyncio.timeout(WAIT_S):
                    while wanted not in painted.text:
                        painted.add((await app.receive()).data)

            await until("film-0003")
            await app.send_json(["stdin", "p"])
            await until("1 untitled")
            await app.send_json(["resize", {"width": 80, "height": 24}])
            await app.send_json(["stdin", "\x11"])


class Painted:
    """What the app has sent to the browser, as a terminal shows it: only what changes is sent."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)
        self._more = asyncio.Event()

    @property
    def text(self) -> str:
        """The screen as it is now."""
        return "\n".join(self._screen.display)

    def add(self, frame: object) -> None:
        """A frame came; those that are text are about the window, not in it."""
        if isinstance(frame, bytes):
            self._stream.feed(frame)
            self._more.set()

    async def until(self, wanted: str) -> None:
        """Wait until something is shown."""
        async with asyncio.timeout(WAIT_S):
            while wanted not in self.text:
                await self._more.wait()
                self._more.clear()


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.mark.skipif(
    CHROMIUM is None or find_spec("playwright") is None,
    reason="chromium or playwright is not installed",
)
async def test_a_browser_shows_the_app_and_its_keys_work(address: str) -> None:
    from playwright import async_api as playwright

    async with playwright.async_playwright() as browsers:
        browser = await browsers.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 1_200, "height": 700})
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        painted = Painted()
        page.on("websocket", lambda opened: opened.on("framereceived", painted.add))
        answer = await page.goto(address)
        assert answer.status == 200
        assert "token" not in page.url
        await painted.until("film-0003")
        await page.wait_for_selector("body.-first-byte .xterm-helper-textarea:focus")
        await page.keyboard.press("p")
        await painted.until("1 untitled")
        await page.keyboard.press("p")
        await page.keyboard.press("Escape")
        assert all(url.startswith(address.partition("/?")[0]) for url in requests), requests
        await browser.close()

"""`dyntui web`: the app in a browser."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

import click

from dyntui.cli.command import Command, given, look_options
from dyntui.cli.exits import Failure, say
from dyntui.cli.looks import chosen_preferences

TOKEN_VARIABLE = "DYNTUI_WEB_TOKEN"
_PASSED_ON = (
    *("data_dir", "region", "endpoint_url", "profile", "wording", "throttling", "retries"),
    *("units_max", "theme", "symbols"),
)
_FLAGS = ("sample", "remote", "no_mouse", "debug")


class WebCommand(Command):
    """A command that shows the app."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(look_options())


@click.command(cls=WebCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8090,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="Where browsers see it, behind a proxy; else the address by which each came.",
)
@click.pass_context
def web(context: click.Context, host: str, port: int, public_url: str | None) -> None:
    """Show the app in a browser, until Ctrl-C.

    The address that is shown holds a token, without which nobody is let in; DYNTUI_WEB_TOKEN names
    one that stays the same.
    """
    if find_spec("textual_serve") is None:
        raise Failure("the app in a browser needs the extra: pip install 'dyntui[web]'")
    if public_url is not None and urlsplit(public_url).scheme not in ("http", "https"):
        raise click.UsageError(f"--public-url: {public_url!r} is no http address", context)
    _try(context)

    from dyntui.core.connection.listening import (
        ListenError,
        address_text,
        is_open_to_others,
        listen,
    )
    from dyntui.web.server import WebServer

    token = os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(24)
    try:
        listener = listen(host, port)
    except ListenError as error:
        raise Failure(str(error)) from error
    server = WebServer(command_line(context), listener, token, public_url)
    shown = (public_url or address_text(listener)).rstrip("/")
    say(f"dyntui: the app is at {shown}/?token={token} ; Ctrl-C ends it")
    if is_open_to_others(listener):
        say(
            "dyntui: warning: other machines can reach this address; whoever has the token can "
            "read and change everything, and without TLS before it the token can be overheard"
        )
    server.run()


def command_line(context: click.Context) -> str:
    """The line for the shell that opens the app with this command's options, each quoted."""
    words = [sys.executable, "-m", "dyntui"]
    for name in _PASSED_ON:
        value = given(context, name)
        if value is not None:
            words.append(f"--{name.replace('_', '-')}={value}")
    access = given(context, "access")
    if access is not None:
        words.append(f"--{access}")
    words += [f"--{name.replace('_', '-')}" for name in _FLAGS if given(context, name)]
    return shlex.join(words)


def _try(context: click.Context) -> None:
    """Open what the app will open: what is wrong is said here, where somebody reads it."""
    from dyntui.cli.workspace import Workspace

    chosen_preferences(context)
    with click.Context(context.command, parent=context) as inner:
        work = Workspace(inner)
        if work.connection.remote is not None:
            work.call("ListTables", {"Limit": 1})

"""The command `dyntui`: its verbs, imported only when used, and its way out."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

import click

from dyntui import __version__
from dyntui.cli.api.aws_options import aws_options, refuse_on_other_verbs
from dyntui.cli.command import given, global_options, look_options
from dyntui.cli.looks import choose_symbols, chosen_preferences

_VERBS: dict[str, tuple[str, str]] = {
    "ls": ("dyntui.cli.tables:ls", "List the tables, with their sizes."),
    "describe": ("dyntui.cli.tables:describe", "Show a table's schema, indexes and sizes."),
    "create": ("dyntui.cli.tables:create", "Create a table."),
    "alter": ("dyntui.cli.tables:alter", "Change a table's settings or global indexes."),
    "drop": ("dyntui.cli.tables:drop", "Delete a table with everything in it."),
    "get": ("dyntui.cli.items:get", "Show the item with a key."),
    "put": ("dyntui.cli.items:put", "Put one item or many."),
    "rm": ("dyntui.cli.items:rm", "Delete the item with a key."),
    "history": ("dyntui.cli.past:history", "Show the changes of an item or a table."),
    "diff": ("dyntui.cli.past:diff", "Show what differs in a table between two times."),
    "undo": ("dyntui.cli.past:undo", "Undo changes, where nothing was changed since."),
    "query": ("dyntui.cli.read:query", "Show the items of a partition."),
    "scan": ("dyntui.cli.read:scan", "Show all items of a table or an index."),
    "sql": ("dyntui.cli.sql:sql", "Run PartiQL statements."),
    "repl": ("dyntui.cli.repl:repl", "Open a prompt for PartiQL statements."),
    "export": ("dyntui.cli.exporting:export", "Write a table's items to files."),
    "import": ("dyntui.cli.importing:import_items", "Put the items of files into a table."),
    "copy": ("dyntui.cli.copying:copy", "Copy a table."),
    "truncate": ("dyntui.cli.copying:truncate", "Take all items out of a table."),
    "backup": ("dyntui.cli.backups:backup", "Back tables up, and restore them."),
    "restore": ("dyntui.cli.backups:restore_table", "Restore a table as of a time."),
    "snapshot": ("dyntui.cli.snapshots:snapshot", "Keep the Region as it is, and go back to it."),
    "keys": ("dyntui.cli.archive_keys:keys", "Keys to encrypt with, and the key of backups."),
    "pitr": ("dyntui.cli.pitr:pitr", "Turn point-in-time recovery on or off."),
    "serve": ("dyntui.cli.serve:serve", "Serve the tables to SDKs over HTTP."),
    "web": ("dyntui.cli.web:web", "Show the app in a browser."),
    "crypto": ("dyntui.cli.crypto:crypto", "Seal items before they are stored."),
    "verify": ("dyntui.cli.encrypt_table:verify", "Check every sealed item of a table."),
    "encrypt-table": ("dyntui.cli.encrypt_table:encrypt_table", "Seal the items of a table."),
    "dynamodb": ("dyntui.cli.api.commands:dynamodb", "Any operation, as the AWS CLI has it."),
    "dynamodbstreams": (
        "dyntui.cli.api.commands:dynamodbstreams",
        "Any operation on streams, as the AWS CLI has it.",
    ),
    "streams": ("dyntui.cli.streams:streams", "List streams, and follow a table's changes."),
    "ttl": ("dyntui.cli.ttl:ttl", "Time to Live: turn it on or off, run it now."),
    "stats": ("dyntui.cli.stats:stats", "Show capacity: consumed, throttled, hot keys, cost."),
    "load-test": ("dyntui.cli.load_test:load_test", "Drive traffic over a table."),
    "sample": ("dyntui.cli.sample:sample", "Load sample tables."),
    "learn": ("dyntui.cli.learn:learn", "Lessons: run and read how DynamoDB behaves."),
    "config": ("dyntui.cli.config:config", "Show, check and begin the file of your settings."),
    "doctor": ("dyntui.cli.doctor:doctor", "Check the data folder, and show what it holds."),
    "completion": ("dyntui.cli.completion:completion", "Print a shell's completion script."),
}


class Root(click.Group):
    """The command itself: opens the app, or runs a verb, and turns every end into an exit code."""

    def __init__(self, verbs: Mapping[str, tuple[str, str]], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._verbs = verbs
        self.params.extend([*global_options(), *look_options(), *aws_options(hidden=True)])

    def list_commands(self, _context: click.Context) -> list[str]:
        """The verbs, in the order of their use."""
        return list(self._verbs)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import a verb."""
        if name not in self._verbs:
            return None
        module, _, attribute = self._verbs[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a verb; where there is none of that name, tell which one is like it."""
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self._verbs, 1)
            if not near or args[0] in self._verbs:
                raise
            raise click.UsageError(
                f"there is no command {args[0]!r}; did you mean {near[0]}?", context
            ) from error

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._verbs.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run, and exit with one of the codes of `dyntui.cli.exits`."""
        del standalone_mode
        arguments = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(
                arguments, prog_name or "dyntui", complete_var, standalone_mode=False, **extra
            )
            sys.stdout.flush()
        except (Exception, KeyboardInterrupt) as error:
            from dyntui.cli.exits import exit_code_of

            code = exit_code_of(error.error if isinstance(error, _PipeError) else error)
            if "--debug" in arguments:
                import traceback

                traceback.print_exception(error)
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line, which may print the help; see `invoke`."""
        with _own_broken_pipe():
            return super().make_context(*args, **extra)

    def invoke(self, context: click.Context) -> Any:
        """Run the verb; click's own way with a broken pipe is not ours."""
        with _own_broken_pipe():
            return super().invoke(context)


@contextmanager
def _own_broken_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _PipeError(error) from error


class _PipeError(Exception):
    """Carries a BrokenPipeError past click."""

    def __init__(self, error: BrokenPipeError) -> None:
        super().__init__()
        self.error = error


@click.command(
    cls=Root,
    verbs=_VERBS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="dyntui %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """A DynamoDB workbench for the terminal, on a folder of files.

    Without a command, it opens the app.
    """
    choose_symbols(context)
    if context.invoked_subcommand not in ("dynamodb", "dynamodbstreams"):
        refuse_on_other_verbs(context)
    if context.invoked_subcommand is None:
        _open_app(context)


def _open_app(context: click.Context) -> None:
    # A browser shows what is written to pipes; `dyntui web` has prepared all else.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not in_browser:
        raise click.UsageError("the app needs a terminal; name a command", context)

    # What the app begins with stays: garbage is looked for from then on, by the app.
    gc.disable()

    from dyntui.cli.workspace import workspace

    look = chosen_preferences(context)
    work = workspace(context)
    connection = work.connection
    if connection.remote is not None:
        # One line now, rather than an app that has nothing to show.
        work.call("ListTables", {"Limit": 1})
    if given(context, "sample") and not connection.created and not in_browser:
        from dyntui.cli.sample import load_samples

        load_samples(connection)

    from dyntui.app import run_app

    run_app(connection, look)


def run() -> NoReturn:
    """Run the command on the process's arguments and streams."""
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(cli.main())


def _nowhere(mode: str) -> TextIO:
    """In place of a stream that was closed before the start: Python has None for it."""
    return io.TextIOWrapper(io.FileIO(os.devnull, mode), encoding="utf-8")

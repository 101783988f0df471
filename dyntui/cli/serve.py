"""`dyntui serve`: DynamoDB's HTTP protocol for the SDKs of all languages."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click

from dyntui.cli.command import Command, given, read_only_given
from dyntui.cli.exits import Failure, say
from dyntui.cli.looks import environment
from dyntui.core.connection.choices import (
    ConnectError,
    check_may_make,
    data_folder,
    read_only_by,
    region_name,
    throttling_name,
    wording_name,
)


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option("--in-memory", is_flag=True, help="Keep nothing: all is gone when the server ends.")
@click.option(
    "--durability",
    type=click.Choice(("full", "relaxed")),
    help="Whether what was acknowledged survives power loss, or only the end of the process; full "
    "unless the folder's settings say otherwise.",
)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="Serve HTTPS (PEM).")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="Its key (PEM).")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes share the port.",
)
@click.pass_context
def serve(context: click.Context, /, workers: int, in_memory: bool, **options: Any) -> None:
    """Serve the tables to any program written for DynamoDB, until Ctrl-C.

    Point an SDK's endpoint at the address that is shown. Any access key is accepted; the Region in
    it selects the tables of that Region, and one that DynamoDB does not have means --region.
    """
    from dyntui.core.connection.listening import is_open_to_others
    from dyntui.serve.settings import ServeError, Settings, address_of, bind

    if any(given(context, name) for name in ("remote", "endpoint_url", "profile")):
        raise click.UsageError("the server is no remote's: it serves a data folder", context)
    if (options["tls_cert"] is None) != (options["tls_key"] is None):
        raise click.UsageError("--tls-cert and --tls-key are given both, or neither", context)
    if given(context, "units_max") is not None:
        raise click.UsageError("--units-max is for commands, and not for a server", context)
    if in_memory and workers > 1:
        raise click.UsageError("--in-memory takes one worker: memory is not shared", context)
    if in_memory and (given(context, "data_dir") is not None or given(context, "sample")):
        raise click.UsageError("--in-memory takes neither --data-dir nor --sample", context)
    settings = Settings(
        data_dir=None if in_memory else _folder(context),
        region=region_name(given(context, "region"), environment(context)),
        wording=wording_name(given(context, "wording")),
        throttling=_throttling(context),
        read_only=read_only_by(read_only_given(context)),
        **options,
    )
    if settings.read_only:
        _check_read_only(settings.data_dir, settings.read_only)
    debug = bool(given(context, "debug"))

    def tell(listener: socket.socket) -> None:
        kept = "in memory" if settings.data_dir is None else str(settings.data_dir)
        kept += ", read-only" if settings.read_only else ""
        say(f"dyntui: DynamoDB at {address_of(settings, listener)} ({kept}); Ctrl-C ends it")
        if is_open_to_others(listener):
            say("dyntui: warning: whoever reaches this address can read and change everything")

    try:
        if workers > 1:
            from dyntui.serve.workers import serve_with_workers

            serve_with_workers(settings, workers, tell, debug=debug)
        else:
            from dyntui.serve.process import serve as serve_alone

            with bind(settings) as listener:
                serve_alone(settings, listener, lambda: tell(listener), say, debug=debug)
    except ServeError as error:
        raise Failure(str(error)) from error


def _check_read_only(data_dir: str | None, by: str) -> None:
    """Where nothing may be changed, there has to be something; raises `ConnectError`."""
    if data_dir is None:
        raise ConnectError(f"{by}: a server in memory would stay empty")
    check_may_make(Path(data_dir), by)


def _throttling(context: click.Context) -> str | None:
    """As it is given, or the environment says; sample data is not throttled."""
    name = throttling_name(given(context, "throttling"))
    return name or ("off" if given(context, "sample") else None)


def _folder(context: click.Context) -> str:
    """The data folder; that of the sample data is filled where it is new."""
    sample = bool(given(context, "sample"))
    if sample:
        from dyntui.cli.workspace import workspace

        workspace(context).connection.close()
    known = environment(context)
    return str(data_folder(given(context, "data_dir"), sample=sample, environment=known))

"""`dyntui completion`: what a shell needs to complete commands, options and tables."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dyntui.cli.command import Command

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_DYNTUI_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a shell's completion script.

    bash: eval "$(dyntui completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish:
    dyntui completion fish > ~/.config/fish/completions/dyntui.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(kind(context.find_root().command, {}, "dyntui", VARIABLE).source())

"""weightmark completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from weightmark.cli import main


@click.command(
    "completion",
    epilog="""\b
Example, for bash:
  weightmark completion bash > ~/.local/share/bash-completion/completions/weightmark
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that completes weightmark's commands in SHELL."""
    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(main.program, {}, "weightmark", "_WEIGHTMARK_COMPLETE").source())

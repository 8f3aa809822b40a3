"""weightmark completion."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from weightmark.cli import main, options, output

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(
    "completion",
    epilog="""\b
Example, for bash:
  weightmark completion bash > ~/.local/share/bash-completion/completions/weightmark
""",
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@options.as_json
def command(shell: str, *, as_json: bool) -> None:
    """Print the script that completes weightmark's commands in SHELL."""
    script = SHELLS[shell](main.program, {}, "weightmark", "_WEIGHTMARK_COMPLETE").source()
    if as_json:
        output.print_json({"shell": shell, "script": script})
    else:
        click.echo(script)

"""What the commands that run servers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from weightmark.cli import output
from weightmark.cli.options import Decorator, combined
from weightmark.errors import MissingExtraError

if TYPE_CHECKING:
    from weightmark.api.running import Listening

# What the extra "server" installs, and servers import.
EXTRA_PACKAGES = frozenset({"fastapi", "starlette", "uvicorn"})

_PORTS = click.IntRange(0, 65535)


def address(port: int) -> Decorator:
    """Return the options that say where to listen.

    Args:
        port: The port if none is given.
    """
    return combined(
        click.option(
            "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
        ),
        click.option("--port", default=port, show_default=True, type=_PORTS, help="The port."),
    )


@contextmanager
def needing_extra(what: str) -> Iterator[None]:
    """Import what the extra "server" installs.

    Args:
        what: What needs it.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA_PACKAGES:
            raise
        raise MissingExtraError(
            f"{what} needs the package {package}", hint="pip install 'weightmark[server]'"
        ) from None


def announcement(warning: str, *, as_json: bool) -> Callable[[Listening], None]:
    """Return what tells where a server listens.

    Args:
        warning: What is to be thought of where others than this machine can ask.
        as_json: Whether a program wants to know.
    """

    def announce(listening: Listening) -> None:
        click.echo(f"listening on {listening.url}; Ctrl-C ends it", err=True)
        if not listening.is_loopback:
            click.echo(f"warning: {warning}; there is no authentication", err=True)
        if as_json:
            output.print_json({"host": listening.host, "port": listening.port})

    return announce

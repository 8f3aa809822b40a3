"""weightmark serve."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, output
from weightmark.errors import MissingExtraError

# What the extra "server" installs, and the web API imports.
EXTRA_PACKAGES = frozenset({"fastapi", "starlette", "uvicorn"})


@click.command(
    "serve",
    epilog="""\b
Examples:
  weightmark serve
  weightmark serve --port 9000 --network sepolia
""",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8480, show_default=True, type=click.IntRange(0, 65535), help="The port."
)
@options.combined(options.chain, options.trust, options.state)
def command(host: str, port: int, *, as_json: bool, **given: Any) -> None:
    """Answer look-ups over HTTP, from what this machine knows and from the chain.

    The API has no accounts, and only reads. Its description is at /openapi.json. SIGINT (Ctrl-C)
    and SIGTERM end it.
    """
    application = options.application(given)
    try:
        from weightmark.api.server import Listening, serve
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA_PACKAGES:
            raise
        raise MissingExtraError(
            f"the web API needs the package {package}", hint="pip install 'weightmark[server]'"
        ) from None

    def announce(listening: Listening) -> None:
        click.echo(f"listening on {listening.url}; Ctrl-C ends it", err=True)
        if not listening.is_loopback:
            click.echo("warning: whoever reaches it may ask; there is no authentication", err=True)
        if as_json:
            output.print_json({"host": listening.host, "port": listening.port})

    serve(application, host, port, announce)

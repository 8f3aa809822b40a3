"""weightmark serve."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, serving


@click.command(
    "serve",
    epilog="""\b
Examples:
  weightmark serve
  weightmark serve --port 9000 --network sepolia
""",
)
@options.combined(serving.address(8480), options.chain, options.trust, options.state)
def command(host: str, port: int, *, as_json: bool, **given: Any) -> None:
    """Answer look-ups over HTTP, from what this machine knows and from the chain.

    The API has no accounts, and only reads. Its description is at /openapi.json. SIGINT (Ctrl-C)
    and SIGTERM end it.
    """
    application = options.application(given)
    with serving.needing_extra("the web API"):
        from weightmark.api.server import serve

    announce = serving.announcement("whoever reaches it may ask", as_json=as_json)
    serve(application, host, port, announce)

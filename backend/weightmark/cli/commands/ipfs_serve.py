"""weightmark ipfs serve."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, serving


@click.command(
    "serve",
    epilog="""\b
Examples:
  weightmark ipfs serve
  weightmark ipfs serve --host 192.0.2.7 --port 8090
""",
)
@options.combined(serving.address(8090), options.state)
def command(host: str, port: int, *, as_json: bool, **given: Any) -> None:
    """Serve the embedded store to other machines.

    It is a trustless gateway: 'weightmark fetch --gateway' asks it, and so may any other client of
    IPFS that checks what it gets. It asks nobody else, and shows no list. SIGINT (Ctrl-C) and
    SIGTERM end it.
    """
    application = options.application(given)
    with serving.needing_extra("the gateway"):
        from weightmark.api.server import serve_blocks

    warning = "whoever reaches it can read what is pinned here"
    announce = serving.announcement(warning, as_json=as_json)
    serve_blocks(application.store, host, port, announce)

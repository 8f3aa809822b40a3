"""The servers that commands run: the web API, and the gateway of blocks."""

from __future__ import annotations

from collections.abc import Callable

from weightmark.api.app import create_app
from weightmark.api.gateway import create_gateway
from weightmark.api.running import Listening, run
from weightmark.bootstrap.application import Application
from weightmark.ports.blocks import BlockSource

Announce = Callable[[Listening], None]


def serve(application: Application, host: str, port: int, announce: Announce) -> None:
    """Answer look-ups until SIGINT or SIGTERM; see `running.run`."""
    run(lambda at: create_app(application, local_only=at.is_loopback), host, port, announce)


def serve_blocks(blocks: BlockSource, host: str, port: int, announce: Announce) -> None:
    """Serve blocks until SIGINT or SIGTERM; see `running.run`."""
    run(lambda at: create_gateway(blocks, local_only=at.is_loopback), host, port, announce)

"""Waiting until what a command has written is final, where that is asked for."""

from __future__ import annotations

import click

from weightmark.bootstrap.application import Application
from weightmark.cli.progress import status
from weightmark.domain.networks import Network
from weightmark.domain.statements import Statement
from weightmark.errors import UsageError
from weightmark.services.finality import Waiting

wait_final = click.option(
    "--wait-final",
    type=click.IntRange(1, 24 * 60),
    metavar="MINUTES",
    help="Wait, so long at most, until no reorganisation takes it back.  [default: do not wait]",
)


def check_wait(minutes: int | None, *, sending: bool) -> None:
    """Make sure that there is something to wait for.

    Raises:
        UsageError: Nothing is sent.
    """
    if minutes is not None and not sending:
        raise UsageError("--wait-final belongs to what is sent, and nothing is")


def wait_until_final(
    application: Application,
    network: Network,
    statement: Statement,
    reference: str,
    minutes: int | None,
) -> None:
    """Wait until what a statement says is final, if that is asked for.

    Raises:
        RefusedError: Something else was written meanwhile.
        TransactionFailedError: It is not in time.
        ChainUnreachableError: The chain does not answer.
    """
    if minutes is None:
        return
    with status() as show:

        def tell(final: int, newest: int) -> None:
            show(f"waiting until it is final: block {final} is, {newest} is the newest")

        waiting = Waiting(60 * minutes, tell)
        application.wait_until_final(network, statement, reference, waiting)

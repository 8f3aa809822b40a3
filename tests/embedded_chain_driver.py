"""Writes to an embedded chain in a process of its own, and dies in the middle if it is told to.

    python embedded_chain_driver.py PATH KEY VERSION... [--kill STATEMENT COUNT before|after]

The process kills itself when it is about to execute, or has executed, a statement that starts with
STATEMENT for the COUNT-th time. With it, the database's memory is so small that changes reach the
file long before they are committed: what is left behind has to be undone.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from weightmark.adapters.chain.embedded import EmbeddedChainWriter
from weightmark.domain.actions import Register
from weightmark.domain.statements import ReleaseStatement


def statement_of(publisher: str, version: str) -> ReleaseStatement:
    """Return the release that the driver registers under a version."""
    return ReleaseStatement(publisher, "acme/digits", version, b"\x01" * 32, b"\x02" * 32)


class DyingConnection(sqlite3.Connection):
    """A connection that takes its process with it."""

    statement = ""
    remaining = 0
    moment = ""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        hit = sql.startswith(DyingConnection.statement)
        DyingConnection.remaining -= hit
        dying = hit and DyingConnection.remaining == 0
        if dying and DyingConnection.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        cursor = super().execute(sql, *arguments)
        if dying:
            os.kill(os.getpid(), signal.SIGKILL)
        return cursor


def prepare_to_die(statement: str, count: str, moment: str) -> None:
    """Make every connection of this process one that dies."""
    DyingConnection.statement, DyingConnection.remaining = statement, int(count)
    DyingConnection.moment = moment
    connect = sqlite3.connect

    def connect_dying(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options, factory=DyingConnection)
        sqlite3.Connection.execute(connection, "PRAGMA cache_size = 1")
        sqlite3.Connection.execute(connection, "PRAGMA cache_spill = 1")
        return connection

    sqlite3.connect = connect_dying  # type: ignore[assignment]


def main(path: str, key: str, *rest: str) -> None:
    """Register the versions, one after the other."""
    versions = rest
    if "--kill" in rest:
        at = rest.index("--kill")
        versions = rest[:at]
        prepare_to_die(*rest[at + 1 :])
    writer = EmbeddedChainWriter(Path(path), bytes.fromhex(key))
    for version in versions:
        writer.send(Register(statement_of(writer.account, version), 0))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The file of the embedded chain, and the lock beside it.

Laws:

- One SQLite transaction per block: a reader sees whole blocks only, and needs no lock of ours.
- Nothing is ever changed or removed, only added, except the pointer to the newest block.
- A rollback journal, not a write-ahead log: a chain at rest is one file, which can be copied, and
  read where nothing can be written. What a killed writer leaves behind is undone by whoever opens
  the file next; so readers open it for writing where they may, and write nothing else.
- Writers exclude each other by the lock, and keep nothing in memory from one block to the next:
  another process may have written in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weightmark.adapters.state.atomic import private_file
from weightmark.adapters.state.locks import file_lock
from weightmark.errors import NotDeployedError, StorageError

SCHEMA_VERSION = 1

# How long a statement waits for another process to finish a block, in seconds.
BUSY_SECONDS = 20.0

_SCHEMA = (
    # What py-evm stores: trie nodes, headers and code by their hashes, and its own few pointers.
    "CREATE TABLE nodes (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE logs (
        block_number INTEGER, position INTEGER, transaction_hash BLOB NOT NULL,
        address BLOB NOT NULL, topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB,
        data BLOB NOT NULL, PRIMARY KEY (block_number, position)) WITHOUT ROWID""",
    "CREATE INDEX logs_by_topic1 ON logs (topic1)",
    "CREATE INDEX logs_by_topic2 ON logs (topic2)",
    "CREATE INDEX logs_by_topic3 ON logs (topic3)",
    "CREATE TABLE faucet (private_key BLOB NOT NULL)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class Nodes:
    """The key-value table, as the mapping that `trie` and py-evm read and write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getitem__(self, key: bytes) -> bytes:
        query = "SELECT CAST(value AS BLOB) FROM nodes WHERE key = ?"
        row = self._connection.execute(query, (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __contains__(self, key: bytes) -> bool:
        query = "SELECT 1 FROM nodes WHERE key = ?"
        return self._connection.execute(query, (key,)).fetchone() is not None

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO nodes VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        self._connection.execute("DELETE FROM nodes WHERE key = ?", (key,))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the chain for reading.

    Raises:
        NotDeployedError: There is no chain yet.
        StorageError: The file cannot be read.
    """
    try:
        path.stat()
    except FileNotFoundError:
        raise _nothing_yet() from None
    except OSError as error:
        raise StorageError(
            f"the embedded chain in {path} cannot be read: {error.strerror}",
            hint="make it readable, or choose another --data-dir",
        ) from error
    with _opened(path) as connection:
        connection.execute("PRAGMA query_only = ON")
        if not is_created(connection, path):
            raise _nothing_yet()
        yield connection


@contextmanager
def writing(path: Path, lock_seconds: float, *, kept: bool = True) -> Iterator[sqlite3.Connection]:
    """Open the chain for one block: what is written is there at the end, or not at all.

    Args:
        path: The chain's file, which need not exist yet.
        lock_seconds: How long to wait for another writer.
        kept: Whether what is written stays; otherwise it was only tried.

    Raises:
        LockTimeoutError: Another process does not let go of the lock.
        StorageError: The file cannot be written.
    """
    with (
        file_lock(path.with_name(f"{path.name}.lock"), lock_seconds),
        _opened(private_file(path)) as connection,
    ):
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        # Whatever ends this before COMMIT closes the connection, and undoes all of it.
        yield connection
        connection.execute("COMMIT" if kept else "ROLLBACK")


def is_created(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file holds a chain; a writer may have been killed before it made one.

    Raises:
        StorageError: It holds something that this version does not understand.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, SCHEMA_VERSION):
        raise StorageError(
            f"the embedded chain in {path} has format {version}; this version of weightmark knows "
            f"format {SCHEMA_VERSION}",
            hint="use the version that wrote it, or a newer one",
        )
    return bool(version)


def create_schema(connection: sqlite3.Connection) -> None:
    """Create the tables, as part of the transaction that writes the first block."""
    for statement in _SCHEMA:
        connection.execute(statement)


def corrupt(path: Path, detail: str) -> StorageError:
    """Return the error for a file whose content contradicts itself."""
    return StorageError(
        f"the embedded chain in {path} is damaged: {detail}",
        hint="restore it from a copy, or move it away to start a new chain",
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # mode=rw falls back to reading where the file cannot be written.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _storage_error(path, error) from error


def _nothing_yet() -> NotDeployedError:
    return NotDeployedError(
        "nothing has been published on 'local' yet: there is no embedded chain",
        hint="'weightmark publish' makes it, and so does 'weightmark network deploy local'; what "
        "others published is on a chain of another --network",
    )


def _storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    # The low byte is the kind of error, the others say more about it.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_FULL:
            hint = "free some space; nothing was lost, and the command can be repeated"
        case sqlite3.SQLITE_BUSY:
            hint = "wait for the other weightmark command to end, and try again"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return corrupt(path, str(error))
        case _:
            hint = "free some space; check the file, its directory and their permissions"
    return StorageError(f"the embedded chain in {path} cannot be used: {error}", hint=hint)

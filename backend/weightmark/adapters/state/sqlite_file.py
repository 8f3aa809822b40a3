"""Files of SQLite: private, durable, and used by several processes at once."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from weightmark.adapters.state.atomic import private_file, storage_error
from weightmark.errors import StorageError

_BUSY_SECONDS = 30.0
_HAS_TABLES = "SELECT 1 FROM sqlite_master LIMIT 1"
# The process that reads, and device and inode of the file that it reads.
_Read: TypeAlias = tuple[int, int, int]


class _Readers:
    """Connections that are kept for whoever reads next: opening one takes ten times a look-up.

    They are of one process, since none survives a fork, and of the file that is there now.
    """

    def __init__(self) -> None:
        self._idle: deque[tuple[_Read, sqlite3.Connection]] = deque()

    def take(self, read: _Read) -> sqlite3.Connection | None:
        """Return a connection that nobody else has, if there is one."""
        while self._idle:
            try:
                of, database = self._idle.pop()
            except IndexError:  # another thread took the last one
                break
            if of == read:
                return database
            database.close()
        return None

    def keep(self, read: _Read, database: sqlite3.Connection) -> None:
        """Take back a connection, of which no statement runs any more."""
        self._idle.append((read, database))

    def __del__(self) -> None:
        for _, database in self._idle:
            database.close()


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A database that is made when something is first written.

    Attributes:
        path: Where it is.
        schema: Statements that make what is not there yet.
        what: What an error calls it.
        loss: What is lost with it, where it is damaged and has to be made anew.
        pragmas: Statements before a transaction that writes.
    """

    path: Path
    schema: str
    what: str
    loss: str
    pragmas: str = ""
    _readers: _Readers = field(default_factory=_Readers, init=False, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open it to be read, from any thread; where there is none, it is empty.

        Raises:
            StorageError: It cannot be read.
        """
        read = self._read()
        with self._explained():
            database = self._readers.take(read) if read else None
            database = database or (self._opened() if read else None)
            if read is None or database is None:
                with closing(sqlite3.connect(":memory:")) as empty:
                    empty.executescript(self.schema)
                    yield empty
                return
            try:
                yield database
            except BaseException:
                database.close()
                raise
            self._readers.keep(read, database)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open it for one transaction, which is rolled back where anything is raised.

        Raises:
            StorageError: It cannot be written.
        """
        private_file(self.path)
        with self._explained(), closing(self._connected()) as database, database:
            database.executescript(f"{self.pragmas} BEGIN IMMEDIATE; {self.schema}")
            yield database

    def _read(self) -> _Read | None:
        """Return what is read; None where nothing is there, or nothing was ever written to it."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error(self.path, error) from None
        return (os.getpid(), status.st_dev, status.st_ino) if status.st_size else None

    def _opened(self) -> sqlite3.Connection | None:
        """Open it to be read, unless the process that first wrote to it ended within that."""
        database = self._connected()
        try:
            if database.execute(_HAS_TABLES).fetchone():
                return database
        except sqlite3.Error:
            database.close()
            raise
        database.close()
        return None

    def _connected(self) -> sqlite3.Connection:
        # Not read-only: what a process left that ended within a transaction is rolled back first.
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",
            timeout=_BUSY_SECONDS,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise ours in place of SQLite's errors."""
        try:
            yield
        # A number out of SQLite's range, or a value that this version does not know.
        except (sqlite3.Error, OverflowError, ValueError) as error:
            hint = (
                "free space or correct its permissions; if it is damaged, move it away: "
                f"it is made anew, without {self.loss}"
            )
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                hint = "try again once whoever else uses it has ended"
            message = f"{self.what} ({self.path}) cannot be used: {error}"
            raise StorageError(message, hint=hint) from None

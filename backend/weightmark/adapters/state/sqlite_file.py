"""Files of SQLite: private, durable, and used by several processes at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from weightmark.adapters.state.atomic import private_file, storage_error
from weightmark.errors import StorageError

_BUSY_SECONDS = 30.0


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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open it to be read; where there is none, it is empty.

        Raises:
            StorageError: It cannot be read.
        """
        if self._is_empty():
            with self._opened(":memory:") as database:
                database.executescript(self.schema)
                yield database
            return
        # Not read-only: what a process left that ended within a transaction is rolled back first.
        with self._opened(f"{self.path.absolute().as_uri()}?mode=rw") as database:
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open it for one transaction, which is rolled back where anything is raised.

        Raises:
            StorageError: It cannot be written.
        """
        with self._opened(str(private_file(self.path))) as database, database:
            database.executescript(f"{self.pragmas} BEGIN IMMEDIATE; {self.schema}")
            yield database

    def _is_empty(self) -> bool:
        """Whether nothing is there, or what a process leaves that ends before it wrote anything."""
        try:
            return self.path.stat().st_size == 0
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError as error:
            raise storage_error(self.path, error) from None

    @contextmanager
    def _opened(self, name: str) -> Iterator[sqlite3.Connection]:
        database = None
        try:
            database = sqlite3.connect(name, timeout=_BUSY_SECONDS, uri=True, isolation_level=None)
            yield database
        # A number out of SQLite's range, or a value that this version does not know.
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise StorageError(
                f"{self.what} ({self.path}) cannot be used: {error}",
                hint="free space or correct its permissions; if it is damaged, move it away: "
                f"it is made anew, without {self.loss}",
            ) from None
        finally:
            if database is not None:
                database.close()

"""Digests of files that have not changed since they were hashed, in one SQLite file.

Used where a publisher makes a manifest again; never by a verification. A file counts as unchanged
if device, inode, size, mtime and ctime are the same. That says nothing of a file that was changed
within the clock's granularity before it was hashed, as it can be changed again without a new time:
the problem that git calls "racy" (git's Documentation/technical/racy-git.txt). The digest of such a
file is not stored. A file that is being written through a memory mapping can change unnoticed, as
in git.

The cache is a convenience: one that is corrupt is deleted, one that cannot be used is ignored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from weightmark.adapters.files.reading import last_change_in
from weightmark.adapters.state.atomic import private_file
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import StorageError

# In nanoseconds; the coarsest clock of a file system in use is FAT's, with two seconds.
SAFETY_MARGIN = 2_000_000_000
# About 40 MiB: two manifests with 100,000 files each, and more.
MAX_ROWS = 250_000

_LOCK_TIMEOUT_SECONDS = 0.2
_CREATE = "CREATE TABLE IF NOT EXISTS digests_v1 (key BLOB NOT NULL UNIQUE, digest BLOB NOT NULL)"
_FIND = "SELECT digest FROM digests_v1 WHERE key = ?"
_STORE = "INSERT OR REPLACE INTO digests_v1 (key, digest) VALUES (?, ?)"
_PRUNE = "DELETE FROM digests_v1 WHERE rowid <= (SELECT max(rowid) FROM digests_v1) - ?"


class DigestCache:
    """A cache in the file ``path``, which need not exist.

    Args:
        path: The SQLite file.
        max_rows: How many digests are kept; the oldest go first.
    """

    def __init__(self, path: Path, *, max_rows: int = MAX_ROWS) -> None:
        self._path = path
        self._max_rows = max_rows

    def find(self, identities: Mapping[str, bytes], algorithm: DigestAlgorithm) -> dict[str, bytes]:
        """Return the digests that are known, by the keys of ``identities``.

        Args:
            identities: Each file's identity (see `identity_of`), by its path.
            algorithm: The hash function.
        """
        found: dict[str, bytes] = {}
        with self._tolerant(), self._opened() as database:
            prefix = algorithm.multihash_prefix
            for path, identity in identities.items():
                row = database.execute(_FIND, (prefix + identity,)).fetchone()
                if row is not None:
                    found[path] = row[0]
        return found

    def store(
        self, digests: Mapping[bytes, bytes], algorithm: DigestAlgorithm, started: int
    ) -> None:
        """Remember digests of files that had not changed for the safety margin.

        Args:
            digests: Each file's digest, by its identity.
            algorithm: The hash function.
            started: When the first of them was begun, in nanoseconds since 1970.
        """
        newest = started - SAFETY_MARGIN
        rows = [
            (algorithm.multihash_prefix + identity, digest)
            for identity, digest in digests.items()
            if last_change_in(identity) < newest
        ]
        if not rows:
            return
        with self._tolerant(), self._opened() as database, database:
            database.executemany(_STORE, rows)
            database.execute(_PRUNE, (self._max_rows,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        path = private_file(self._path)
        with closing(sqlite3.connect(path, timeout=_LOCK_TIMEOUT_SECONDS)) as database:
            database.execute(_CREATE)
            yield database

    @contextmanager
    def _tolerant(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, StorageError):
            pass
        except sqlite3.DatabaseError:
            with suppress(OSError):
                self._path.unlink()

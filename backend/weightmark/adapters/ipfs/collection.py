"""Removing from the embedded store what no pin leads to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.ipfs.store_file import COPIES, FOLDER_LENGTH, inside, kept_block
from weightmark.adapters.state.atomic import storage_error
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import ContentUnavailableError
from weightmark.ports.store import Freed

if TYPE_CHECKING:
    import sqlite3

    from weightmark.adapters.state.sqlite_file import SqliteFile

_BATCH = 1000

# References to copies are the paths between "copies/" and "copies0".
_FORGET = """
    DELETE FROM leaves WHERE file IN (
        SELECT id FROM files WHERE path > :first AND path < :last
        AND substr(path, 1, :length) NOT IN (SELECT folder FROM pins)
    )
"""


def collect(file: SqliteFile, store: Path) -> Freed:
    """Remove blocks, references and copies that no pin leads to; see `ContentStore.collect`.

    The database is first to forget them: what is left of a folder when the process ends is removed
    by the next one.

    Args:
        file: The database.
        store: The folder that it is in.
    """
    with file.writing() as database:
        pinned = {bytes(row[0]) for row in database.execute("SELECT folder FROM pins")}
        unused = list(_unused(store, pinned))
        _mark(database)
        _forget(database)
        blocks, size = _sweep(database)
    files = 0
    for folder in unused:
        count, taken = _measured(folder)
        files, size = files + count, size + taken
        _remove(folder)
    return Freed(blocks, files, size)


def _unused(store: Path, pinned: set[bytes]) -> Iterator[Path]:
    if (store / COPIES).is_dir():
        for path in (store / COPIES).iterdir():
            is_ours = len(path.name) == FOLDER_LENGTH and path.is_dir()
            if is_ours and inside(store, os.fsencode(path)) not in pinned:
                yield path


def _mark(database: sqlite3.Connection) -> None:
    """Write down which blocks the pins lead to."""

    def get(cid: bytes) -> bytes:
        block = kept_block(database, cid)
        if block is None:
            raise ContentUnavailableError(
                f"the embedded store lacks {cid_text(cid)}, and so nothing is removed",
                hint="'weightmark ipfs store verify' says what it belongs to",
            )
        return block

    database.execute("CREATE TEMP TABLE reached (cid BLOB PRIMARY KEY) WITHOUT ROWID")
    roots = database.execute("SELECT DISTINCT root FROM pins").fetchall()
    for (root,) in roots:
        cids = reachable(root, get)
        while batch := [(cid,) for cid in islice(cids, _BATCH)]:
            database.executemany("INSERT OR IGNORE INTO reached VALUES (?)", batch)


def _forget(database: sqlite3.Connection) -> None:
    """Take back the references to copies that no pin names, also where they are gone."""
    first, last = f"{COPIES}/".encode(), f"{COPIES}0".encode()
    length = len(first) + FOLDER_LENGTH
    database.execute(_FORGET, {"first": first, "last": last, "length": length})


def _sweep(database: sqlite3.Connection) -> tuple[int, int]:
    """Remove what was not written down, and return how many blocks and bytes."""
    unreached = "WHERE cid NOT IN (SELECT cid FROM reached)"
    count, size = database.execute(
        f"SELECT COUNT(*), COALESCE(SUM(LENGTH(block)), 0) FROM blocks {unreached}"  # noqa: S608
    ).fetchone()
    database.execute(f"DELETE FROM blocks {unreached}")  # noqa: S608
    leaves = database.execute(f"DELETE FROM leaves {unreached}").rowcount  # noqa: S608
    database.execute("DELETE FROM files WHERE id NOT IN (SELECT file FROM leaves)")
    return count + leaves, size


def _measured(folder: Path) -> tuple[int, int]:
    """Return how many files are in a folder, and how many bytes of the disk they take."""
    count = size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            count += 1
            size += (Path(path) / name).lstat().st_blocks * 512
    return count, size


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise storage_error(folder, error) from None

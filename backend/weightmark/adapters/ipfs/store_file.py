"""Where the embedded store keeps its blocks, and where those are that it does not keep itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.sqlite_file import SqliteFile
from weightmark.domain.content_address import cid_text, is_block
from weightmark.errors import ContentError

if TYPE_CHECKING:
    import sqlite3

# Nodes and manifests are kept with their bytes. A leaf is where a file has it, the newest place in
# each file; one leaf may be in many. Deleting makes the file smaller. Blocks have row ids: SQLite
# compares whole rows of tables without them, so that a look-up would read many blocks. Copies are
# named as they are below the store's folder, so that it can be moved, or mounted elsewhere.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS blocks (
    id INTEGER PRIMARY KEY, cid BLOB NOT NULL UNIQUE, block BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS files (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS leaves (
    cid BLOB NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (cid, file)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pins (
    id INTEGER PRIMARY KEY,
    root BLOB NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL, time INTEGER NOT NULL,
    files INTEGER NOT NULL, size INTEGER NOT NULL, folder BLOB NOT NULL,
    UNIQUE (root, label)
);
"""

# Where copies are, below the store's folder: in folders that are named by the hex of a UUID, and
# nothing else there is ours.
COPIES = "copies"
FOLDER_LENGTH = 32


def inside(folder: Path, place: bytes) -> bytes:
    """Return how the database names a place: if it is in the store's folder, from there on."""
    return place.removeprefix(os.fsencode(folder) + b"/")


def outside(folder: Path, name: bytes) -> bytes:
    """Return the place that the database of the store in a folder names."""
    return os.path.join(os.fsencode(folder), name)  # noqa: PTH118 - of bytes


def kept_block(database: sqlite3.Connection, cid: bytes) -> bytes | None:
    """Return a block that is kept with its bytes, if there is one.

    Raises:
        ContentError: It is damaged.
    """
    row = database.execute("SELECT block FROM blocks WHERE cid = ?", (cid,)).fetchone()
    if row is None:
        return None
    block = bytes(row[0])
    if not is_block(cid, block):
        raise ContentError(
            f"the embedded store is damaged: its block is not what its CID says: {cid_text(cid)}",
            hint="'weightmark publish --pin' of the same release mends it; "
            "'weightmark ipfs store verify' says which that is",
        )
    return block


def store_file(folder: Path) -> SqliteFile:
    """Return the database of the store in a folder."""
    return SqliteFile(
        folder / "blocks.sqlite3",
        _SCHEMA,
        "the embedded block store",
        "what is pinned in it: 'weightmark publish --pin' pins again, also out of the folders in "
        f"'{COPIES}' beside it, which 'weightmark ipfs store gc' removes",
        "PRAGMA auto_vacuum = FULL;",
    )

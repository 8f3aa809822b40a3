"""What is being added to the embedded store, in batches, so that memory does not grow with it."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from weightmark.adapters.ipfs.store_file import COPIES, inside
from weightmark.adapters.state.atomic import private_folder, storage_error

if TYPE_CHECKING:
    from weightmark.adapters.state.sqlite_file import SqliteFile
    from weightmark.domain.ipfs.profiles import Part
    from weightmark.ports.store import Pin

# Whichever comes first. A node with 1,024 links has about 50 KB.
_BATCH = 1000
_BATCH_SIZE = 4 * 2**20

_PUT = """
    INSERT INTO blocks (cid, block) VALUES (?, ?)
    ON CONFLICT (cid) DO UPDATE SET block = excluded.block WHERE block != excluded.block
"""
_PIN = """
    INSERT INTO pins VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (root, label) DO UPDATE SET folder = excluded.folder WHERE excluded.folder != x''
"""


class StoreAdditions:
    """`Additions` to the database of a store, and to folders beside it.

    Args:
        file: The database.
        folder: The folder that the store is in.
    """

    def __init__(self, file: SqliteFile, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._folders: list[Path] = []
        self._blocks: list[tuple[bytes, bytes]] = []
        self._size = 0
        self._leaves: list[tuple[bytes, int, int, bytes]] = []
        self._turn = threading.Lock()

    def put(self, cid: bytes, block: bytes) -> None:
        """Keep a block; from any thread."""
        with self._turn:
            self._blocks.append((cid, block))
            self._size += len(block)
            if self._size >= _BATCH_SIZE or len(self._blocks) >= _BATCH:
                self._flush()

    def refer(self, file: bytes, offset: int, leaf: Part) -> None:
        """Keep where a leaf is, which is not copied; from any thread."""
        with self._turn:
            self._leaves.append((leaf.cid, offset, leaf.length, inside(self._folder, file)))
            if len(self._leaves) >= _BATCH:
                self._flush()

    def folder(self) -> bytes:
        """Make a folder for copies of files, and return its path."""
        folder = private_folder(self._folder / COPIES / uuid4().hex)
        self._folders.append(folder)
        return os.fsencode(folder)

    def pin(self, pin: Pin) -> None:
        """Keep for good what was added below a root."""
        if pin.folder:
            _sync_folders(pin.folder)
        with self._turn:
            self._flush()
            with self._file.writing() as database:
                values = (pin.root, pin.label, pin.kind, pin.time, pin.files, pin.size)
                database.execute(_PIN, (*values, inside(self._folder, pin.folder)))

    def close(self) -> None:
        """Remove copies that nothing pins."""
        if not self._folders:
            return
        with self._file.reading() as database:
            pinned = {row[0] for row in database.execute("SELECT folder FROM pins")}
        for folder in self._folders:
            if inside(self._folder, os.fsencode(folder)) not in pinned:
                shutil.rmtree(folder, ignore_errors=True)

    def _flush(self) -> None:
        """Write what has come together; one thread at a time."""
        if not self._blocks and not self._leaves:
            return
        files = {(file,) for *_, file in self._leaves}
        with self._file.writing() as database:
            database.executemany(_PUT, self._blocks)
            database.executemany("INSERT OR IGNORE INTO files (path) VALUES (?)", files)
            database.executemany(
                "INSERT OR REPLACE INTO leaves SELECT ?, id, ?, ? FROM files WHERE path = ?",
                self._leaves,
            )
        self._blocks.clear()
        self._leaves.clear()
        self._size = 0


def _sync_folders(folder: bytes) -> None:
    """Have the names of copied files on the disk, as their bytes are already, and its own."""
    copies, store = Path(os.fsdecode(folder)).parents[:2]
    try:
        for path in (copies, store, *(Path(os.fsdecode(path)) for path, *_ in os.walk(folder))):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise storage_error(Path(os.fsdecode(folder)), error) from None

"""The embedded block store: what this machine keeps of what it published.

Nodes and manifests are in a database, with their bytes; the leaves of files are where the files
have them, and are checked each time that they are read, as Kubo's filestore does it. What was added
and is not pinned, because a process ended before, stays until it is collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.ipfs.places import absolute
from weightmark.adapters.ipfs.references import Reference
from weightmark.adapters.ipfs.store_file import kept_block, outside, store_file
from weightmark.domain.content_address import cid_text
from weightmark.errors import (
    ContentError,
    ContentGoneError,
    ContentUnavailableError,
    WeightmarkError,
)
from weightmark.ports.store import Freed, Pin, PinKind

if TYPE_CHECKING:
    from weightmark.adapters.ipfs.additions import StoreAdditions

_PINS = "SELECT root, label, kind, time, files, size, folder FROM pins"
_MAX_ID = 2**63 - 1
# A leaf may be in a hundred thousand files, such as the empty one.
_PLACES = """
    SELECT id, path, offset, length FROM leaves JOIN files ON id = file
    WHERE cid = ? AND file < ? ORDER BY file DESC LIMIT 16
"""


class BlockStore:
    """`ContentStore` in a folder, which is made when something is first added.

    Attributes:
        name: What it is called in messages.
    """

    name = "the embedded store"

    def __init__(self, folder: Path) -> None:
        self._folder = absolute(folder)
        self._file = store_file(self._folder)
        self._lock = self._folder / "lock"

    def get(self, cid: bytes) -> bytes:
        """Return a block, once it was checked against its CID; from any thread.

        Raises:
            ContentUnavailableError: It is not there; `ContentGoneError` if it was pinned, and the
                file that had it is gone.
            ContentError: The file that had it has changed, or the store is damaged.
            StorageError: The store cannot be read.
        """
        with self._file.reading() as database:
            block = kept_block(database, cid)
        if block is not None:
            return block
        wrong: WeightmarkError | None = None
        for reference in self._references(cid):
            try:
                return reference.read(cid)
            except (ContentError, ContentGoneError) as error:
                wrong = wrong or error
        raise wrong or ContentUnavailableError(
            f"{self.name} does not hold {cid_text(cid)}",
            hint="'weightmark ipfs store list' shows what it holds",
        )

    @contextmanager
    def adding(self) -> Iterator[StoreAdditions]:
        """Add to the store; several may at once, and nothing is removed meanwhile.

        Raises:
            StorageError: The store cannot be used.
        """
        from weightmark.adapters.ipfs.additions import StoreAdditions
        from weightmark.adapters.state.locks import shared_lock

        with shared_lock(self._lock):
            additions = StoreAdditions(self._file, self._folder)
            try:
                yield additions
            finally:
                additions.close()

    def pins(self) -> tuple[Pin, ...]:
        """Return what is kept, the oldest first.

        Raises:
            StorageError: The store cannot be read.
        """
        with self._file.reading() as database:
            return tuple(map(self._pin, database.execute(f"{_PINS} ORDER BY id")))

    def unpin(self, root: bytes) -> tuple[Pin, ...]:
        """Keep a root no longer, under no label, and return what was kept.

        Raises:
            StorageError: The store cannot be written.
        """
        with self._file.writing() as database:
            found = tuple(map(self._pin, database.execute(f"{_PINS} WHERE root = ?", (root,))))
            database.execute("DELETE FROM pins WHERE root = ?", (root,))
        return found

    def collect(self) -> Freed:
        """Remove what no pin leads to.

        Raises:
            LockTimeoutError: Somebody adds to the store.
            ContentError: A node below a pin is damaged; nothing is removed then.
            ContentUnavailableError: It is gone; nothing is removed then either.
            StorageError: The store cannot be written.
        """
        from weightmark.adapters.ipfs.collection import collect
        from weightmark.adapters.state.locks import sole_lock

        with sole_lock(self._lock, "adds to the embedded store"):
            return collect(self._file, self._folder)

    def _references(self, cid: bytes) -> Iterator[Reference]:
        """Give each place of a leaf, first those that are known for the shortest time."""
        file = _MAX_ID
        while True:
            with self._file.reading() as database:
                rows = database.execute(_PLACES, (cid, file)).fetchall()
            if not rows:
                return
            for _, name, *place in rows:
                yield Reference(outside(self._folder, name), *place)
            file = rows[-1][0]

    def _pin(self, row: tuple[bytes, str, str, int, int, int, bytes]) -> Pin:
        root, label, kind, time, files, size, name = row
        folder = outside(self._folder, name) if name else b""
        return Pin(root, label, PinKind(kind), time, files, size, folder)

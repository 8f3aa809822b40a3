"""CAR files on the disks of this machine: blocks are found by CID, and read when asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from weightmark.adapters.files.reading import irregular, unreadable
from weightmark.domain.content_address import check_block, cid_text
from weightmark.domain.ipfs.car import (
    MAX_HEADER_SIZE,
    MAX_SECTION_HEAD,
    header,
    read_header,
    read_section,
)
from weightmark.domain.text import printable
from weightmark.errors import ContentError, MissingPathError

# 4 TiB in pieces of 1 MiB; the index takes about 200 bytes for each block.
MAX_BLOCKS: Final = 2**22


class CarFile:
    """A CAR file that is open.

    Args:
        descriptor: Of the file.
        size: Its length in bytes.

    Raises:
        ContentError: It is malformed, or a bound is exceeded.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self.root = read_header(os.pread(descriptor, MAX_HEADER_SIZE, 0))
        self._offsets: dict[bytes, int] = {}
        self._index()
        self._unused = set(self._offsets)

    def get(self, cid: bytes) -> bytes:
        """Return a block, once it was checked against its CID.

        Raises:
            ContentError: It is not there, or is another one.
        """
        if cid not in self._offsets:
            raise ContentError(
                f"the CAR file lacks the block {cid_text(cid)}", hint="it may be a part of another"
            )
        self._unused.discard(cid)
        offset = self._offsets[cid]
        section = read_section(os.pread(self._descriptor, MAX_SECTION_HEAD, offset))
        block = os.pread(self._descriptor, section.length, offset + section.head)
        check_block(cid, block)
        return block

    def refuse_unused(self) -> None:
        """Accept the blocks if each of them was needed.

        Raises:
            ContentError: There are some that nobody asked for, and nobody checked.
        """
        if self._unused:
            raise ContentError(
                f"the CAR file holds blocks that its root does not lead to: {len(self._unused)},"
                f" {cid_text(min(self._unused))} among them"
            )

    def _index(self) -> None:
        offset = len(header(self.root))
        while offset < self._size:
            section = read_section(os.pread(self._descriptor, MAX_SECTION_HEAD, offset))
            self._offsets.setdefault(section.cid, offset)
            offset += section.head + section.length
            if len(self._offsets) > MAX_BLOCKS:
                raise ContentError(f"the CAR file holds more than {MAX_BLOCKS} blocks")
        if offset != self._size:
            raise ContentError("the CAR file ends within a block", hint="transfer it again")


@contextmanager
def open_car(path: Path) -> Iterator[CarFile]:
    """Open a CAR file.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, or cannot be read.
        ContentError: It is malformed, or a bound is exceeded.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingPathError(f"'{printable(str(path))}' is not there") from None
    except OSError as error:
        raise unreadable(str(path), error) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise irregular(str(path), status.st_mode)
        yield CarFile(descriptor, status.st_size)
    finally:
        os.close(descriptor)

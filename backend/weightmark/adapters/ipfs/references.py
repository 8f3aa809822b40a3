"""Leaves that are where a file has them: read at once, or not at all."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass

from weightmark.adapters.files.reading import open_file
from weightmark.domain.content_address import is_block
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.text import printable
from weightmark.errors import ContentError, ContentGoneError

_HINT = "publish it with --pin again, and with --copy so that it does not depend on this file"
# What opening answers where the file has gone, or a link or socket has taken its place.
_GONE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO))


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a leaf is.

    Attributes:
        file: The real path of the file.
        offset: Where in it the leaf begins.
        length: How many bytes it has.
    """

    file: bytes
    offset: int
    length: int

    def read(self, cid: bytes) -> bytes:
        """Return the leaf, once it was checked against its CID.

        Raises:
            ContentGoneError: The file is gone, or cannot be read.
            ContentError: It has other bytes there, or is no file any more.
        """
        try:
            block = self._bytes()
        except OSError as error:
            what = "is gone" if error.errno in _GONE else f"cannot be read: {error.strerror}"
            raise ContentGoneError(f"{self._name} {what}", hint=_HINT) from None
        if not is_block(cid, block):
            raise ContentError(f"{self._name} has changed since it was pinned", hint=_HINT)
        return block

    @property
    def _name(self) -> str:
        return f"'{printable(os.fsdecode(self.file))}'"

    def _bytes(self) -> bytes:
        descriptor = open_file(self.file)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return b""
            return os.pread(descriptor, min(self.length, MAX_BLOCK_SIZE), self.offset)
        finally:
            os.close(descriptor)

"""CAR files, version 1: a header that names the root, then sections of a CID and its block.

Source: https://ipld.io/specs/transport/car/carv1.
"""

from __future__ import annotations

from dataclasses import dataclass

from weightmark.domain.content_address import MAX_CID_SIZE, leading_cid
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.protobuf import MAX_VARINT_SIZE, read_varint, varint
from weightmark.errors import ContentError

# DAG-CBOR has one form for each value: {"roots": [CID], "version": 1}, where a CID is a byte string
# with tag 42 that begins with 0, the multibase prefix of binary.
_BEFORE_ROOT = b"\xa2eroots\x81\xd8\x2a\x58"
_AFTER_ROOT = b"gversion\x01"

# How many bytes tell all about a header, and about a section but its block.
MAX_HEADER_SIZE = 1 + len(_BEFORE_ROOT) + 2 + MAX_CID_SIZE + len(_AFTER_ROOT)
MAX_SECTION_HEAD = MAX_VARINT_SIZE + MAX_CID_SIZE


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its CID, how many bytes come before the block, and how many the block has."""

    cid: bytes
    head: int
    length: int


def header(root: bytes) -> bytes:
    """Return the header of a file with one root."""
    message = b"".join((_BEFORE_ROOT, bytes((len(root) + 1, 0)), root, _AFTER_ROOT))
    return varint(len(message)) + message


def read_header(data: bytes) -> bytes:
    """Return the root that a file names; ``data.startswith(header(root))`` holds.

    Args:
        data: The beginning of the file: `MAX_HEADER_SIZE` bytes, if it is not shorter.

    Raises:
        ContentError: It is not the header of a CAR file of version 1 with one root.
    """
    start = 1 + len(_BEFORE_ROOT) + 2
    if data[1:].startswith(_BEFORE_ROOT):
        root = leading_cid(data[start:])
        if data.startswith(header(root)):
            return root
    raise ContentError("this is not a CAR file of version 1 with one root")


def section_head(cid: bytes, length: int) -> bytes:
    """Return what comes before a block of so many bytes."""
    return varint(len(cid) + length) + cid


def read_section(data: bytes) -> Section:
    """Return what a section is.

    Args:
        data: Its beginning: `MAX_SECTION_HEAD` bytes, if the file does not end before.

    Raises:
        ContentError: It is malformed, or its block is larger than `MAX_BLOCK_SIZE`.
    """
    total, start = read_varint(data)
    cid = leading_cid(data[start:])
    length = total - len(cid)
    if length < 0:
        raise ContentError("a section of the CAR file ends within its CID")
    if length > MAX_BLOCK_SIZE:
        raise ContentError(f"a block of the CAR file is larger than {MAX_BLOCK_SIZE} bytes")
    return Section(cid, start + len(cid), length)

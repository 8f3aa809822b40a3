"""Content identifiers (CIDs) of small blocks, as IPFS has them."""

from __future__ import annotations

from base64 import b32encode

# CIDv1, codec raw, sha2-256 of 32 bytes: from the multicodec table.
_RAW_BLOCK_PREFIX = bytes((0x01, 0x55, 0x12, 0x20))

# A manifest of at most 1 MiB is one raw block, so that its hash on chain is its address as well.
MAX_RAW_BLOCK = 2**20


def raw_block_cid(sha256: bytes) -> bytes:
    """Return the 36-byte CID of a raw block, from the sha256 of its bytes."""
    return _RAW_BLOCK_PREFIX + sha256


def cid_text(cid: bytes) -> str:
    """Return a CID as text: multibase ``b``, then base32 in lower case without padding."""
    if not cid:
        return ""
    return "b" + b32encode(cid).decode().rstrip("=").lower()

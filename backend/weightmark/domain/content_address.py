"""Content identifiers (CIDs), as IPFS has them: what they look like, and which block is theirs.

A CID is held as bytes. Only those are known that address what we make and read: version 1 with
the codecs raw and dag-pb, and version 0, which is dag-pb; all of them with sha2-256.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from hashlib import sha256

from weightmark.errors import ContentError

# From the multicodec table: version 1, codec raw or dag-pb, sha2-256 of 32 bytes.
_MULTIHASH_PREFIX = bytes((0x12, 0x20))
_RAW_PREFIX = bytes((0x01, 0x55)) + _MULTIHASH_PREFIX
_DAG_PB_PREFIX = bytes((0x01, 0x70)) + _MULTIHASH_PREFIX
_DIGEST_SIZE = 32
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# The longest of ours, in bytes.
MAX_CID_SIZE = len(_RAW_PREFIX) + _DIGEST_SIZE

# A manifest of at most 1 MiB is one raw block, so that its hash on chain is its address as well.
MAX_RAW_BLOCK = 2**20


def raw_block_cid(sha256: bytes) -> bytes:
    """Return the 36-byte CID of a raw block, from the sha256 of its bytes."""
    return _RAW_PREFIX + sha256


# Of an empty file, whose block nobody has to be asked for.
EMPTY_BLOCK_CID = raw_block_cid(sha256().digest())


def node_cid(sha256: bytes, version: int) -> bytes:
    """Return the CID of a dag-pb node, from the sha256 of its bytes.

    It has 36 bytes in version 1, 34 in version 0.
    """
    return (_DAG_PB_PREFIX if version else _MULTIHASH_PREFIX) + sha256


def is_raw(cid: bytes) -> bool:
    """Whether a CID is of a raw block, rather than of a dag-pb node."""
    return cid.startswith(_RAW_PREFIX)


def leading_cid(data: bytes) -> bytes:
    """Return the CID with which bytes begin.

    Raises:
        ContentError: They begin with none, or with one of another kind.
    """
    for prefix in (_RAW_PREFIX, _DAG_PB_PREFIX, _MULTIHASH_PREFIX):
        if data.startswith(prefix):
            length = len(prefix) + _DIGEST_SIZE
            if len(data) >= length:
                return data[:length]
    raise ContentError(
        f"no CID that can be checked: {data[:MAX_CID_SIZE].hex()}",
        hint="raw and dag-pb blocks with sha2-256 are read",
    )


def is_block(cid: bytes, block: bytes) -> bool:
    """Whether a block is the one that a CID addresses."""
    return sha256(block).digest() == cid[-_DIGEST_SIZE:]


def check_block(cid: bytes, block: bytes) -> None:
    """Accept a block if it is the one that a CID addresses.

    Raises:
        ContentError: It is another one.
    """
    if not is_block(cid, block):
        raise ContentError(f"a block is not what its CID says: {cid_text(cid)}")


def cid_text(cid: bytes) -> str:
    """Return a CID as text: version 0 in base58, version 1 as ``b`` and base32 in lower case."""
    if not cid:
        return ""
    if cid.startswith(_MULTIHASH_PREFIX):
        return _base58(cid)
    return "b" + b32encode(cid).decode().rstrip("=").lower()


def parse_cid(text: str) -> bytes:
    """Read a CID; ``cid_text(parse_cid(text)) == text`` holds for every text that is accepted.

    Raises:
        ContentError: The text is not a CID, or one of another kind.
    """
    try:
        cid = _from_base58(text) if text.startswith("Qm") else _from_base32(text)
    except (ValueError, Error):
        cid = b""
    if not cid or leading_cid(cid) != cid or cid_text(cid) != text:
        raise ContentError(f"{text[:80]!r} is not a CID", hint="a CID begins with 'bafy' or 'bafk'")
    return cid


def _from_base32(text: str) -> bytes:
    padding = "=" * (-len(text[1:]) % 8)
    return b32decode(text[1:].upper() + padding) if text.startswith("b") else b""


def _base58(data: bytes) -> str:
    number = int.from_bytes(data)
    text = ""
    while number:
        number, digit = divmod(number, len(_BASE58))
        text = _BASE58[digit] + text
    return text


def _from_base58(text: str) -> bytes:
    number = 0
    for character in text[: 2 * MAX_CID_SIZE]:
        number = number * len(_BASE58) + _BASE58.index(character)
    return number.to_bytes(-(-number.bit_length() // 8))

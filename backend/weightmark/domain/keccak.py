"""Keccak-256 and the two encodings of the Solidity ABI that identifiers are made of."""

from __future__ import annotations

from sha3 import keccak_256 as _keccak_256

WORD = 32
_PADDING = bytes(WORD)


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 hash of ``data`` (the original padding, as the EVM has it)."""
    digest: bytes = _keccak_256(data).digest()
    return digest


def uint_word(value: int) -> bytes:
    """Return ``value`` as one 32-byte big-endian word."""
    return value.to_bytes(WORD, "big")


def address_word(address: str) -> bytes:
    """Return a ``0x`` address of 20 bytes, left-padded to one word."""
    return bytes.fromhex(address[2:]).rjust(WORD, b"\0")


def dynamic_tail(data: bytes) -> bytes:
    """Return the ABI tail of ``bytes`` or ``string``: the length, then the bytes in whole words."""
    return len(data).to_bytes(WORD, "big") + data + _PADDING[: -len(data) % WORD]

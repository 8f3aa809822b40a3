"""Digests as multihashes: an algorithm's prefix, then 32 bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from weightmark.errors import ValueFormatError

DIGEST_SIZE = 32

_MULTIHASH = re.compile(r"(1220|1e20)([0-9a-f]{64})")


class DigestAlgorithm(StrEnum):
    """A hash function for files; one of them per release decides the verdict."""

    SHA2_256 = "sha2-256"
    BLAKE3 = "blake3"

    @property
    def multihash_prefix(self) -> bytes:
        """Code and length, from the multicodec table: 0x12 or 0x1e, then 32."""
        return bytes((0x12 if self is DigestAlgorithm.SHA2_256 else 0x1E, DIGEST_SIZE))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the algorithm of that name.

        Raises:
            ValueFormatError: The name is not one of the algorithms.
        """
        try:
            return cls(text)
        except ValueError:
            names = ", ".join(cls)
            raise ValueFormatError(
                f"unknown digest {text!r}", hint=f"choose from {names}"
            ) from None


@dataclass(frozen=True, slots=True)
class Digest:
    """An algorithm and the 32 bytes that it gave.

    ``Digest.parse(digest.hex) == digest`` holds for every digest.
    """

    algorithm: DigestAlgorithm
    value: bytes

    @property
    def multihash(self) -> bytes:
        """The 34 bytes that a leaf commits to."""
        return self.algorithm.multihash_prefix + self.value

    @property
    def hex(self) -> str:
        """The multihash in lower-case hex: 68 characters."""
        return self.multihash.hex()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a multihash in hex.

        Raises:
            ValueFormatError: The text is not a multihash of a known algorithm.
        """
        match = _MULTIHASH.fullmatch(text)
        if match is None:
            raise ValueFormatError(
                f"{text[:80]!r} is not a digest",
                hint="a digest is 1220 (sha2-256) or 1e20 (blake3), then 64 lower-case hex digits",
            )
        prefix, value = match.groups()
        by_prefix = {each.multihash_prefix.hex(): each for each in DigestAlgorithm}
        return cls(by_prefix[prefix], bytes.fromhex(value))

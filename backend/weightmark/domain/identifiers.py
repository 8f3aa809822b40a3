"""Names, versions and addresses, and the identifiers that the registry derives from them."""

from __future__ import annotations

import re

from weightmark.domain.keccak import WORD, address_word, dynamic_tail, keccak256, uint_word
from weightmark.domain.text import printable
from weightmark.errors import ValueFormatError

MAX_NAME_LENGTH = 128
MAX_VERSION_LENGTH = 64

# No component may be "." or "..": a name may become a path.
_PART = r"(?!\.{1,2}(?:/|\Z))[a-z0-9._-]+"
_NAME = re.compile(rf"{_PART}(/{_PART})*")
_VERSION = re.compile(r"(?=[!-~]+\Z)[^/@]+")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")

COMMITMENT_TYPEHASH = keccak256(b"Commitment(bytes32 artifactRoot,bytes32 manifestHash)")


def check_name(name: str) -> str:
    """Return ``name`` if a model may have it.

    Raises:
        ValueFormatError: It may not.
    """
    if len(name) > MAX_NAME_LENGTH or _NAME.fullmatch(name) is None:
        raise ValueFormatError(
            f"'{printable(name[:160])}' is not a model name",
            hint="a name is made of a-z, 0-9, '.', '_' and '-', with '/' between its parts, "
            f"at most {MAX_NAME_LENGTH} characters: acme/digits",
        )
    return name


def check_version(version: str) -> str:
    """Return ``version`` if a release may have it.

    Raises:
        ValueFormatError: It may not.
    """
    if len(version) > MAX_VERSION_LENGTH or _VERSION.fullmatch(version) is None:
        raise ValueFormatError(
            f"'{printable(version[:80])}' is not a version",
            hint=f"a version is at most {MAX_VERSION_LENGTH} printable ASCII characters "
            "without '/', '@' and spaces: 1.0.0",
        )
    return version


def checksum_address(address: str) -> str:
    """Return ``address`` with the capitals of EIP-55.

    Raises:
        ValueFormatError: It is not an address, or its capitals are those of another one.
    """
    if _ADDRESS.fullmatch(address) is None:
        raise ValueFormatError(
            f"'{printable(address[:80])}' is not an address",
            hint="an address is 0x and 40 hex digits",
        )
    digits = address[2:].lower()
    hashed = keccak256(digits.encode()).hex()
    pairs = zip(digits, hashed, strict=False)
    checked = "0x" + "".join(digit.upper() if mark >= "8" else digit for digit, mark in pairs)
    mixed = address[2:] not in (digits, digits.upper())
    if mixed and address != checked:
        raise ValueFormatError(
            f"the address {address} has a wrong checksum",
            hint="copy it again, or write it in lower case",
        )
    return checked


def commitment_of(artifact_root: bytes, manifest_hash: bytes) -> bytes:
    """Return the one content word that a release stores on chain: 32 bytes."""
    return keccak256(COMMITMENT_TYPEHASH + artifact_root + manifest_hash)


def release_id_of(publisher: str, name: str, version: str) -> bytes:
    """Return ``keccak256(abi.encode(publisher, name, version))``.

    A version that is not UTF-8, which only an event can tell, holds its bytes as surrogates.
    """
    first = dynamic_tail(name.encode())
    head = address_word(publisher) + uint_word(3 * WORD) + uint_word(3 * WORD + len(first))
    return keccak256(head + first + dynamic_tail(version.encode("utf-8", "surrogateescape")))


def model_id_of(publisher: str, name: str) -> bytes:
    """Return ``keccak256(abi.encode(publisher, name))``."""
    return keccak256(address_word(publisher) + uint_word(2 * WORD) + dynamic_tail(name.encode()))

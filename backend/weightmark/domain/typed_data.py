"""EIP-712 (https://eips.ethereum.org/EIPS/eip-712) of the statements that authorities sign.

The types are those of ``contracts/libraries/TypedData.sol``; a test holds the two together. Values
stand as in JSON: bytes as ``0x`` and hex digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from weightmark.domain.keccak import address_word, keccak256, uint_word

DOMAIN_NAME = "Weightmark"
DOMAIN_VERSION = "1"

DOMAIN_TYPE = "EIP712Domain"
RELEASE_TYPE = "Release"
REVOCATION_TYPE = "Revocation"

# The members of a struct: names and Solidity types, in order.
Members: TypeAlias = Sequence[tuple[str, str]]

MEMBERS: Mapping[str, Members] = {
    DOMAIN_TYPE: (
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
    ),
    RELEASE_TYPE: (
        ("publisher", "address"),
        ("name", "string"),
        ("version", "string"),
        ("artifactRoot", "bytes32"),
        ("manifestHash", "bytes32"),
        ("manifestCid", "bytes"),
        ("expectedSequence", "uint40"),
        ("deadline", "uint256"),
    ),
    REVOCATION_TYPE: (
        ("publisher", "address"),
        ("name", "string"),
        ("version", "string"),
        ("reason", "uint8"),
        ("successor", "bytes32"),
        ("deadline", "uint256"),
    ),
}


def digest_of(
    primary_type: str, domain: Mapping[str, str | int], message: Mapping[str, str | int]
) -> bytes:
    """Return what is signed: 32 bytes."""
    return keccak256(
        b"\x19\x01" + _struct_hash(DOMAIN_TYPE, domain) + _struct_hash(primary_type, message)
    )


def _struct_hash(type_: str, values: Mapping[str, str | int]) -> bytes:
    members = MEMBERS[type_]
    signature = f"{type_}({','.join(f'{kind} {name}' for name, kind in members)})"
    words = (_word(kind, values[name]) for name, kind in members)
    return keccak256(keccak256(signature.encode()) + b"".join(words))


def _word(kind: str, value: str | int) -> bytes:
    if isinstance(value, int):
        return uint_word(value)
    if kind == "string":
        return keccak256(value.encode())
    if kind == "address":
        return address_word(value)
    data = bytes.fromhex(value[2:])
    return data if kind == "bytes32" else keccak256(data)

"""Statements as JSON that any wallet can sign: what ``eth_signTypedData_v4`` takes.

Bytes stand as ``0x`` and hex digits in lower case; members are named as in Solidity.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from weightmark.domain.registry import Reason
from weightmark.domain.statements import ReleaseStatement, RevocationStatement, Statement
from weightmark.domain.typed_data import (
    DOMAIN_NAME,
    DOMAIN_TYPE,
    DOMAIN_VERSION,
    MEMBERS,
    RELEASE_TYPE,
    REVOCATION_TYPE,
    digest_of,
)

Text = Annotated[str, Meta(max_length=256)]
Hash = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{64}\Z")]
_Cid = Annotated[str, Meta(pattern=r"^0x([0-9a-f]{2}){0,64}\Z")]
# The times and numbers of the registry have 40 bits.
_Uint40 = Annotated[int, Meta(ge=0, lt=2**40)]


class Value(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Frozen; unknown members are refused; named as in Solidity."""


class _Member(Value, frozen=True):
    name: Text
    type: Text


class _Domain(Value, frozen=True):
    name: Text
    version: Text
    chain_id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    verifying_contract: Text


class _Release(Value, frozen=True):
    publisher: Text
    name: Text
    version: Text
    artifact_root: Hash
    manifest_hash: Hash
    manifest_cid: _Cid
    expected_sequence: _Uint40
    deadline: _Uint40

    @property
    def statement(self) -> ReleaseStatement:
        return ReleaseStatement(
            publisher=self.publisher,
            name=self.name,
            version=self.version,
            artifact_root=bytes_of(self.artifact_root),
            manifest_hash=bytes_of(self.manifest_hash),
            manifest_cid=bytes_of(self.manifest_cid),
            expected_sequence=self.expected_sequence,
        )


class _Revocation(Value, frozen=True):
    publisher: Text
    name: Text
    version: Text
    reason: Annotated[int, Meta(ge=1, le=int(max(Reason)))]
    successor: Hash
    deadline: _Uint40

    @property
    def statement(self) -> RevocationStatement:
        return RevocationStatement(
            publisher=self.publisher,
            name=self.name,
            version=self.version,
            reason=Reason(self.reason),
            successor=bytes_of(self.successor),
        )


class _Typed(Value, frozen=True, tag_field="primaryType"):
    types: dict[Text, tuple[_Member, ...]]
    domain: _Domain

    @property
    def digest(self) -> bytes:
        """What is signed: 32 bytes."""
        values = msgspec.to_builtins(self)
        return digest_of(values["primaryType"], values["domain"], values["message"])


class TypedRelease(_Typed, frozen=True, tag=RELEASE_TYPE):
    """A release to be registered, for one contract on one chain, until a deadline."""

    message: _Release


class TypedRevocation(_Typed, frozen=True, tag=REVOCATION_TYPE):
    """A release to be revoked, for one contract on one chain, until a deadline."""

    message: _Revocation


TypedMessage: TypeAlias = TypedRelease | TypedRevocation


def typed_message(
    chain_id: int, contract: str, statement: Statement, deadline: int
) -> TypedMessage:
    """Return what an authority signs: a statement for one contract on one chain.

    Args:
        chain_id: The chain.
        contract: The registry's checksummed address.
        statement: What is to be done.
        deadline: Until when the signature counts, in seconds since 1970.
    """
    domain = _Domain(DOMAIN_NAME, DOMAIN_VERSION, chain_id, contract)
    values: dict[str, Any] = {
        name: hex_of(value) if isinstance(value, bytes) else value
        for name, value in asdict(statement).items()
    }
    match statement:
        case ReleaseStatement():
            release = _Release(**values, deadline=deadline)
            return TypedRelease(_types(RELEASE_TYPE), domain, release)
        case RevocationStatement():
            revocation = _Revocation(**values, deadline=deadline)
            return TypedRevocation(_types(REVOCATION_TYPE), domain, revocation)


def hex_of(data: bytes) -> str:
    """Return bytes as JSON has them."""
    return f"0x{data.hex()}"


def bytes_of(text: str) -> bytes:
    """Return the bytes that `hex_of` gave a text for."""
    return bytes.fromhex(text[2:])


def _types(primary: str) -> dict[str, tuple[_Member, ...]]:
    return {
        type_: tuple(_Member(*member) for member in MEMBERS[type_])
        for type_ in (DOMAIN_TYPE, primary)
    }

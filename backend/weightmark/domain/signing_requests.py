"""A signing request: what an authority signs, for somebody else to submit and to pay for.

It is a file of JSON. Its ``typed_data`` is what ``eth_signTypedData_v4`` takes, so that any wallet
can sign it. Nothing in it is a secret. Everything but the signature follows from the statement, so
that ``encode(decode(data))`` has the same values as any ``data`` that `decode` accepts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from weightmark.domain.actions import Authorization, RegisterFor, RevokeFor
from weightmark.domain.identifiers import check_name, check_version, checksum_address
from weightmark.domain.registry import Reason
from weightmark.domain.statements import ReleaseStatement, RevocationStatement, Statement
from weightmark.domain.typed_data import (
    DOMAIN_NAME,
    DOMAIN_VERSION,
    MEMBERS,
    RELEASE_TYPE,
    REVOCATION_TYPE,
    digest_of,
)
from weightmark.errors import SigningRequestError, WeightmarkError

SCHEMA: Final = "weightmark/signing-request/v1"
MAX_REQUEST_SIZE = 2**16
# A wallet of a hundred owners needs 6,500 bytes.
MAX_SIGNATURE_SIZE = 2**13

_SIGNATURE = re.compile(r"(?:[0-9a-fA-F]{2})+")

_Text = Annotated[str, Meta(max_length=256)]
_Hash = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{64}\Z")]
_Cid = Annotated[str, Meta(pattern=r"^0x([0-9a-f]{2}){0,64}\Z")]
_Bytes = Annotated[str, Meta(pattern=r"^0x([0-9a-f]{2})*\Z", max_length=2 + 2 * MAX_SIGNATURE_SIZE)]
# The times and numbers of the registry have 40 bits.
_Uint40 = Annotated[int, Meta(ge=0, lt=2**40)]


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A statement for one contract on one chain, and who authorizes it.

    Attributes:
        chain_id: The chain.
        contract: The registry's checksummed address.
        statement: What is to be done.
        authorization: Who signs, until when; the signature is empty as long as there is none.
    """

    chain_id: int
    contract: str
    statement: Statement
    authorization: Authorization

    @property
    def digest(self) -> bytes:
        """What the authority signs: 32 bytes."""
        return bytes.fromhex(_document(self).digest[2:])

    @property
    def reference(self) -> str:
        """The REF of the release, with chain id and address."""
        statement = self.statement
        return f"{self.chain_id}:{statement.publisher}/{statement.name}@{statement.version}"

    @property
    def is_signed(self) -> bool:
        """Whether there is a signature, good or not."""
        return bool(self.authorization.signature)

    @property
    def action(self) -> RegisterFor | RevokeFor:
        """What to ask the registry."""
        match self.statement:
            case ReleaseStatement() as release:
                return RegisterFor(release, self.authorization)
            case RevocationStatement() as revocation:
                return RevokeFor(revocation, self.authorization)

    def signed(self, signature: bytes) -> SigningRequest:
        """Return the same request with a signature."""
        return replace(self, authorization=replace(self.authorization, signature=signature))


class _Value(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Frozen; unknown members are refused; named as in Solidity."""


class _Member(_Value, frozen=True):
    name: _Text
    type: _Text


class _Domain(_Value, frozen=True):
    name: _Text
    version: _Text
    chain_id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    verifying_contract: _Text


class _Release(_Value, frozen=True):
    publisher: _Text
    name: _Text
    version: _Text
    artifact_root: _Hash
    manifest_hash: _Hash
    manifest_cid: _Cid
    expected_sequence: _Uint40
    deadline: _Uint40

    @classmethod
    def of(cls, statement: ReleaseStatement, deadline: int) -> _Release:
        return cls(
            publisher=statement.publisher,
            name=statement.name,
            version=statement.version,
            artifact_root=_hex(statement.artifact_root),
            manifest_hash=_hex(statement.manifest_hash),
            manifest_cid=_hex(statement.manifest_cid),
            expected_sequence=statement.expected_sequence,
            deadline=deadline,
        )

    @property
    def statement(self) -> ReleaseStatement:
        return ReleaseStatement(
            publisher=self.publisher,
            name=self.name,
            version=self.version,
            artifact_root=_bytes(self.artifact_root),
            manifest_hash=_bytes(self.manifest_hash),
            manifest_cid=_bytes(self.manifest_cid),
            expected_sequence=self.expected_sequence,
        )


class _Revocation(_Value, frozen=True):
    publisher: _Text
    name: _Text
    version: _Text
    reason: Annotated[int, Meta(ge=1, le=int(max(Reason)))]
    successor: _Hash
    deadline: _Uint40

    @classmethod
    def of(cls, statement: RevocationStatement, deadline: int) -> _Revocation:
        return cls(
            publisher=statement.publisher,
            name=statement.name,
            version=statement.version,
            reason=int(statement.reason),
            successor=_hex(statement.successor),
            deadline=deadline,
        )

    @property
    def statement(self) -> RevocationStatement:
        return RevocationStatement(
            self.publisher,
            self.name,
            self.version,
            Reason(self.reason),
            _bytes(self.successor),
        )


class _TypedRelease(_Value, frozen=True, tag_field="primaryType", tag=RELEASE_TYPE):
    types: dict[_Text, tuple[_Member, ...]]
    domain: _Domain
    message: _Release


class _TypedRevocation(_Value, frozen=True, tag_field="primaryType", tag=REVOCATION_TYPE):
    types: dict[_Text, tuple[_Member, ...]]
    domain: _Domain
    message: _Revocation


class _Authority(_Value, frozen=True):
    account: _Text
    index: Annotated[int, Meta(ge=0, lt=2**32)]


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["weightmark/signing-request/v1"]
    authority: _Authority
    typed_data: _TypedRelease | _TypedRevocation
    digest: _Hash
    signature: _Bytes


def encode(request: SigningRequest) -> bytes:
    """Return a request as a file carries it."""
    return json.dumps(msgspec.to_builtins(_document(request)), indent=2).encode() + b"\n"


def decode(data: bytes) -> SigningRequest:
    """Read a request, strictly and with bounds.

    Raises:
        SigningRequestError: The data is too large, malformed, or contradicts itself.
    """
    if len(data) > MAX_REQUEST_SIZE:
        raise SigningRequestError(f"the signing request is larger than {MAX_REQUEST_SIZE} bytes")
    try:
        json.loads(data, object_pairs_hook=_refuse_duplicates)
        document = msgspec.json.decode(data, type=_Document)
    except (ValueError, RecursionError) as error:
        raise SigningRequestError(f"the signing request cannot be read: {error}") from None
    request = _request(document)
    expected = _document(request)
    for member in _Document.__struct_fields__:
        if getattr(document, member) != getattr(expected, member):
            raise SigningRequestError(
                f"the signing request was altered: its {member} is not that of its statement",
                hint="get the file from its publisher again",
            )
    return request


def _refuse_duplicates(members: list[tuple[str, object]]) -> None:
    """Refuse an object in which a wallet may read another value than we do."""
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise ValueError("a member occurs twice")


def parse_signature(text: str) -> bytes:
    """Read a signature in hex, with or without ``0x``.

    Raises:
        SigningRequestError: It is none.
    """
    digits = text.removeprefix("0x")
    if len(digits) > 2 * MAX_SIGNATURE_SIZE or not _SIGNATURE.fullmatch(digits):
        raise SigningRequestError(
            f"the signature is {'malformed' if digits else 'empty'}",
            hint=f"it is the hex digits of at most {MAX_SIGNATURE_SIZE} bytes",
        )
    return bytes.fromhex(digits)


def _request(document: _Document) -> SigningRequest:
    typed, authority = document.typed_data, document.authority
    try:
        statement = typed.message.statement
        check_name(statement.name)
        check_version(statement.version)
        return SigningRequest(
            chain_id=typed.domain.chain_id,
            contract=checksum_address(typed.domain.verifying_contract),
            statement=replace(statement, publisher=checksum_address(statement.publisher)),
            authorization=Authorization(
                signer=checksum_address(authority.account),
                authority_index=authority.index,
                deadline=typed.message.deadline,
                signature=_bytes(document.signature),
            ),
        )
    except WeightmarkError as error:
        raise SigningRequestError(
            f"the signing request is refused: {error.message}", hint=error.hint
        ) from None


def _document(request: SigningRequest) -> _Document:
    authorization = request.authorization
    typed = _typed_data(request)
    values = msgspec.to_builtins(typed)
    digest = digest_of(values["primaryType"], values["domain"], values["message"])
    return _Document(
        schema=SCHEMA,
        authority=_Authority(authorization.signer, authorization.authority_index),
        typed_data=typed,
        digest=_hex(digest),
        signature=_hex(authorization.signature),
    )


def _typed_data(request: SigningRequest) -> _TypedRelease | _TypedRevocation:
    domain = _Domain(DOMAIN_NAME, DOMAIN_VERSION, request.chain_id, request.contract)
    deadline = request.authorization.deadline
    match request.statement:
        case ReleaseStatement() as release:
            return _TypedRelease(_types(RELEASE_TYPE), domain, _Release.of(release, deadline))
        case RevocationStatement() as revocation:
            message = _Revocation.of(revocation, deadline)
            return _TypedRevocation(_types(REVOCATION_TYPE), domain, message)


def _types(primary: str) -> dict[str, tuple[_Member, ...]]:
    return {
        type_: tuple(_Member(*member) for member in members)
        for type_, members in MEMBERS.items()
        if type_ in ("EIP712Domain", primary)
    }


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])

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
from weightmark.domain.statements import ReleaseStatement, RevocationStatement, Statement
from weightmark.domain.typed_messages import (
    Hash,
    Text,
    TypedMessage,
    Value,
    bytes_of,
    hex_of,
    typed_message,
)
from weightmark.domain.unambiguous import check_unambiguous
from weightmark.errors import SigningRequestError, WeightmarkError

SCHEMA: Final = "weightmark/signing-request/v1"
MAX_REQUEST_SIZE = 2**16
# A wallet of a hundred owners needs 6,500 bytes.
MAX_SIGNATURE_SIZE = 2**13

_SIGNATURE = re.compile(r"(?:[0-9a-fA-F]{2})+")

_Bytes = Annotated[str, Meta(pattern=r"^0x([0-9a-f]{2})*\Z", max_length=2 + 2 * MAX_SIGNATURE_SIZE)]


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
        return _typed(self).digest

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


class _Authority(Value, frozen=True):
    account: Text
    index: Annotated[int, Meta(ge=0, lt=2**32)]


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["weightmark/signing-request/v1"]
    authority: _Authority
    typed_data: TypedMessage
    digest: Hash
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
        check_unambiguous(data)
        document = msgspec.json.decode(data, type=_Document)
    except ValueError as error:
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
                signature=bytes_of(document.signature),
            ),
        )
    except WeightmarkError as error:
        raise SigningRequestError(
            f"the signing request is refused: {error.message}", hint=error.hint
        ) from None


def _document(request: SigningRequest) -> _Document:
    authorization, typed = request.authorization, _typed(request)
    return _Document(
        schema=SCHEMA,
        authority=_Authority(authorization.signer, authorization.authority_index),
        typed_data=typed,
        digest=hex_of(typed.digest),
        signature=hex_of(authorization.signature),
    )


def _typed(request: SigningRequest) -> TypedMessage:
    deadline = request.authorization.deadline
    return typed_message(request.chain_id, request.contract, request.statement, deadline)

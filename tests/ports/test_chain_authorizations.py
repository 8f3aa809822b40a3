"""What every implementation of `ChainWriter` does with what others have signed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from tests.fakes.registry import HIGHEST_S
from tests.ports.chain_backends import ChainBackend
from tests.ports.chain_steps import REGISTRY, a_release, a_revocation, refused, release_now
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.actions import AddAuthority, Authorization, Register
from weightmark.domain.registry import FOREVER, Reason, ReleaseState, Role, Status
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement, Statement
from weightmark.errors import (
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    VersionExistsError,
)
from weightmark.ports.chain import BlockTag, ChainReader, ChainWriter

ORDER = 2 * HIGHEST_S + 1


@dataclass(frozen=True)
class Author:
    """A publisher that never sends anything, and signs what others submit.

    Attributes:
        chain_id: The chain that it signs for.
        deadline: Until when its signatures count.
        key: Its key.
    """

    chain_id: int
    deadline: int
    key: PrivateKey = field(default_factory=lambda: PrivateKey(secrets.token_bytes(32)))

    def signed(self, statement: Statement, index: int = 0) -> SigningRequest:
        """Return a statement with its signature, as one of its publisher's authorities."""
        authorization = Authorization(self.key.address, index, self.deadline, b"")
        request = SigningRequest(self.chain_id, REGISTRY.address, statement, authorization)
        return request.signed(self.key.sign(request.digest))


@pytest.fixture
def author(backend: ChainBackend, reader: ChainReader) -> Author:
    """Return an author; no block of the tests is later than its deadline."""
    return Author(backend.chain_id, reader.block(BlockTag.LATEST).timestamp + 100_000)


@pytest.fixture
def release(publisher: ChainWriter, author: Author) -> ReleaseStatement:
    """Return a release of the author; somebody else, ``publisher``, submits it."""
    return replace(a_release(publisher), publisher=author.key.address)


@pytest.fixture
def signed(author: Author, release: ReleaseStatement) -> SigningRequest:
    """Return the release as its author signs it."""
    return author.signed(release)


def test_a_signed_release_is_registered_by_anybody(
    reader: ChainReader, publisher: ChainWriter, release: ReleaseStatement, signed: SigningRequest
) -> None:
    action = signed.action
    assert publisher.cost(action).gas > 21_000
    receipt = publisher.send(action)
    found = release_now(reader, release)
    assert found.commitment == release.commitment
    assert found.word.registered_at == receipt.block.timestamp
    refused(VersionExistsError, reader, partial(publisher.send, action))
    refused(VersionExistsError, reader, partial(publisher.cost, action))


def test_a_signed_revocation_is_carried_out_by_anybody(
    reader: ChainReader,
    publisher: ChainWriter,
    author: Author,
    release: ReleaseStatement,
    signed: SigningRequest,
) -> None:
    publisher.send(signed.action)
    revocation = a_revocation(release, Reason.VULNERABLE)
    action = author.signed(revocation).action
    publisher.send(action)
    assert release_now(reader, release).word.reason is Reason.VULNERABLE
    refused(AlreadyRevokedError, reader, partial(publisher.send, action))


def test_no_part_of_a_signed_statement_can_be_altered(
    reader: ChainReader,
    publisher: ChainWriter,
    author: Author,
    release: ReleaseStatement,
    signed: SigningRequest,
) -> None:
    others = [
        replace(release, name="acme/other"),
        replace(release, version="2"),
        replace(release, artifact_root=bytes(32)),
        replace(release, manifest_hash=bytes(32)),
        replace(release, manifest_cid=b""),
        replace(release, expected_sequence=1),
    ]
    for other in others:
        action = replace(signed, statement=other).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))
    stolen = replace(signed, statement=replace(release, publisher=publisher.account)).action
    refused(NotAuthorizedError, reader, partial(publisher.send, stolen))
    longer = replace(signed.authorization, deadline=author.deadline + 1)
    action = replace(signed, authorization=longer).action
    refused(StatementRefusedError, reader, partial(publisher.send, action))
    assert release_now(reader, release).word.status is Status.NONE


def test_a_signature_for_elsewhere_is_none(
    reader: ChainReader, publisher: ChainWriter, author: Author, signed: SigningRequest
) -> None:
    for other in (
        replace(signed, chain_id=signed.chain_id + 1),
        replace(signed, contract=publisher.account),
    ):
        action = other.signed(author.key.sign(other.digest)).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))


def test_a_signature_counts_until_its_deadline(
    reader: ChainReader, publisher: ChainWriter, author: Author, release: ReleaseStatement
) -> None:
    past = reader.block(BlockTag.LATEST).timestamp - 1
    action = replace(author, deadline=past).signed(release).action
    refused(StatementRefusedError, reader, partial(publisher.send, action))


def test_only_the_one_form_of_a_signature_counts(
    reader: ChainReader, publisher: ChainWriter, signed: SigningRequest
) -> None:
    good = signed.authorization.signature
    twin_s = ORDER - int.from_bytes(good[32:64], "big")
    twin = good[:32] + twin_s.to_bytes(32, "big") + bytes([27 + 28 - good[64]])
    stranger = PrivateKey(secrets.token_bytes(32)).sign(signed.digest)
    for bad in (twin, stranger, good[:64], b"", bytes(65), good + b"\0"):
        action = signed.signed(bad).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))
    publisher.send(signed.action)


def test_only_authorities_sign(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter, author: Author
) -> None:
    release = a_release(publisher)
    action = author.signed(release).action
    refused(NotAuthorizedError, reader, partial(publisher.send, action))
    publisher.send(AddAuthority(publisher.account, 0, author.key.address, Role.DELEGATE, FOREVER))
    submitter = backend.writer()
    submitter.send(author.signed(release, index=1).action)
    assert release_now(reader, release).word.authority_index == 1
    revocation = a_revocation(release, Reason.WITHDRAWN)
    action = author.signed(revocation, index=1).action
    refused(NotAuthorizedError, reader, partial(submitter.send, action))


def test_who_was_overtaken_changes_nothing(
    reader: ChainReader,
    publisher: ChainWriter,
    author: Author,
    release: ReleaseStatement,
    signed: SigningRequest,
) -> None:
    other = replace(release, manifest_hash=bytes(32))
    publisher.send(author.signed(other).action)
    before: ReleaseState = release_now(reader, release)
    refused(VersionExistsError, reader, partial(publisher.send, signed.action))
    refused(NotAuthorizedError, reader, lambda: publisher.send(Register(release, 0)))
    assert release_now(reader, release) == before

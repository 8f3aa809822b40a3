"""What every implementation of `ChainWriter` does with what others have signed."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial

import pytest

from tests.fakes.registry import HIGHEST_S
from tests.ports.chain_backends import ChainBackend
from tests.ports.chain_steps import REGISTRY, a_release, a_revocation, refused, release_now
from weightmark.adapters.state.keys import PrivateKey
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


@pytest.fixture
def signer() -> PrivateKey:
    """Return the key of a publisher that never sends anything."""
    return PrivateKey(secrets.token_bytes(32))


@pytest.fixture
def release(publisher: ChainWriter, signer: PrivateKey) -> ReleaseStatement:
    """Return a release of that publisher; somebody else, ``publisher``, submits it."""
    return replace(a_release(publisher), publisher=signer.address)


@pytest.fixture
def later(reader: ChainReader) -> int:
    """Return a time that no block of the tests reaches."""
    return reader.block(BlockTag.LATEST).timestamp + 100_000


def _signed(
    chain: ChainBackend, statement: Statement, key: PrivateKey, deadline: int, index: int = 0
) -> SigningRequest:
    authorization = Authorization(key.address, index, deadline, b"")
    request = SigningRequest(chain.chain_id, REGISTRY.address, statement, authorization)
    return request.signed(key.sign(request.digest))


def test_a_signed_release_is_registered_by_anybody(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
    later: int,
) -> None:
    action = _signed(backend, release, signer, later).action
    assert publisher.cost(action).gas > 21_000
    receipt = publisher.send(action)
    found = release_now(reader, release)
    assert found.commitment == release.commitment
    assert found.word.registered_at == receipt.block.timestamp
    refused(VersionExistsError, reader, partial(publisher.send, action))
    refused(VersionExistsError, reader, partial(publisher.cost, action))


def test_a_signed_revocation_is_carried_out_by_anybody(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
    later: int,
) -> None:
    publisher.send(_signed(backend, release, signer, later).action)
    revocation = a_revocation(release, Reason.VULNERABLE)
    action = _signed(backend, revocation, signer, later).action
    publisher.send(action)
    assert release_now(reader, release).word.reason is Reason.VULNERABLE
    refused(AlreadyRevokedError, reader, partial(publisher.send, action))


def test_no_part_of_a_signed_statement_can_be_altered(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
    later: int,
) -> None:
    request = _signed(backend, release, signer, later)
    others = [
        replace(release, name="acme/other"),
        replace(release, version="2"),
        replace(release, artifact_root=bytes(32)),
        replace(release, manifest_hash=bytes(32)),
        replace(release, manifest_cid=b""),
        replace(release, expected_sequence=1),
    ]
    for other in others:
        action = replace(request, statement=other).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))
    stolen = replace(request, statement=replace(release, publisher=publisher.account)).action
    refused(NotAuthorizedError, reader, partial(publisher.send, stolen))
    longer = replace(request.authorization, deadline=later + 1)
    action = replace(request, authorization=longer).action
    refused(StatementRefusedError, reader, partial(publisher.send, action))
    assert release_now(reader, release).word.status is Status.NONE


def test_a_signature_for_elsewhere_is_none(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
    later: int,
) -> None:
    request = _signed(backend, release, signer, later)
    for other in (
        replace(request, chain_id=request.chain_id + 1),
        replace(request, contract=publisher.account),
    ):
        action = other.signed(signer.sign(other.digest)).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))


def test_a_signature_counts_until_its_deadline(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
) -> None:
    past = reader.block(BlockTag.LATEST).timestamp - 1
    action = _signed(backend, release, signer, past).action
    refused(StatementRefusedError, reader, partial(publisher.send, action))


def test_only_the_one_form_of_a_signature_counts(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    release: ReleaseStatement,
    later: int,
) -> None:
    request = _signed(backend, release, signer, later)
    good = request.authorization.signature
    twin_s = ORDER - int.from_bytes(good[32:64], "big")
    twin = good[:32] + twin_s.to_bytes(32, "big") + bytes([27 + 28 - good[64]])
    stranger = PrivateKey(secrets.token_bytes(32)).sign(request.digest)
    for bad in (twin, stranger, good[:64], b"", bytes(65), good + b"\0"):
        action = request.signed(bad).action
        refused(StatementRefusedError, reader, partial(publisher.send, action))
    publisher.send(request.action)


def test_only_authorities_sign(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    signer: PrivateKey,
    later: int,
) -> None:
    release = a_release(publisher)
    action = _signed(backend, release, signer, later).action
    refused(NotAuthorizedError, reader, partial(publisher.send, action))
    publisher.send(AddAuthority(publisher.account, 0, signer.address, Role.DELEGATE, FOREVER))
    submitter = backend.writer()
    submitter.send(_signed(backend, release, signer, later, index=1).action)
    assert release_now(reader, release).word.authority_index == 1
    revocation = a_revocation(release, Reason.WITHDRAWN)
    action = _signed(backend, revocation, signer, later, index=1).action
    refused(NotAuthorizedError, reader, partial(submitter.send, action))


def test_who_was_overtaken_changes_nothing(
    backend: ChainBackend,
    reader: ChainReader,
    publisher: ChainWriter,
    later: int,
    signer: PrivateKey,
    release: ReleaseStatement,
) -> None:
    request = _signed(backend, release, signer, later)
    other = replace(release, manifest_hash=bytes(32))
    publisher.send(_signed(backend, other, signer, later).action)
    before: ReleaseState = release_now(reader, release)
    refused(VersionExistsError, reader, partial(publisher.send, request.action))
    refused(NotAuthorizedError, reader, lambda: publisher.send(Register(release, 0)))
    assert release_now(reader, release) == before

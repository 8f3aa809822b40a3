"""What every implementation of the chain's ports does for the owners of a publisher."""

from __future__ import annotations

import secrets
from functools import partial

import pytest

from tests.ports.chain_backends import ChainBackend
from tests.ports.chain_steps import REGISTRY, a_release, a_revocation, refused, release_now
from weightmark.domain.actions import (
    AddAuthority,
    AddSigningKey,
    EndAuthority,
    EndSigningKey,
    Register,
    Revoke,
)
from weightmark.domain.registry import (
    FOREVER,
    AuthorityWord,
    Reason,
    Role,
    SigningKeyWord,
    authority_count_slot,
    authority_slot,
    signing_key_slot,
)
from weightmark.errors import AlreadyExistsError, NotAuthorizedError, StatementRefusedError
from weightmark.ports.chain import BlockTag, ChainReader, ChainWriter

NOBODY = f"0x{0:040x}"


def word(reader: ChainReader, slot: int) -> int:
    (found,) = reader.words(REGISTRY.address, [slot], reader.block(BlockTag.LATEST))
    return found


def authority(reader: ChainReader, publisher: str, index: int) -> AuthorityWord | None:
    found = word(reader, authority_slot(publisher, index))
    return AuthorityWord.unpack(found, publisher=publisher, index=index)


def key_word(reader: ChainReader, publisher: str, fingerprint: bytes) -> SigningKeyWord | None:
    return SigningKeyWord.unpack(word(reader, signing_key_slot(publisher, fingerprint)))


def fingerprints(reader: ChainReader, publisher: str) -> tuple[bytes, ...]:
    return reader.signing_keys(REGISTRY.address, publisher, reader.block(BlockTag.LATEST))


def test_authorities_are_counted_from_one(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    identity, other = publisher.account, backend.writer().account
    first = publisher.send(AddAuthority(identity, 0, other, Role.DELEGATE, FOREVER)).block
    second = publisher.send(AddAuthority(identity, 0, other, Role.OWNER, FOREVER - 1)).block
    assert word(reader, authority_count_slot(identity)) == 2
    account = other.lower()
    expected = AuthorityWord(account, first.timestamp, FOREVER, Role.DELEGATE)
    assert authority(reader, identity, 1) == expected
    expected = AuthorityWord(account, second.timestamp, FOREVER - 1, Role.OWNER)
    assert authority(reader, identity, 2) == expected


def test_a_delegate_registers_until_it_is_ended(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    identity, delegate = publisher.account, backend.writer()
    publisher.send(AddAuthority(identity, 0, delegate.account, Role.DELEGATE, FOREVER))
    release = a_release(publisher)
    time = delegate.send(Register(release, 1)).block.timestamp
    assert release_now(reader, release).word.authority_index == 1
    revocation = Revoke(a_revocation(release, Reason.WITHDRAWN), 1)
    refused(NotAuthorizedError, reader, partial(delegate.send, revocation))
    addition = AddAuthority(identity, 1, delegate.account, Role.OWNER, FOREVER)
    refused(NotAuthorizedError, reader, partial(delegate.send, addition))
    publisher.send(EndAuthority(identity, 0, 1, time))
    late = Register(a_release(publisher, "2"), 1)
    refused(NotAuthorizedError, reader, partial(delegate.send, late))
    ended = authority(reader, identity, 1)
    assert ended is not None
    assert (ended.until, ended.is_valid_at(time)) == (time, False)


def test_an_end_is_only_lowered(reader: ChainReader, publisher: ChainWriter) -> None:
    identity = publisher.account
    publisher.send(AddAuthority(identity, 0, identity, Role.OWNER, FOREVER))
    publisher.send(EndAuthority(identity, 0, 1, 1_000))
    for until in (1_000, 1_001, FOREVER):
        action = EndAuthority(identity, 0, 1, until)
        refused(StatementRefusedError, reader, partial(publisher.send, action))
    publisher.send(EndAuthority(identity, 0, 1, 0))


def test_ownership_is_handed_over(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    identity, heir = publisher.account, backend.writer()
    publisher.send(AddAuthority(identity, 0, heir.account, Role.OWNER, FOREVER))
    now = reader.block(BlockTag.LATEST).timestamp
    heir.send(EndAuthority(identity, 1, 0, now))
    refused(NotAuthorizedError, reader, lambda: publisher.send(Register(a_release(publisher), 0)))
    heir.send(Register(a_release(publisher), 1))


@pytest.mark.parametrize(
    "changes",
    [{"account": NOBODY}, {"until": 1}, {"until": 0}],
    ids=["nobody", "past", "zero"],
)
def test_what_can_be_no_authority(
    reader: ChainReader, publisher: ChainWriter, changes: dict[str, str]
) -> None:
    values = {"account": publisher.account, "role": Role.OWNER, "until": FOREVER} | changes
    action = AddAuthority(publisher.account, 0, **values)  # type: ignore[arg-type]
    refused(StatementRefusedError, reader, lambda: publisher.send(action))


def test_unknown_authorities_and_keys_are_not_ended(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    identity = publisher.account
    unknown = (EndAuthority(identity, 0, 1, 0), EndSigningKey(identity, 0, b"\x01" * 32, 0))
    for action in unknown:
        refused(StatementRefusedError, reader, partial(publisher.send, action))


def test_only_owners_own(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    stranger, identity = backend.writer(), publisher.account
    for action in (
        AddAuthority(identity, 0, stranger.account, Role.OWNER, FOREVER),
        EndAuthority(identity, 0, 0, 0),
        AddSigningKey(identity, 0, b"\x01" * 32, 4, FOREVER),
        EndSigningKey(identity, 0, b"\x01" * 32, 0),
    ):
        refused(NotAuthorizedError, reader, partial(stranger.send, action))


def test_a_signing_key_is_added_once_and_ended(reader: ChainReader, publisher: ChainWriter) -> None:
    identity, fingerprint = publisher.account, secrets.token_bytes(32)
    assert key_word(reader, identity, fingerprint) is None
    addition = AddSigningKey(identity, 0, fingerprint, 4, FOREVER)
    added = publisher.send(addition).block.timestamp
    assert key_word(reader, identity, fingerprint) == SigningKeyWord(4, added, FOREVER)
    refused(AlreadyExistsError, reader, lambda: publisher.send(addition))
    publisher.send(EndSigningKey(identity, 0, fingerprint, added))
    assert key_word(reader, identity, fingerprint) == SigningKeyWord(4, added, added)
    again = EndSigningKey(identity, 0, fingerprint, added)
    refused(StatementRefusedError, reader, lambda: publisher.send(again))


@pytest.mark.parametrize(("algorithm", "until"), [(0, FOREVER), (4, 1)], ids=["none", "past"])
def test_what_can_be_no_signing_key(
    reader: ChainReader, publisher: ChainWriter, algorithm: int, until: int
) -> None:
    action = AddSigningKey(publisher.account, 0, b"\x01" * 32, algorithm, until)
    refused(StatementRefusedError, reader, lambda: publisher.send(action))


def test_signing_keys_are_those_that_a_publisher_added(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    identity, other = publisher.account, backend.writer()
    first, second, foreign = (secrets.token_bytes(32) for _ in range(3))
    other.send(AddSigningKey(other.account, 0, foreign, 1, FOREVER))
    before = publisher.send(AddSigningKey(identity, 0, first, 1, FOREVER)).block
    publisher.send(EndSigningKey(identity, 0, first, 0))
    publisher.send(AddSigningKey(identity, 0, second, 2, FOREVER))
    assert fingerprints(reader, identity) == (first, second)
    assert fingerprints(reader, identity.lower()) == (first, second)
    assert reader.signing_keys(REGISTRY.address, identity, before) == (first,)
    assert fingerprints(reader, backend.writer().account) == ()

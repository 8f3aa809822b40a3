"""What every implementation of `ChainReader` and `ChainWriter` does."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.ports.chain_backends import (
    AnvilBackend,
    ChainBackend,
    EmbeddedBackend,
    EthTesterBackend,
    FakeBackend,
)
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.identifiers import model_id_of
from weightmark.domain.registry import (
    EMPTY_HEAD,
    HeadWord,
    Reason,
    ReleaseState,
    ReleaseWord,
    Status,
    head_slot,
    release_slots,
)
from weightmark.domain.statements import Registration, ReleaseStatement, RevocationStatement
from weightmark.errors import (
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    VersionExistsError,
    WeightmarkError,
)
from weightmark.ports.chain import (
    Block,
    BlockTag,
    ChainReader,
    ChainWriter,
    RegistrationFilter,
)

REGISTRY = packaged_registry()
NOWHERE = "0x00000000000000000000000000000000DeaDBeef"


@pytest.fixture(scope="module", params=["fake", "embedded", "eth-tester", "anvil"])
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ChainBackend:
    """Return each chain in turn, with the registry on it."""
    makers: dict[str, Callable[[], ChainBackend]] = {
        "fake": FakeBackend,
        "embedded": lambda: EmbeddedBackend(tmp_path_factory.mktemp("chain") / "local.sqlite3"),
        "eth-tester": EthTesterBackend,
        "anvil": lambda: AnvilBackend(request.getfixturevalue("anvil_url")),
    }
    chain = makers[request.param]()
    chain.writer().deploy()
    return chain


@pytest.fixture
def reader(backend: ChainBackend) -> ChainReader:
    """Return a reader of the chain."""
    return backend.reader


@pytest.fixture
def publisher(backend: ChainBackend) -> ChainWriter:
    """Return an account that nobody knows yet."""
    return backend.writer()


def a_release(
    publisher: ChainWriter, version: str = "1.0.0", name: str = "acme/digits"
) -> ReleaseStatement:
    return ReleaseStatement(
        publisher=publisher.account,
        name=name,
        version=version,
        artifact_root=secrets.token_bytes(32),
        manifest_hash=secrets.token_bytes(32),
        manifest_cid=b"\x01\x55\x12\x20" + secrets.token_bytes(32),
    )


def a_revocation(release: ReleaseStatement, reason: Reason) -> RevocationStatement:
    return RevocationStatement(release.publisher, release.name, release.version, reason)


def release_at(reader: ChainReader, release: ReleaseStatement, block: Block) -> ReleaseState:
    slots = release_slots(release.release_id)
    commitment, word = reader.words(REGISTRY.address, slots, block)
    return ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))


def release_now(reader: ChainReader, release: ReleaseStatement) -> ReleaseState:
    return release_at(reader, release, reader.block(BlockTag.LATEST))


def head_now(reader: ChainReader, release: ReleaseStatement) -> HeadWord:
    slot = head_slot(model_id_of(release.publisher, release.name))
    (word,) = reader.words(REGISTRY.address, [slot], reader.block(BlockTag.LATEST))
    return HeadWord.unpack(word)


def list_registrations(
    reader: ChainReader, wanted: RegistrationFilter, block: Block | None = None
) -> tuple[Registration, ...]:
    upto = block or reader.block(BlockTag.LATEST)
    return reader.registrations(REGISTRY.address, wanted, upto)


def refused(
    error: type[WeightmarkError], reader: ChainReader, action: Callable[[], object]
) -> WeightmarkError:
    """Carry out what must be refused, and make sure that it left no block."""
    before = reader.block(BlockTag.LATEST)
    with pytest.raises(error) as caught:
        action()
    assert reader.block(BlockTag.LATEST) == before
    return caught.value


def test_the_chain_says_which_one_it_is(backend: ChainBackend, reader: ChainReader) -> None:
    assert reader.chain_id() == backend.chain_id


def test_the_first_block_stays(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.genesis_hash()
    publisher.register(a_release(publisher), 0)
    assert len(before) == 32
    assert reader.genesis_hash() == before


def test_the_newest_block_of_a_local_chain_is_final(reader: ChainReader) -> None:
    assert reader.is_local
    assert reader.block(BlockTag.FINALIZED) == reader.block(BlockTag.LATEST)


def test_the_registry_is_deployed_once(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.block(BlockTag.LATEST)
    assert publisher.deploy() == REGISTRY
    assert reader.block(BlockTag.LATEST) == before
    assert reader.code_hash(REGISTRY.address, before) == REGISTRY.code_hash


def test_where_there_is_no_code_there_is_no_hash(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    publisher.register(a_release(publisher), 0)
    block = reader.block(BlockTag.LATEST)
    assert reader.code_hash(NOWHERE, block) == b""
    assert reader.code_hash(publisher.account, block) == b""


def test_words_that_were_never_written_are_zero(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    block = reader.block(BlockTag.LATEST)
    slots = release_slots(a_release(publisher).release_id)
    assert reader.words(REGISTRY.address, slots, block) == (0, 0)
    assert reader.words(NOWHERE, [0, 1, 2**256 - 1], block) == (0, 0, 0)
    assert reader.words(REGISTRY.address, [], block) == ()


def test_a_registered_release_is_read_back(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    receipt = publisher.register(release, 0)
    time = receipt.block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=release.commitment,
        word=ReleaseWord(time, 1, Status.REGISTERED, Reason.NONE, time, 0),
    )


def test_a_receipt_names_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.block(BlockTag.LATEST)
    receipt = publisher.register(a_release(publisher), 0)
    assert receipt.block == reader.block(BlockTag.LATEST)
    assert receipt.block.number > before.number
    assert receipt.block.timestamp >= before.timestamp
    assert len(receipt.transaction_hash) == 32
    assert 21_000 < receipt.gas_used < 200_000


def test_words_come_in_the_order_of_their_slots(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    block = publisher.register(release, 0).block
    first, second = release_slots(release.release_id)
    forwards = reader.words(REGISTRY.address, [first, 5, second], block)
    assert forwards[0] == int.from_bytes(release.commitment, "big")
    assert reader.words(REGISTRY.address, [second, 5, first], block) == forwards[::-1]


def test_words_are_those_of_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    before = reader.block(BlockTag.LATEST)
    registered = publisher.register(release, 0).block
    publisher.revoke(a_revocation(release, Reason.WITHDRAWN), 0)
    assert release_at(reader, release, before).word.status is Status.NONE
    assert release_at(reader, release, registered).word.status is Status.REGISTERED
    assert release_now(reader, release).word.status is Status.REVOKED


def test_the_head_chains_all_releases_of_a_model(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    expected = EMPTY_HEAD
    releases = [a_release(publisher, version) for version in ("1", "2", "3")]
    for release in releases:
        publisher.register(release, 0)
        expected = expected.next(release.release_id, release.commitment)
        assert head_now(reader, release) == expected
    publisher.register(a_release(publisher, "1", "acme/other"), 0)
    assert head_now(reader, releases[0]) == expected
    assert expected.sequence == 3


def test_the_expected_sequence_is_kept(reader: ChainReader, publisher: ChainWriter) -> None:
    publisher.register(replace(a_release(publisher, "1"), expected_sequence=1), 0)
    stale = replace(a_release(publisher, "2"), expected_sequence=1)
    error = refused(StatementRefusedError, reader, lambda: publisher.register(stale, 0))
    assert "number 1" in error.message
    publisher.register(replace(stale, expected_sequence=2), 0)


def test_a_version_is_registered_once(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    publisher.register(release, 0)
    other = replace(a_release(publisher), manifest_hash=bytes(32))
    for again in (release, other):
        error = refused(VersionExistsError, reader, partial(publisher.register, again, 0))
        assert release.release_id.hex() in error.message
    assert release_now(reader, release).commitment == release.commitment


def test_only_authorities_register(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    stranger, release = backend.writer(), a_release(publisher)
    error = refused(NotAuthorizedError, reader, lambda: stranger.register(release, 0))
    assert stranger.account in error.message
    assert publisher.account in error.message
    refused(NotAuthorizedError, reader, lambda: publisher.register(release, 1))


def test_only_owners_revoke(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    stranger, release = backend.writer(), a_release(publisher)
    publisher.register(release, 0)
    statement = a_revocation(release, Reason.COMPROMISED)
    refused(NotAuthorizedError, reader, lambda: stranger.revoke(statement, 0))
    refused(NotAuthorizedError, reader, lambda: publisher.revoke(statement, 7))
    assert release_now(reader, release).word.status is Status.REGISTERED


def test_a_revocation_keeps_what_was_registered(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    registered = publisher.register(release, 0).block.timestamp
    revoked = publisher.revoke(a_revocation(release, Reason.VULNERABLE), 0).block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=release.commitment,
        word=ReleaseWord(registered, 1, Status.REVOKED, Reason.VULNERABLE, revoked, 0),
    )


def test_only_superseded_gives_way(reader: ChainReader, publisher: ChainWriter) -> None:
    release, successor = a_release(publisher, "1"), a_release(publisher, "2")
    superseded = replace(a_revocation(release, Reason.SUPERSEDED), successor=successor.release_id)
    publisher.register(release, 0)
    publisher.revoke(superseded, 0)
    refused(AlreadyRevokedError, reader, lambda: publisher.revoke(superseded, 0))
    publisher.revoke(a_revocation(release, Reason.COMPROMISED), 0)
    withdrawn = a_revocation(release, Reason.WITHDRAWN)
    error = refused(AlreadyRevokedError, reader, lambda: publisher.revoke(withdrawn, 0))
    assert "compromised" in error.message
    assert release_now(reader, release).word.reason is Reason.COMPROMISED


def test_a_tombstone_closes_a_version(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    revoked = publisher.revoke(a_revocation(release, Reason.WITHDRAWN), 0).block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=bytes(32),
        word=ReleaseWord(0, 0, Status.REVOKED, Reason.WITHDRAWN, revoked, 0),
    )
    refused(AlreadyRevokedError, reader, lambda: publisher.register(release, 0))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "n" * 129},
        {"version": ""},
        {"version": "1" * 65},
        {"manifest_cid": bytes(65)},
    ],
    ids=lambda changes: str(changes)[:20],
)
def test_statements_out_of_bounds_are_refused(
    reader: ChainReader, publisher: ChainWriter, changes: dict[str, str]
) -> None:
    release = replace(a_release(publisher), **changes)  # type: ignore[arg-type]
    error = refused(StatementRefusedError, reader, lambda: publisher.register(release, 0))
    (value,) = changes.values()
    assert f"{len(value)}" in error.message


def test_the_longest_statement_is_accepted(reader: ChainReader, publisher: ChainWriter) -> None:
    release = replace(
        a_release(publisher, "v" * 64, "n" * 128), manifest_cid=secrets.token_bytes(64)
    )
    publisher.register(release, 0)
    (found,) = list_registrations(reader, RegistrationFilter(publisher=publisher.account))
    assert (found.name, found.version) == (release.name, release.version)
    assert found.manifest_cid == release.manifest_cid


def test_only_a_superseded_release_has_a_successor(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    statement = replace(a_revocation(release, Reason.WITHDRAWN), successor=b"\x01" * 32)
    error = refused(StatementRefusedError, reader, lambda: publisher.revoke(statement, 0))
    assert "01" * 32 in error.message


def test_a_reason_is_needed(reader: ChainReader, publisher: ChainWriter) -> None:
    statement = a_revocation(a_release(publisher), Reason.NONE)
    refused(StatementRefusedError, reader, lambda: publisher.revoke(statement, 0))


def test_a_registration_tells_everything(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    receipt = publisher.register(release, 0)
    assert list_registrations(reader, RegistrationFilter(publisher=publisher.account)) == (
        Registration(
            publisher=publisher.account,
            name=release.name,
            version=release.version,
            artifact_root=release.artifact_root,
            manifest_hash=release.manifest_hash,
            manifest_cid=release.manifest_cid,
            registered_at=receipt.block.timestamp,
            sequence=1,
            authority_index=0,
            block_number=receipt.block.number,
            transaction_hash=receipt.transaction_hash,
        ),
    )


def test_registrations_are_filtered(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    other = backend.writer()
    first, second = a_release(publisher, "1"), a_release(publisher, "2")
    third = a_release(publisher, "1", "acme/other")
    copy = replace(a_release(other), artifact_root=first.artifact_root)
    for writer, release in ((publisher, first), (publisher, second), (publisher, third)):
        writer.register(release, 0)
    other.register(copy, 0)

    def found(wanted: RegistrationFilter) -> list[bytes]:
        return [each.release_id for each in list_registrations(reader, wanted)]

    model_id = model_id_of(publisher.account, "acme/digits")
    root = first.artifact_root
    mine = [each.release_id for each in (first, second, third)]
    assert found(RegistrationFilter(publisher=publisher.account)) == mine
    assert found(RegistrationFilter(publisher=publisher.account.lower())) == mine
    assert found(RegistrationFilter(model_id=model_id)) == mine[:2]
    assert found(RegistrationFilter(artifact_root=root)) == [mine[0], copy.release_id]
    assert found(RegistrationFilter(other.account, artifact_root=root)) == [copy.release_id]
    assert found(RegistrationFilter(other.account, model_id=model_id)) == []
    assert set(mine) < set(found(RegistrationFilter()))


def test_registrations_end_at_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    wanted = RegistrationFilter(publisher=publisher.account)
    before = reader.block(BlockTag.LATEST)
    first, second = a_release(publisher, "1"), a_release(publisher, "2")
    middle = publisher.register(first, 0).block
    publisher.register(second, 0)
    assert list_registrations(reader, wanted, before) == ()
    assert [each.version for each in list_registrations(reader, wanted, middle)] == ["1"]


def test_an_event_that_no_client_can_ask_for_spoils_no_list(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    good = a_release(publisher, "1")
    publisher.register(replace(good, name="Not A Name"), 0)
    publisher.register(good, 0)
    wanted = RegistrationFilter(publisher=publisher.account)
    assert [each.name for each in list_registrations(reader, wanted)] == [good.name]

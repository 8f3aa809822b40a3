"""What every implementation of `ChainReader` and `ChainWriter` does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from tests.ports.chain_backends import ChainBackend
from tests.ports.chain_steps import (
    REGISTRY,
    a_release,
    a_revocation,
    head_now,
    refused,
    release_at,
    release_now,
)
from weightmark.adapters.chain.deployment import deployments
from weightmark.domain.actions import Register, Revoke
from weightmark.domain.registry import (
    EMPTY_HEAD,
    Reason,
    ReleaseState,
    ReleaseWord,
    Status,
    release_slots,
)
from weightmark.errors import (
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    VersionExistsError,
)
from weightmark.ports.chain import BlockTag, ChainReader, ChainWriter

NOWHERE = "0x00000000000000000000000000000000DeaDBeef"


def test_the_chain_says_which_one_it_is(backend: ChainBackend, reader: ChainReader) -> None:
    assert reader.chain_id() == backend.chain_id


def test_the_first_block_stays(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.genesis_hash()
    publisher.send(Register(a_release(publisher), 0))
    assert len(before) == 32
    assert reader.genesis_hash() == before


def test_the_newest_block_of_a_local_chain_is_final(reader: ChainReader) -> None:
    assert reader.block(BlockTag.FINALIZED) == reader.block(BlockTag.LATEST)


def test_contracts_are_deployed_once(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.block(BlockTag.LATEST)
    assert publisher.deploy() == ()
    assert reader.block(BlockTag.LATEST) == before
    contracts = [each.contract for each in deployments()]
    assert contracts[0] == REGISTRY
    for contract in contracts:
        assert reader.code_hash(contract.address, before) == contract.code_hash


def test_where_there_is_no_code_there_is_no_hash(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    publisher.send(Register(a_release(publisher), 0))
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
    receipt = publisher.send(Register(release, 0))
    time = receipt.block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=release.commitment,
        word=ReleaseWord(time, 1, Status.REGISTERED, Reason.NONE, time, 0),
    )


def test_a_receipt_names_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    before = reader.block(BlockTag.LATEST)
    receipt = publisher.send(Register(a_release(publisher), 0))
    assert receipt.block == reader.block(BlockTag.LATEST)
    assert receipt.block.number > before.number
    assert receipt.block.timestamp >= before.timestamp
    assert len(receipt.transaction_hash) == 32
    assert 21_000 < receipt.gas_used < 200_000


def test_words_come_in_the_order_of_their_slots(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    block = publisher.send(Register(release, 0)).block
    first, second = release_slots(release.release_id)
    forwards = reader.words(REGISTRY.address, [first, 5, second], block)
    assert forwards[0] == int.from_bytes(release.commitment, "big")
    assert reader.words(REGISTRY.address, [second, 5, first], block) == forwards[::-1]


def test_words_are_those_of_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    before = reader.block(BlockTag.LATEST)
    registered = publisher.send(Register(release, 0)).block
    publisher.send(Revoke(a_revocation(release, Reason.WITHDRAWN), 0))
    assert release_at(reader, release, before).word.status is Status.NONE
    assert release_at(reader, release, registered).word.status is Status.REGISTERED
    assert release_now(reader, release).word.status is Status.REVOKED


def test_the_head_chains_all_releases_of_a_model(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    expected = EMPTY_HEAD
    releases = [a_release(publisher, version) for version in ("1", "2", "3")]
    for release in releases:
        publisher.send(Register(release, 0))
        expected = expected.next(release.release_id, release.commitment)
        assert head_now(reader, release) == expected
    publisher.send(Register(a_release(publisher, "1", "acme/other"), 0))
    assert head_now(reader, releases[0]) == expected
    assert expected.sequence == 3


def test_the_expected_sequence_is_kept(reader: ChainReader, publisher: ChainWriter) -> None:
    publisher.send(Register(replace(a_release(publisher, "1"), expected_sequence=1), 0))
    stale = replace(a_release(publisher, "2"), expected_sequence=1)
    error = refused(StatementRefusedError, reader, lambda: publisher.send(Register(stale, 0)))
    assert "number 1" in error.message
    publisher.send(Register(replace(stale, expected_sequence=2), 0))


def test_a_version_is_registered_once(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    publisher.send(Register(release, 0))
    other = replace(a_release(publisher), manifest_hash=bytes(32))
    for again in (release, other):
        error = refused(VersionExistsError, reader, partial(publisher.send, Register(again, 0)))
        assert release.release_id.hex()[:8] in error.message
    assert release_now(reader, release).commitment == release.commitment


def test_only_authorities_register(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    stranger, release = backend.writer(), a_release(publisher)
    error = refused(NotAuthorizedError, reader, lambda: stranger.send(Register(release, 0)))
    assert stranger.account in error.message
    assert publisher.account in error.message
    refused(NotAuthorizedError, reader, lambda: publisher.send(Register(release, 1)))


def test_only_owners_revoke(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    stranger, release = backend.writer(), a_release(publisher)
    publisher.send(Register(release, 0))
    statement = a_revocation(release, Reason.COMPROMISED)
    refused(NotAuthorizedError, reader, lambda: stranger.send(Revoke(statement, 0)))
    refused(NotAuthorizedError, reader, lambda: publisher.send(Revoke(statement, 7)))
    assert release_now(reader, release).word.status is Status.REGISTERED


def test_a_revocation_keeps_what_was_registered(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    registered = publisher.send(Register(release, 0)).block.timestamp
    revoked = publisher.send(Revoke(a_revocation(release, Reason.VULNERABLE), 0)).block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=release.commitment,
        word=ReleaseWord(registered, 1, Status.REVOKED, Reason.VULNERABLE, revoked, 0),
    )


def test_only_superseded_gives_way(reader: ChainReader, publisher: ChainWriter) -> None:
    release, successor = a_release(publisher, "1"), a_release(publisher, "2")
    superseded = replace(a_revocation(release, Reason.SUPERSEDED), successor=successor.release_id)
    publisher.send(Register(release, 0))
    publisher.send(Revoke(superseded, 0))
    refused(AlreadyRevokedError, reader, lambda: publisher.send(Revoke(superseded, 0)))
    publisher.send(Revoke(a_revocation(release, Reason.COMPROMISED), 0))
    withdrawn = a_revocation(release, Reason.WITHDRAWN)
    error = refused(AlreadyRevokedError, reader, lambda: publisher.send(Revoke(withdrawn, 0)))
    assert "compromised" in error.message
    assert release_now(reader, release).word.reason is Reason.COMPROMISED


def test_a_tombstone_closes_a_version(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    revoked = publisher.send(Revoke(a_revocation(release, Reason.WITHDRAWN), 0)).block.timestamp
    assert release_now(reader, release) == ReleaseState(
        commitment=bytes(32),
        word=ReleaseWord(0, 0, Status.REVOKED, Reason.WITHDRAWN, revoked, 0),
    )
    refused(AlreadyRevokedError, reader, lambda: publisher.send(Register(release, 0)))


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
    error = refused(StatementRefusedError, reader, lambda: publisher.send(Register(release, 0)))
    (value,) = changes.values()
    assert f"{len(value)}" in error.message


def test_only_a_superseded_release_has_a_successor(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    statement = replace(a_revocation(release, Reason.WITHDRAWN), successor=b"\x01" * 32)
    error = refused(StatementRefusedError, reader, lambda: publisher.send(Revoke(statement, 0)))
    assert "01" * 4 in error.message


def test_a_reason_is_needed(reader: ChainReader, publisher: ChainWriter) -> None:
    statement = a_revocation(a_release(publisher), Reason.NONE)
    refused(StatementRefusedError, reader, lambda: publisher.send(Revoke(statement, 0)))


def test_a_cost_is_told_before_it_is_spent(reader: ChainReader, publisher: ChainWriter) -> None:
    action = Register(a_release(publisher), 0)
    before = reader.block(BlockTag.LATEST)
    cost = publisher.cost(action)
    assert reader.block(BlockTag.LATEST) == before
    used = publisher.send(action).gas_used
    assert used <= cost.gas <= cost.gas_limit < 2 * used
    assert cost.fee_per_gas <= cost.max_fee_per_gas
    assert cost.max_total >= cost.total == cost.gas * cost.fee_per_gas


def test_what_would_be_refused_has_no_cost(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher)
    publisher.send(Register(release, 0))
    for drafted in (publisher.cost, publisher.unsigned):
        refused(VersionExistsError, reader, partial(drafted, Register(release, 0)))
    other = Register(a_release(publisher), 0)
    refused(NotAuthorizedError, reader, partial(backend.writer().cost, other))


def test_a_transaction_for_a_wallet(backend: ChainBackend, publisher: ChainWriter) -> None:
    action = Register(a_release(publisher), 0)
    unsigned, cost = publisher.unsigned(action), publisher.cost(action)
    assert (unsigned.chain_id, unsigned.sender) == (backend.chain_id, publisher.account)
    assert (unsigned.to, unsigned.value) == (REGISTRY.address, 0)
    assert unsigned.gas == cost.gas_limit
    assert unsigned.max_priority_fee_per_gas <= unsigned.max_fee_per_gas
    publisher.send(action)


def test_no_more_is_spent_than_allowed(reader: ChainReader, publisher: ChainWriter) -> None:
    action = Register(a_release(publisher), 0)
    cost = publisher.cost(action)
    if cost.total:
        too_little = partial(publisher.send, action, cost.total - 1)
        assert "allowed" in refused(TransactionFailedError, reader, too_little).message
    publisher.send(action, cost.max_total)


def test_what_is_deployed_costs_nothing_to_deploy(publisher: ChainWriter) -> None:
    cost = publisher.deployment_cost()
    assert (cost.gas, cost.bounded, cost.bound) == (0, 0, 0)
    assert publisher.deploy(0) == ()

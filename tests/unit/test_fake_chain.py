"""What the fake chain does that no real one does on demand."""

from __future__ import annotations

import pytest

from tests.fakes.chain import FakeChain, delegate, owner
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.actions import Register, Revoke
from weightmark.domain.registry import Reason, release_slots
from weightmark.domain.statements import ReleaseStatement, RevocationStatement
from weightmark.errors import (
    ChainUnreachableError,
    NotAuthorizedError,
    TransactionFailedError,
)
from weightmark.ports.chain import BlockTag, RegistrationFilter

PUBLISHER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
REGISTRY = packaged_registry()
RELEASE = ReleaseStatement(PUBLISHER, "acme/digits", "1", b"\x01" * 32, b"\x02" * 32)
REVOCATION = RevocationStatement(PUBLISHER, "acme/digits", "1", Reason.WITHDRAWN)


@pytest.fixture
def chain() -> FakeChain:
    """Return a chain with the registry."""
    chain = FakeChain()
    chain.deploy()
    return chain


def is_registered(chain: FakeChain, tag: BlockTag) -> bool:
    slots = release_slots(RELEASE.release_id)
    return any(chain.words(REGISTRY.address, slots, chain.block(tag)))


def test_blocks_are_final_only_when_they_are_finalized(chain: FakeChain) -> None:
    block = chain.writer(PUBLISHER).send(Register(RELEASE, 0)).block
    assert (is_registered(chain, BlockTag.LATEST), is_registered(chain, BlockTag.FINALIZED)) == (
        True,
        False,
    )
    chain.finalize(block.number)
    assert is_registered(chain, BlockTag.FINALIZED)
    assert chain.block(BlockTag.FINALIZED) == block


def test_a_reorganisation_takes_blocks_away(chain: FakeChain) -> None:
    before = chain.mine(2)
    block = chain.writer(PUBLISHER).send(Register(RELEASE, 0)).block
    chain.reorganise(1)
    after = chain.block(BlockTag.LATEST)
    assert after.number == block.number
    assert after.hash != block.hash
    assert not is_registered(chain, BlockTag.LATEST)
    assert chain.registrations(REGISTRY.address, RegistrationFilter(), after) == ()
    assert chain.words(REGISTRY.address, [0], before) == (0,)
    with pytest.raises(ChainUnreachableError, match="there is no block"):
        chain.words(REGISTRY.address, [0], block)
    chain.writer(PUBLISHER).send(Register(RELEASE, 0))


def test_a_dropped_transaction_changes_nothing(chain: FakeChain) -> None:
    chain.drop()
    before = chain.block(BlockTag.LATEST)
    with pytest.raises(TransactionFailedError):
        chain.writer(PUBLISHER).send(Register(RELEASE, 0))
    assert chain.block(BlockTag.LATEST) == before
    chain.writer(PUBLISHER).send(Register(RELEASE, 0))


def test_an_unreachable_chain_does_nothing(chain: FakeChain) -> None:
    block, chain.unreachable = chain.block(BlockTag.LATEST), "out of reach"
    writer = chain.writer(PUBLISHER)
    for action in (
        chain.chain_id,
        chain.genesis_hash,
        lambda: chain.block(BlockTag.LATEST),
        lambda: chain.code_hash(REGISTRY.address, block),
        lambda: chain.words(REGISTRY.address, [0], block),
        lambda: chain.registrations(REGISTRY.address, RegistrationFilter(), block),
        lambda: writer.send(Register(RELEASE, 0)),
    ):
        with pytest.raises(ChainUnreachableError, match="out of reach"):
            action()


def test_authorities_act_while_they_are_valid(chain: FakeChain) -> None:
    chain.set_authority(PUBLISHER, 1, delegate(OTHER))
    chain.writer(OTHER).send(Register(RELEASE, 1))
    with pytest.raises(NotAuthorizedError):
        chain.writer(OTHER).send(Revoke(REVOCATION, 1))
    chain.set_authority(PUBLISHER, 1, owner(OTHER, until=chain.next_block.timestamp))
    with pytest.raises(NotAuthorizedError):
        chain.writer(OTHER).send(Revoke(REVOCATION, 1))
    chain.set_authority(PUBLISHER, 2, owner(OTHER))
    chain.writer(OTHER).send(Revoke(REVOCATION, 2))


def test_time_is_what_the_test_says(chain: FakeChain) -> None:
    chain.now = 2_000_000_000
    assert chain.mine().timestamp == 2_000_000_000
    assert chain.mine().timestamp == 2_000_000_001

"""Waiting until what was written is final."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.fakes.chain import FakeChain
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.actions import Register, Revoke
from weightmark.domain.registry import Reason
from weightmark.domain.statements import (
    NO_SUCCESSOR,
    ReleaseStatement,
    RevocationStatement,
    Statement,
)
from weightmark.errors import AlreadyRevokedError, ChainUnreachableError, TransactionFailedError
from weightmark.ports.chain import Block, BlockTag
from weightmark.services.finality import POLL_SECONDS, Finality, Waiting

ALICE = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
RELEASE = ReleaseStatement(ALICE, "acme/digits", "1", b"\1" * 32, b"\2" * 32)
REGISTRATION = Register(RELEASE)
WITHDRAWAL = RevocationStatement(ALICE, "acme/digits", "1", Reason.WITHDRAWN, NO_SUCCESSOR)
REVOCATION = Revoke(WITHDRAWAL, 0)

Event = Callable[[], object]


@dataclass
class Meanwhile:
    """A chain on which something happens each time that it is waited for."""

    chain: FakeChain = field(default_factory=FakeChain)
    events: list[Event] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.events:
            self.events.pop(0)()

    def wait(self, seconds: float = 10 * POLL_SECONDS, statement: Statement = RELEASE) -> None:
        """Wait until what was written is final."""
        waiting = Waiting(
            seconds, lambda *numbers: self.told.append(numbers), lambda: self.now, self.sleep
        )
        registry = packaged_registry().address
        Finality(self.chain, registry, statement, "acme/digits@1", waiting).wait()

    def finalize(self) -> None:
        self.chain.finalize(self.chain.blocks[-1].block.number)


class Unfinal(FakeChain):
    """A chain whose endpoint does not tell which block is final."""

    def block(self, tag: BlockTag) -> Block:
        if tag is BlockTag.FINALIZED:
            raise ChainUnreachableError("unknown block tag")
        return super().block(tag)


@pytest.fixture
def meanwhile() -> Meanwhile:
    found = Meanwhile()
    found.chain.deploy()
    found.chain.writer(ALICE).send(REGISTRATION)
    return found


def test_it_is_waited_for_until_the_final_block_has_it(meanwhile: Meanwhile) -> None:
    meanwhile.events = [lambda: None, meanwhile.chain.mine, meanwhile.finalize]
    meanwhile.wait()
    assert meanwhile.told == [(0, 1), (0, 1), (0, 2), (2, 2)]


def test_what_is_final_already_is_not_waited_for(meanwhile: Meanwhile) -> None:
    meanwhile.finalize()
    meanwhile.wait()
    assert meanwhile.now == 0


def test_a_revocation_is_waited_for_though_its_release_is_final(meanwhile: Meanwhile) -> None:
    meanwhile.finalize()
    meanwhile.chain.writer(ALICE).send(REVOCATION)
    meanwhile.events = [meanwhile.finalize]
    meanwhile.wait(statement=WITHDRAWAL)
    assert meanwhile.now == POLL_SECONDS


@pytest.mark.parametrize("revoked", [False, True], ids=["release", "revocation"])
def test_what_the_endpoint_does_not_know_yet_is_not_final(
    meanwhile: Meanwhile, *, revoked: bool
) -> None:
    if revoked:
        meanwhile.finalize()
        meanwhile.chain.writer(ALICE).send(REVOCATION)
    meanwhile.chain.reorganise(1)
    with pytest.raises(TransactionFailedError, match="is not what the endpoint shows now"):
        meanwhile.wait(24, WITHDRAWAL if revoked else RELEASE)


def test_what_was_revoked_meanwhile_is_not_said_to_be_a_release(meanwhile: Meanwhile) -> None:
    meanwhile.chain.writer(ALICE).send(REVOCATION)
    meanwhile.events = [meanwhile.finalize]
    with pytest.raises(AlreadyRevokedError, match="was revoked as withdrawn"):
        meanwhile.wait()


def test_what_is_not_final_in_time_is_said_to_be_on_the_chain(meanwhile: Meanwhile) -> None:
    with pytest.raises(
        TransactionFailedError, match="of acme/digits@1 is on the chain, and after 24 s"
    ) as error:
        meanwhile.wait(24)
    assert "sends nothing twice" in error.value.hint


def test_what_comes_into_another_block_is_waited_for(meanwhile: Meanwhile) -> None:
    chain = meanwhile.chain
    again = chain.writer(ALICE)
    meanwhile.events = [lambda: chain.reorganise(1), lambda: again.send(REGISTRATION)]
    meanwhile.events.append(meanwhile.finalize)
    meanwhile.wait()
    assert meanwhile.told[-1] == (2, 2)


def test_what_went_away_is_not_said_to_be_there(meanwhile: Meanwhile) -> None:
    meanwhile.events = [lambda: meanwhile.chain.reorganise(1), meanwhile.finalize]
    with pytest.raises(TransactionFailedError, match="is not what the endpoint shows now") as error:
        meanwhile.wait()
    assert "sends it again" in error.value.hint


def test_an_endpoint_may_fail_for_a_while(meanwhile: Meanwhile) -> None:
    chain = meanwhile.chain
    meanwhile.events = [
        lambda: setattr(chain, "unreachable", "busy"),
        lambda: setattr(chain, "unreachable", ""),
        meanwhile.finalize,
    ]
    meanwhile.wait()
    chain.mine()
    chain.unreachable = "gone"
    with pytest.raises(ChainUnreachableError, match="gone"):
        meanwhile.wait()


def test_an_endpoint_that_stays_away_is_named_at_the_end(meanwhile: Meanwhile) -> None:
    meanwhile.events = [lambda: setattr(meanwhile.chain, "unreachable", "gone")]
    with pytest.raises(ChainUnreachableError, match="gone"):
        meanwhile.wait()


def test_who_does_not_tell_what_is_final_is_not_waited_for() -> None:
    meanwhile = Meanwhile(Unfinal())
    meanwhile.chain.deploy()
    with pytest.raises(ChainUnreachableError, match="unknown block tag"):
        meanwhile.wait()
    assert meanwhile.now == 0


def test_an_endpoint_may_fail_at_first(meanwhile: Meanwhile) -> None:
    meanwhile.chain.unreachable = "busy"
    meanwhile.events = [lambda: setattr(meanwhile.chain, "unreachable", ""), meanwhile.finalize]
    meanwhile.wait()
    assert meanwhile.now == 2 * POLL_SECONDS

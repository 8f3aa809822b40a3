"""What a transaction may cost, as it is agreed before it is signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain, FakeChainWriter
from weightmark.domain.actions import Register
from weightmark.domain.fees import Cost
from weightmark.domain.networks import ANVIL_CHAIN_ID, Network
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import TransactionFailedError
from weightmark.services.spending import (
    FREELY,
    Preview,
    Spending,
    deployment_preview,
    unasked,
)

ALICE = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
ACTION = Register(ReleaseStatement(ALICE, "acme/digits", "1", bytes(32), bytes(32)))


class Poor(FakeChainWriter):
    """An account without coins."""

    def deployment_cost(self) -> Cost:
        return replace(super().deployment_cost(), balance=0)


def test_who_agrees_to_a_cost_agrees_to_a_bound() -> None:
    writer, shown = FakeChain().writer(ALICE), list[Cost]()
    agreed = Spending(agree=shown.append).approve(writer, ACTION)
    (cost,) = shown
    assert agreed.max_fee == cost.bound > cost.max_total


def test_a_bound_that_was_given_stays() -> None:
    writer = FakeChain().writer(ALICE)
    most = writer.cost(ACTION).max_total
    assert Spending(most, lambda _: None).approve(writer, ACTION).max_fee == most
    with pytest.raises(TransactionFailedError):
        Spending(1, lambda _: None).approve(writer, ACTION)


def test_where_nobody_is_asked_nothing_is_bound() -> None:
    assert FREELY.approve(FakeChain().writer(ALICE), ACTION).max_fee is None


def test_a_program_spends_no_more_than_who_says_yes() -> None:
    writer = FakeChain().writer(ALICE)
    bound = writer.cost(ACTION).bound
    elsewhere, here = Network("sepolia", 11155111), Network("anvil", ANVIL_CHAIN_ID)
    assert unasked(elsewhere, None).approve(writer, ACTION).max_fee == bound
    assert unasked(elsewhere, bound - 1).approve(writer, ACTION).max_fee == bound - 1
    assert unasked(here, None).approve(writer, ACTION).max_fee is None


def test_a_deployment_is_agreed_to_as_a_whole() -> None:
    writer, shown = FakeChain().writer(ALICE), list[Cost]()
    agreed = Spending(agree=shown.append).approve_deployment(writer)
    (cost,) = shown
    assert agreed.max_fee == cost.bound > cost.max_total
    assert deployment_preview(writer, cost.total) == Preview(ALICE, cost)
    assert Spending(1).approve_deployment(writer).max_fee == 1


def test_a_deployment_that_costs_more_than_allowed_or_than_there_is_is_not_asked_for() -> None:
    writer, shown = FakeChain().writer(ALICE), list[Cost]()
    cost = writer.deployment_cost()
    with pytest.raises(TransactionFailedError, match="the deployment may cost") as caught:
        Spending(cost.total - 1, shown.append).approve_deployment(writer)
    assert "--max-fee" in caught.value.hint
    poor = Poor(FakeChain(), ALICE)
    with pytest.raises(TransactionFailedError, match=f"{ALICE} has 0, and this may cost up to 0."):
        Spending(agree=shown.append).approve_deployment(poor)
    with pytest.raises(TransactionFailedError, match="has 0"):
        deployment_preview(poor, None)
    assert shown == []

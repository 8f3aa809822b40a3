"""What a transaction may cost, as it is agreed before it is signed."""

from __future__ import annotations

import pytest

from tests.fakes.chain import FakeChain
from weightmark.domain.actions import Register
from weightmark.domain.fees import Cost
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import TransactionFailedError
from weightmark.services.spending import FREELY, Spending

ALICE = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
ACTION = Register(ReleaseStatement(ALICE, "acme/digits", "1", bytes(32), bytes(32)))


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

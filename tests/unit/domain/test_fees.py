"""What is offered for gas."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.fees import Cost, Fees, GasPrice

AMOUNTS = st.integers(0, 10**15)
PRICES = st.builds(GasPrice, AMOUNTS, AMOUNTS)


def test_an_offer_is_enough_for_a_base_fee_that_doubles() -> None:
    assert Fees.at(GasPrice(base_fee=7, priority_fee=3)) == Fees(max_fee=17, priority_fee=3)


@given(PRICES, PRICES)
def test_a_raised_offer_replaces_the_one_before_it_and_is_usual(
    before: GasPrice, now: GasPrice
) -> None:
    offered = Fees.at(before)
    raised = offered.raised(now)
    assert raised.replaces(offered)
    assert raised.max_fee >= Fees.at(now).max_fee
    assert raised.priority_fee >= Fees.at(now).priority_fee
    # What geth asks for (core/txpool/legacypool, PriceBump): a tenth more of both.
    assert raised.max_fee * 10 >= offered.max_fee * 11
    assert raised.priority_fee * 10 >= offered.priority_fee * 11


@given(PRICES, AMOUNTS)
def test_an_offer_keeps_within_its_limit(price: GasPrice, limit: int) -> None:
    offered = Fees.at(price).within(limit)
    assert offered.priority_fee <= offered.max_fee <= limit
    assert offered in (Fees.at(price), Fees(limit, min(limit, price.priority_fee)))


def test_an_eighth_more_of_one_fee_alone_replaces_nothing() -> None:
    before = Fees(800, 80)
    assert Fees(900, 90).replaces(before)
    assert not Fees(899, 90).replaces(before)
    assert not Fees(900, 89).replaces(before)
    assert not Fees(0, 0).replaces(Fees(0, 0))


def test_a_cost_adds_up() -> None:
    cost = Cost(gas=100, gas_limit=120, fee_per_gas=5, max_fee_per_gas=9, balance=0)
    assert (cost.total, cost.max_total) == (500, 1080)


def test_what_does_not_go_by_gas_adds_up() -> None:
    cost = Cost(100, 120, 5, 9, 0, value=1_000, data_fee=10_000)
    assert (cost.bounded, cost.total, cost.max_total) == (1_500, 11_500, 12_080)
    assert (cost.least_bound, cost.bound) == (120 * 5 + 1_000, 2 * 120 * 9 + 1_000)
    assert (cost.needed(None), cost.needed(10**9)) == (cost.max_total, cost.max_total)
    assert cost.needed(1_600) == 11_600
    assert Cost(100, 120, 5, 9, 0, data_fee=None).total == 500

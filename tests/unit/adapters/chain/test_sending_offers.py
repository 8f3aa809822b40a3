"""What is offered for a payload: never more than is allowed, or than anybody should pay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.adapters.chain.test_rpc_reader import ScriptedTransport
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.offers import (
    MAX_FEE_PER_GAS,
    MAX_GAS,
    Bound,
    Offer,
    Offers,
    limit_of,
)
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.domain.coins import format_coins
from weightmark.domain.fees import Fees, gas_limit_of
from weightmark.errors import TransactionFailedError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
PAYLOAD = Payload(ACCOUNT, b"")
MOST_GAS = -(-MAX_GAS * 100 // 120)


def offers(*, gas: int = 100_000, base_fee: int = 90, tip: int = 10) -> Offers:
    told = {
        "eth_estimateGas": hex(gas),
        "eth_getBlockByNumber": {"baseFeePerGas": hex(base_fee)},
        "eth_feeHistory": {"gasUsedRatio": [1], "reward": [[hex(tip)]]},
        "eth_getBalance": "0x5",
    }
    transport = ScriptedTransport(lambda method, _: told[method])
    return Offers(transport, Node(transport, ACCOUNT))


def test_an_endpoint_s_word_is_believed_up_to_what_anybody_should_pay() -> None:
    assert offers(gas=MOST_GAS).offer(PAYLOAD, None).gas == MAX_GAS
    dearest = offers(base_fee=MAX_FEE_PER_GAS - 10).offer(PAYLOAD, None)
    assert dearest.fees == Fees(MAX_FEE_PER_GAS, 10)
    for greedy in (offers(gas=MOST_GAS + 1), offers(base_fee=MAX_FEE_PER_GAS - 9)):
        with pytest.raises(TransactionFailedError, match="we sign for at most") as caught:
            greedy.offer(PAYLOAD, None)
        assert "an endpoint that you trust" in caught.value.hint
        with pytest.raises(TransactionFailedError, match="we sign for at most"):
            greedy.cost(PAYLOAD)


def test_a_bound_is_enough_from_the_price_of_now_on() -> None:
    enough = 120_000 * 100
    assert offers().offer(PAYLOAD, Bound.of(enough)).fees == Fees(100, 10)
    allowed = f"cost {format_coins(enough)} now, and at most {format_coins(enough - 1)} is allowed"
    with pytest.raises(TransactionFailedError, match=allowed) as caught:
        offers().offer(PAYLOAD, Bound.of(enough - 1))
    assert "--max-fee" in caught.value.hint
    with pytest.raises(TransactionFailedError, match=r"at most 0, its share of 0\.5 is allowed"):
        offers().offer(PAYLOAD, Bound(0, 5 * 10**17))


def test_an_offer_is_raised_until_its_bound_is_in_the_way() -> None:
    offer = Offer(120_000, Fees(1_000, 80), None)
    assert offers().raised(offer).fees == Fees(1_125, 90)
    exact = Offer(offer.gas, offer.fees, Bound.of(120_000 * 1_125))
    assert offers().raised(exact) == Offer(offer.gas, Fees(1_125, 90), exact.bound)
    short = Offer(offer.gas, offer.fees, Bound.of(120_000 * 1_125 - 1))
    with pytest.raises(TransactionFailedError, match="is allowed"):
        offers().raised(short)
    at_the_top = Offer(120_000, Fees(MAX_FEE_PER_GAS, 80), None)
    everything = format_coins(120_000 * MAX_FEE_PER_GAS)
    with pytest.raises(TransactionFailedError, match=f"at most {everything} is allowed"):
        offers().raised(at_the_top)


@given(
    st.integers(1, MOST_GAS),
    st.integers(0, MAX_FEE_PER_GAS),
    st.integers(0, MAX_FEE_PER_GAS),
    st.none() | st.integers(0, 10**21),
)
def test_nothing_is_signed_that_may_cost_more_than_allowed(
    gas: int, base_fee: int, tip: int, max_fee: int | None
) -> None:
    maker, bound = offers(gas=gas, base_fee=base_fee, tip=tip), Bound.of(max_fee)
    most = gas_limit_of(gas) * MAX_FEE_PER_GAS

    def raise_as_often_as_possible() -> None:
        offer = maker.offer(PAYLOAD, bound)
        while True:
            assert offer.gas * offer.fees.max_fee <= (most if max_fee is None else max_fee)
            assert offer.fees.priority_fee <= offer.fees.max_fee <= limit_of(offer.gas, bound)
            higher = maker.raised(offer)
            assert higher.fees.replaces(offer.fees)
            offer = higher

    with pytest.raises(TransactionFailedError, match="at most"):
        raise_as_often_as_possible()


def test_a_cost_is_told_with_what_the_account_has() -> None:
    cost = offers().cost(PAYLOAD)
    assert (cost.gas, cost.gas_limit, cost.balance) == (100_000, 120_000, 5)
    assert (cost.fee_per_gas, cost.max_fee_per_gas) == (100, 190)

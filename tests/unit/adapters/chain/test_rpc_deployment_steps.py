"""The steps of a deployment: in order, within their bound, and with what may come in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.adapters.chain.deployment import (
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    deployments,
)
from weightmark.adapters.chain.rpc_deployment import (
    TRANSFER_GAS,
    Deploying,
    Plan,
    Site,
    payload_of,
)
from weightmark.adapters.chain.sending.offers import Bound
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.adapters.chain.sending.sender import Sender
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import GasPrice
from weightmark.errors import TransactionFailedError

OURS = deployments()
BOTH = Plan(True, 1_000, tuple((each, 100_000) for each in OURS))
COINS = st.integers(0, 10**24)


def test_there_are_contracts_to_deploy() -> None:
    assert len(OURS) > 1


@given(COINS, st.lists(st.integers(1, 2**24), min_size=1, max_size=4), COINS)
def test_all_shares_together_are_within_the_bound(
    gift: int, gases: list[int], max_fee: int
) -> None:
    plan = Plan(bool(gift), gift, tuple((OURS[0], gas) for gas in gases))
    sent = [*gases, *[TRANSFER_GAS] * bool(gift)]
    assert plan.gas == sum(sent)
    shares = [plan.share(gas, max_fee) for gas in sent]
    spent = sum(each.total for each in shares if each)
    assert max(0, max_fee - gift) - len(sent) < spent <= max(0, max_fee - gift)
    assert all(each and each.whole == max_fee for each in shares)
    assert plan.share(gases[0], None) is None


def test_a_cost_is_of_all_steps_and_the_gift() -> None:
    cost = BOTH.cost(GasPrice(3, 2), 50, None)
    assert cost.gas == TRANSFER_GAS + 100_000 * len(OURS)
    assert (cost.value, cost.balance, cost.data_fee) == (1_000, 50, None)
    assert cost.bounded == cost.gas * 5 + 1_000
    assert BOTH.payloads == tuple(payload_of(each) for each in OURS)


@dataclass
class Steps:
    """A sender and a site: what is sent is there, unless a test has it otherwise."""

    there: set[str] = field(default_factory=set)
    vanishing: str = ""
    refused: str = ""
    done: list[tuple[object, Bound | None]] = field(default_factory=list)

    def has(self, contract: Contract) -> bool:
        return contract.address in self.there

    def relay(self, transaction: bytes) -> None:
        self.done.append((transaction, None))

    def send(self, payload: Payload, bound: Bound | None = None) -> None:
        self.done.append((payload, bound))
        names = [each.contract for each in OURS if payload_of(each) == payload]
        for contract in names:
            if contract.name == self.refused:
                raise TransactionFailedError("refused")
            if contract.name != self.vanishing:
                self.there.add(contract.address)

    def carry_out(self, plan: Plan, max_fee: int | None = None) -> Iterable[Contract]:
        return Deploying(cast("Site", self), cast("Sender", self), plan, max_fee).carry_out()


def test_the_deployer_s_sender_is_paid_first_and_each_step_has_its_share() -> None:
    steps = Steps()
    assert steps.carry_out(BOTH, 10**9) == tuple(each.contract for each in OURS)
    gift = Payload(DEPLOYER_SENDER, b"", 1_000)
    assert steps.done == [
        (gift, BOTH.share(TRANSFER_GAS, 10**9)),
        (DEPLOYER_TRANSACTION, None),
        *((payload_of(each), BOTH.share(100_000, 10**9)) for each in OURS),
    ]


def test_what_is_there_is_not_paid_for_again() -> None:
    steps = Steps()
    plan = Plan(False, 0, ((OURS[0], 100_000),))
    assert steps.carry_out(plan) == (OURS[0].contract,)
    assert steps.done == [(payload_of(OURS[0]), None)]
    given_before = Plan(True, 0, ())
    assert steps.carry_out(given_before) == ()
    assert steps.done[1:] == [(DEPLOYER_TRANSACTION, None)]


def test_who_was_slower_deployed_nothing_and_goes_on() -> None:
    first, *others = (each.contract for each in OURS)
    steps = Steps(there={first.address}, refused=first.name)
    assert steps.carry_out(BOTH) == tuple(others)
    with pytest.raises(TransactionFailedError, match=r"^refused$"):
        Steps(refused=first.name).carry_out(BOTH)


def test_a_chain_that_says_done_and_has_nothing_is_not_believed() -> None:
    contract = OURS[0].contract
    steps = Steps(vanishing=contract.name)
    with pytest.raises(TransactionFailedError, match=f"is not at {contract.address}") as caught:
        steps.carry_out(BOTH)
    assert caught.value.hint == "do not use this endpoint"
    assert steps.done[-1][0] == payload_of(OURS[0])

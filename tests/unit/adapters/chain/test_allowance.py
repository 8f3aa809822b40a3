"""Coins on a node of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from weightmark.adapters.chain.allowance import GIFT, LOW_BALANCE, give_coins
from weightmark.adapters.chain.json_rpc import Call, Refusal

ACCOUNT = "0x" + "ab" * 20


@dataclass
class PettyNode:
    """A node that knows one balance."""

    balance: int
    refuses: bool = False
    endpoint: str = "http://127.0.0.1:1"
    asked: list[str] = field(default_factory=list)

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        return [self._answer(*call) for call in calls]

    def _answer(self, method: str, parameters: Sequence[object]) -> object:
        self.asked.append(method)
        assert parameters[0] == ACCOUNT
        if method == "eth_getBalance":
            return hex(self.balance)
        if self.refuses:
            return Refusal("no such method")
        self.balance = int(str(parameters[1]), 16)
        return None


@pytest.mark.parametrize(
    ("before", "after"), [(0, GIFT), (LOW_BALANCE - 1, GIFT), (LOW_BALANCE, LOW_BALANCE)]
)
def test_an_account_that_cannot_pay_is_given_coins(before: int, after: int) -> None:
    node = PettyNode(before)
    give_coins(node, ACCOUNT)
    assert node.balance == after


def test_a_node_that_gives_none_is_left_alone() -> None:
    node = PettyNode(0, refuses=True)
    give_coins(node, ACCOUNT)
    assert node.asked == ["eth_getBalance", "hardhat_setBalance"]

"""Accounts than which somebody else is faster."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.fakes.chain import FakeChainWriter
from weightmark.domain.actions import Action
from weightmark.domain.fees import Cost
from weightmark.ports.chain import TransactionReceipt
from weightmark.services.spending import Spending

# The last moments at which somebody may be faster: between look and estimate, estimate and sending.
at_each_moment = pytest.mark.parametrize("moment", ["cost", "send"])
ASKED = Spending(agree=lambda _: None)


@dataclass(frozen=True)
class Overtaken(FakeChainWriter):
    """An account before whose call somebody else's transaction comes into a block.

    Attributes:
        theirs: What the other one sends, with the same key; once.
        moment: Before which call.
    """

    theirs: list[Action] = field(default_factory=list)
    moment: str = "send"

    def cost(self, action: Action) -> Cost:
        self._reach("cost")
        return super().cost(action)

    def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
        self._reach("send")
        return super().send(action, max_fee)

    def _reach(self, moment: str) -> None:
        if moment == self.moment and self.theirs:
            FakeChainWriter(self.chain, self.account).send(self.theirs.pop())

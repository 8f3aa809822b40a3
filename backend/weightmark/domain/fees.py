"""What gas costs, and what a transaction offers for it, in wei: the rules of EIP-1559."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

# The fee is enough for a base fee that doubles, which takes at least six full blocks (EIP-1559).
BASE_FEE_MARGIN = 2

# The gas that a call takes may grow until it is carried out, in percent of the estimate.
GAS_MARGIN = 120

# Nodes let a transaction take the place of another one with the same nonce where both of its fees
# are a tenth higher, some where they are an eighth higher.
_RAISED = (9, 8)

# How many times what it was first signed for a transaction may come to cost.
REPLACED_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class GasPrice:
    """What each gas costs now: the base fee, and the tip that is usual."""

    base_fee: int
    priority_fee: int

    @property
    def total(self) -> int:
        """What a transaction pays for each gas."""
        return self.base_fee + self.priority_fee


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for each gas: at most this much, and as a tip at most that much."""

    max_fee: int
    priority_fee: int

    @classmethod
    def at(cls, price: GasPrice) -> Self:
        """Return what a new transaction offers."""
        return cls(BASE_FEE_MARGIN * price.base_fee + price.priority_fee, price.priority_fee)

    def raised(self, price: GasPrice) -> Fees:
        """Return the least that takes the place of this offer, and is usual now."""
        usual = Fees.at(price)
        return Fees(
            max(usual.max_fee, _raised(self.max_fee)),
            max(usual.priority_fee, _raised(self.priority_fee)),
        )

    def within(self, limit: int) -> Fees:
        """Return the same offer, but for no more than ``limit`` for each gas."""
        return Fees(min(self.max_fee, limit), min(self.priority_fee, limit))

    def replaces(self, other: Fees) -> bool:
        """Whether nodes let this offer take the place of another one."""
        return self.max_fee >= _raised(other.max_fee) and self.priority_fee >= _raised(
            other.priority_fee
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What one transaction, or several, would cost their payer.

    Attributes:
        gas: What they take now.
        gas_limit: What they may take at most.
        fee_per_gas: What each gas costs now.
        max_fee_per_gas: What each gas may cost at most, until a block carries it.
        balance: What the payer has.
        value: What they hand over besides.
        data_fee: About what a rollup charges for the data that it puts on Ethereum, which no
            transaction can bound; None where that cannot be told.
    """

    gas: int
    gas_limit: int
    fee_per_gas: int
    max_fee_per_gas: int
    balance: int
    value: int = 0
    data_fee: int | None = 0

    @property
    def bounded(self) -> int:
        """What it costs now of that which a bound holds for."""
        return self.gas * self.fee_per_gas + self.value

    @property
    def least_bound(self) -> int:
        """The lowest bound that it can be signed with now: all gas that it may take is paid for."""
        return self.gas_limit * self.fee_per_gas + self.value

    @property
    def total(self) -> int:
        """What it costs now."""
        return self.bounded + (self.data_fee or 0)

    @property
    def max_total(self) -> int:
        """What it costs at most, as it is first signed; nodes want the payer to have as much."""
        return self.gas_limit * self.max_fee_per_gas + self.value + (self.data_fee or 0)

    @property
    def bound(self) -> int:
        """What it may come to cost where it is stuck and offered anew, if nobody says how much.

        A rollup's fee for data comes on top.
        """
        return REPLACED_AT_MOST * self.gas_limit * self.max_fee_per_gas + self.value

    def needed(self, bound: int | None) -> int:
        """Return what the payer must have, where no more than a bound is spent."""
        if bound is None:
            return self.max_total
        return min(self.max_total, bound + (self.data_fee or 0))


def gas_limit_of(estimate: int) -> int:
    """Return the gas that a transaction may take, where it would take ``estimate`` now."""
    return estimate * GAS_MARGIN // 100


def _raised(fee: int) -> int:
    numerator, denominator = _RAISED
    return -(-fee * numerator // denominator) or 1

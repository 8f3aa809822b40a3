"""What a payload is offered for, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weightmark.adapters.chain.json_rpc import Transport
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.adapters.chain.sending.prices import gas_price
from weightmark.domain.coins import format_coins
from weightmark.domain.fees import Cost, Fees, GasPrice, gas_limit_of
from weightmark.errors import TransactionFailedError

# What an endpoint may ask for, as its word is all there is: the most gas that one transaction can
# have (EIP-7825), and a fee several times above what public chains asked for when they were full.
MAX_GAS = 2**24
MAX_FEE_PER_GAS = 2_000 * 10**9


@dataclass(frozen=True, slots=True)
class Bound:
    """What a transaction may ever cost, in wei.

    Attributes:
        total: The most that it may cost.
        whole: What the caller allows, of which that may be a share.
    """

    total: int
    whole: int

    @classmethod
    def of(cls, max_fee: int | None) -> Bound | None:
        """Return the bound of the only transaction for which a caller allows ``max_fee``."""
        return None if max_fee is None else cls(max_fee, max_fee)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a transaction is signed with: gas, and what is offered for each.

    Attributes:
        gas: The gas that it may take.
        fees: What it offers at first.
        bound: What it may ever cost.
    """

    gas: int
    fees: Fees
    bound: Bound | None


class Offers:
    """Makes offers for one account, without its key."""

    def __init__(self, transport: Transport, node: Node) -> None:
        self._transport = transport
        self._node = node

    def cost(self, payload: Payload) -> Cost:
        """Return what a payload costs now, and at most.

        Raises:
            WeightmarkError: It would be reverted, or cannot be paid.
        """
        gas, price = self._node.estimate(payload), self.price()
        offer = self._offer(gas, price, None)
        return Cost(
            gas=gas,
            gas_limit=offer.gas,
            fee_per_gas=price.total,
            max_fee_per_gas=offer.fees.max_fee,
            balance=self._node.balance(),
        )

    def offer(self, payload: Payload, bound: Bound | None) -> Offer:
        """Return what a payload is offered for.

        Args:
            payload: Which one.
            bound: What its transaction may ever cost.

        Raises:
            TransactionFailedError: It costs more than that, or than anybody should pay.
            WeightmarkError: It would be reverted, or cannot be paid.
        """
        return self._offer(self._node.estimate(payload), self.price(), bound)

    def raised(self, offer: Offer) -> Offer:
        """Return a higher offer, which takes the place of one that is too low.

        Raises:
            TransactionFailedError: It would be beyond the offer's bound.
        """
        higher = offer.fees.raised(self.price())
        fees = higher.within(limit_of(offer.gas, offer.bound))
        if not fees.replaces(offer.fees):
            raise _too_expensive(offer.gas, higher.max_fee, offer.bound)
        return replace(offer, fees=fees)

    def price(self) -> GasPrice:
        """Return what gas costs now."""
        return gas_price(self._transport)

    def _offer(self, estimate: int, price: GasPrice, bound: Bound | None) -> Offer:
        gas = gas_limit_of(estimate)
        if gas > MAX_GAS or price.total > MAX_FEE_PER_GAS:
            raise TransactionFailedError(
                f"the endpoint {self._node.endpoint} asks for {gas} gas at {price.total} wei; "
                f"we sign for at most {MAX_GAS} gas at {MAX_FEE_PER_GAS} wei",
                hint="use an endpoint that you trust, or wait for lower fees",
            )
        limit = limit_of(gas, bound)
        if price.total > limit:
            raise _too_expensive(gas, price.total, bound)
        return Offer(gas, Fees.at(price).within(limit), bound)


def limit_of(gas: int, bound: Bound | None) -> int:
    """Return the most that may be offered for each gas, in wei."""
    return MAX_FEE_PER_GAS if bound is None else min(MAX_FEE_PER_GAS, bound.total // gas)


def _too_expensive(gas: int, fee: int, bound: Bound | None) -> TransactionFailedError:
    highest = gas * MAX_FEE_PER_GAS
    allowed = bound if bound and bound.total < highest else Bound(highest, highest)
    share = (
        "" if allowed.total == allowed.whole else f", its share of {format_coins(allowed.whole)}"
    )
    return TransactionFailedError(
        f"the transaction may cost {format_coins(gas * fee)} now, and at most "
        f"{format_coins(allowed.total)}{share} is allowed",
        hint="allow more with --max-fee, or wait for lower fees",
    )

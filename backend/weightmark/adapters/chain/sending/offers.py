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
class Offer:
    """What a transaction is signed with: gas, and what is offered for each.

    Attributes:
        gas: The gas that it may take.
        fees: What it offers at first.
        limit: What it may ever offer for each gas.
    """

    gas: int
    fees: Fees
    limit: int


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

    def offer(self, payload: Payload, max_total: int | None) -> Offer:
        """Return what a payload is offered for.

        Args:
            payload: Which one.
            max_total: The most that its transaction may ever cost, in wei.

        Raises:
            TransactionFailedError: It costs more than that, or than anybody should pay.
            WeightmarkError: It would be reverted, or cannot be paid.
        """
        return self._offer(self._node.estimate(payload), self.price(), max_total)

    def raised(self, offer: Offer) -> Offer:
        """Return a higher offer, which takes the place of one that is too low.

        Raises:
            TransactionFailedError: It would be beyond the offer's limit.
        """
        price = self.price()
        fees = offer.fees.raised(price).within(offer.limit)
        if not fees.replaces(offer.fees):
            raise _too_expensive(offer.gas * price.total, offer.gas * offer.limit)
        return replace(offer, fees=fees)

    def price(self) -> GasPrice:
        """Return what gas costs now."""
        return gas_price(self._transport)

    def _offer(self, estimate: int, price: GasPrice, max_total: int | None) -> Offer:
        gas = gas_limit_of(estimate)
        if gas > MAX_GAS or price.total > MAX_FEE_PER_GAS:
            raise TransactionFailedError(
                f"the endpoint {self._node.endpoint} asks for {gas} gas at {price.total} wei; "
                f"we sign for at most {MAX_GAS} gas at {MAX_FEE_PER_GAS} wei",
                hint="use an endpoint that you trust, or wait for lower fees",
            )
        limit = limit_of(gas, max_total)
        if price.total > limit:
            raise _too_expensive(gas * price.total, gas * limit)
        return Offer(gas, Fees.at(price).within(limit), limit)


def limit_of(gas: int, max_total: int | None) -> int:
    """Return the most that may be offered for each gas, in wei."""
    return MAX_FEE_PER_GAS if max_total is None else min(MAX_FEE_PER_GAS, max_total // gas)


def _too_expensive(total: int, max_total: int) -> TransactionFailedError:
    return TransactionFailedError(
        f"the transaction may cost {format_coins(total)} now, and at most "
        f"{format_coins(max_total)} is allowed",
        hint="allow more with --max-fee, or wait for lower fees",
    )

"""What a transaction may cost, and who agrees to that before anything is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weightmark.domain.actions import Action
from weightmark.domain.coins import format_coins
from weightmark.domain.fees import Cost
from weightmark.domain.networks import Network
from weightmark.errors import TransactionFailedError
from weightmark.ports.chain import ChainDrafter, ChainWriter, TransactionReceipt

# Called with what a transaction costs; raises where it is not to be sent.
Agree = Callable[[Cost], None]


@dataclass(frozen=True, slots=True)
class Spending:
    """How much a caller spends.

    Attributes:
        max_fee: The most that a transaction may ever cost, in wei; None for no bound.
        agree: Who is asked before something is spent; None where nobody has to be.
    """

    max_fee: int | None = None
    agree: Agree | None = None

    def approve(self, drafter: ChainDrafter, action: Action) -> Spending:
        """Make sure that what an action costs may be spent, and return what is agreed.

        Raises:
            TransactionFailedError: It is too much, or more than the account has.
            WeightmarkError: It would be refused, or nobody agrees.
        """
        return self._approve(drafter, lambda: _quote(drafter, action, self.max_fee))

    def approve_deployment(self, drafter: ChainDrafter) -> Spending:
        """Do as `approve`, for all contracts that are missing.

        Raises:
            WeightmarkError: As `approve`.
        """
        return self._approve(drafter, lambda: _deployment_quote(drafter, self.max_fee))

    def send(self, writer: ChainWriter, action: Action) -> TransactionReceipt:
        """Carry out an action that was approved; see `ChainWriter.send`."""
        return writer.send(action, self.max_fee)

    def _approve(self, drafter: ChainDrafter, quote: Callable[[], Cost]) -> Spending:
        if self.agree is None:
            return self
        cost = quote()
        _check_balance(drafter, cost, self.max_fee)
        self.agree(cost)
        return Spending(cost.bound if self.max_fee is None else self.max_fee)


FREELY = Spending()


def unasked(network: Network, max_fee: int | None) -> Spending:
    """Return how much a program spends that nobody is asked for.

    On a chain of this machine that is anything. Elsewhere it is what the command line's ``--yes``
    agrees to: ``max_fee`` in wei, or else twice what the transaction may cost as it is first signed
    (`Cost.bound`).
    """
    return Spending(max_fee) if network.is_local else Spending(max_fee, lambda _: None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What it would cost to carry an action out, and whom."""

    account: str
    cost: Cost


def preview_of(
    network: Network, drafter: ChainDrafter, action: Action, max_fee: int | None
) -> Preview:
    """Return what it would cost an account to carry an action out now.

    Raises:
        TransactionFailedError: It is more than ``max_fee``, or than the account has.
        WeightmarkError: It would be refused.
    """
    cost = _quote(drafter, action, max_fee)
    # The accounts of a local chain are given coins as they send.
    if not network.is_local:
        _check_balance(drafter, cost, max_fee)
    return Preview(drafter.account, cost)


def deployment_preview(drafter: ChainDrafter, max_fee: int | None) -> Preview:
    """Return what it would cost an account to deploy the contracts that are missing.

    Raises:
        LookAlikeContractError: There is another contract at the address of one of ours.
        TransactionFailedError: It is more than ``max_fee``, or than the account has.
        UnavailableError: The chain is out of reach.
    """
    cost = _deployment_quote(drafter, max_fee)
    _check_balance(drafter, cost, max_fee)
    return Preview(drafter.account, cost)


def _quote(drafter: ChainDrafter, action: Action, max_fee: int | None) -> Cost:
    cost = drafter.cost(action)
    if max_fee is not None:
        drafter.unsigned(action, max_fee)
    return cost


def _deployment_quote(drafter: ChainDrafter, max_fee: int | None) -> Cost:
    cost = drafter.deployment_cost()
    if max_fee is not None and cost.least_bound > max_fee:
        raise TransactionFailedError(
            f"the deployment may cost {format_coins(cost.least_bound)} now, and at most "
            f"{format_coins(max_fee)} is allowed",
            hint="allow more with --max-fee, or wait for lower fees",
        )
    return cost


def _check_balance(drafter: ChainDrafter, cost: Cost, max_fee: int | None) -> None:
    needed = cost.needed(max_fee)
    if needed > cost.balance:
        raise TransactionFailedError(
            f"the account {drafter.account} has {format_coins(cost.balance)}, and this may "
            f"cost up to {format_coins(needed)}",
            hint="send coins to the account, or wait for lower fees",
        )

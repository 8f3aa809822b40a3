"""What a transaction costs, shown before it is spent: the same for every command that sends one."""

from __future__ import annotations

import sys

import click

from weightmark.cli import options
from weightmark.domain.coins import format_coins, format_gwei, parse_coins
from weightmark.domain.fees import Cost
from weightmark.domain.networks import Network
from weightmark.errors import UsageError
from weightmark.services.spending import Spending

max_fee = click.option(
    "--max-fee",
    metavar="COINS",
    help="The most that the transaction's gas may ever cost, in whole coins: 0.002. What a rollup "
    "charges for data on Ethereum comes on top.",
)
dry_run = click.option(
    "--dry-run", is_flag=True, help="Check everything and show the cost; send and write nothing."
)


def limit_of(amount: str | None) -> int | None:
    """Return the bound that ``--max-fee`` sets, in wei.

    Raises:
        ValueFormatError: It is not an amount.
    """
    return None if amount is None else parse_coins(amount)


def spending_of(network: Network, *, yes: bool, amount: str | None) -> Spending:
    """Return how much a command spends: on a chain of this machine nobody is asked.

    Raises:
        UsageError: Somebody would have to be asked, and nobody is there.
        ValueFormatError: The amount is none.
    """
    limit = limit_of(amount)
    if network.is_local:
        return Spending(limit)
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            f"this sends a transaction on '{network.name}', and pays its fee",
            hint="--yes goes on without asking; --dry-run shows the cost",
        )

    def agree(cost: Cost) -> None:
        show_cost(network, cost)
        most = format_coins(cost.bound if limit is None else limit)
        click.echo(f"bound: {most} {network.coin}, also where it is offered again", err=True)
        options.confirm_transaction(network, yes=yes)

    return Spending(limit, agree)


def show_cost(network: Network, cost: Cost) -> None:
    """Show on standard error what something costs."""
    for name, text in cost_fields(network, cost).items():
        click.echo(f"{name}: {text}", err=True)


def cost_fields(network: Network, cost: Cost) -> dict[str, str]:
    """Return a cost for people."""
    coin, price = network.coin, format_gwei(cost.fee_per_gas)
    total, most = format_coins(cost.total), format_coins(cost.max_total)
    return {
        "cost": f"about {total} {coin}: {cost.gas} gas at {price}; as first signed, at most {most}",
        **_parts(cost, coin),
        "balance": f"{format_coins(cost.balance)} {coin}",
    }


def _parts(cost: Cost, coin: str) -> dict[str, str]:
    """Return what is in a cost, and does not go by gas."""
    fields = {}
    if cost.value:
        given = format_coins(cost.value)
        fields["deployer"] = f"{given} {coin} of that, for the deterministic deployer"
    if cost.data_fee:
        fee = format_coins(cost.data_fee)
        fields["data fee"] = f"about {fee} {coin} of that, for data on Ethereum: unbounded"
    if cost.data_fee is None:
        fields["data fee"] = "not included: the chain does not tell what it charges for data"
    return fields


def cost_document(network: Network, account: str, cost: Cost) -> dict[str, object]:
    """Return a cost for programs; amounts are in wei."""
    return {
        "account": account,
        "gas": cost.gas,
        "gas_limit": cost.gas_limit,
        "fee_per_gas": cost.fee_per_gas,
        "max_fee_per_gas": cost.max_fee_per_gas,
        "value": cost.value,
        "data_fee": cost.data_fee,
        "total": cost.total,
        "max_total": cost.max_total,
        "bound": cost.bound,
        "balance": cost.balance,
        "coin": network.coin,
    }

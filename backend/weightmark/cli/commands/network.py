"""weightmark network: list, add, check, deploy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from weightmark.adapters.http.endpoint import Endpoint
from weightmark.bootstrap.application import Application, unix_time
from weightmark.bootstrap.networks import missing_on, report_of
from weightmark.cli import options, output
from weightmark.cli.network_reports import report_document, report_fields
from weightmark.cli.spending import (
    cost_document,
    cost_fields,
    dry_run,
    limit_of,
    max_fee,
    spending_of,
)
from weightmark.domain.contracts import Contract
from weightmark.domain.networks import Network
from weightmark.services.network_check import NetworkReport
from weightmark.services.spending import deployment_preview


@click.group("network")
def command() -> None:
    """Manage the chains that releases are registered on."""


@command.command(
    "list",
    epilog="""\b
Example:
  weightmark network list
""",
)
@options.state
def list_(*, as_json: bool, **given: Any) -> None:
    """List the networks that are known; of an endpoint only the host, as it may hold a key."""
    application = options.application(given)
    networks = [
        {"name": each.name, "chain_id": each.chain_id, "endpoint": _endpoint(each)}
        for each in application.networks.all()
    ]
    if as_json:
        output.print_json(networks)
        return
    rows = [(each["name"], each["chain_id"], each["endpoint"] or "-") for each in networks]
    output.print_table([("name", "chain id", "endpoint"), *rows])


@command.command(
    "add",
    epilog="""\b
Examples:
  weightmark network add sepolia --chain-id 11155111 --rpc-url https://HOST/KEY
  weightmark network add our-chain --chain-id 4242 --rpc-url http://10.0.0.5:8545
""",
)
@click.argument("name")
@click.option("--chain-id", required=True, type=int, help="The chain's EIP-155 id.")
@options.combined(options.rpc_url, options.state)
def add(name: str, chain_id: int, *, as_json: bool, **given: Any) -> None:
    """Add any EVM chain, or give a network of the list its endpoint."""
    application = options.application({**given, "rpc_url": None})
    network = Network(name, chain_id, given["rpc_url"] or "")
    application.networks.add(network)
    if as_json:
        output.print_json({"name": name, "chain_id": chain_id, "endpoint": _endpoint(network)})
        return
    output.succeed(f"added: {name} (chain {chain_id})")


@command.command(
    "check",
    epilog="""\b
Examples:
  weightmark network check sepolia
  weightmark network check sepolia --rpc-url https://HOST/KEY --key release
""",
)
@click.argument("name", required=False)
@options.combined(options.rpc_url, options.key, options.state)
def check(name: str | None, *, as_json: bool, **given: Any) -> int:
    """Check a network before it is relied on: chain, contracts, finality, proofs, fees, balance.

    The balance is that of the configured key. Exit 3 if a contract is missing or no block is final,
    1 if there is another contract in the place of one of ours.
    """
    application = options.application({**given, "network": name})
    report = report_of(application, application.network)
    now = unix_time()
    if as_json:
        output.print_json(report_document(report, now))
    else:
        output.print_fields(report_fields(report, now))
        _conclude(report)
    return report.error.exit_status if report.error else 0


@command.command(
    "deploy",
    epilog="""\b
Examples:
  weightmark network deploy sepolia --key release --dry-run
  weightmark network deploy sepolia --key release --max-fee 0.05
""",
)
@click.argument("name", required=False)
@options.combined(options.yes, max_fee, dry_run, options.rpc_url, options.key, options.state)
def deploy(name: str | None, *, yes: bool, as_json: bool, **given: Any) -> None:
    """Deploy the contracts that are missing on a network, at the same addresses as everywhere.

    On a chain that is not of this machine it shows the cost, and asks. Each contract is one
    transaction, and --max-fee bounds all of them together; a deployment that was interrupted is
    completed by running the same command again.
    """
    application = options.application({**given, "network": name})
    bound = limit_of(given["max_fee"])
    missing = missing_on(application, application.network)
    if given["dry_run"]:
        _preview(application, missing, bound, as_json=as_json)
        return
    deployed = _deploy(application, missing, yes=yes, amount=given["max_fee"]) if missing else ()
    if as_json:
        output.print_json(_document(application, deployed))
        return
    contracts, network = application.chains.contracts, application.network.name
    count = len(deployed)
    done = f"deployed {count} of {len(contracts)} contracts" if count else "all contracts are there"
    output.succeed(f"{done}, on '{network}'")
    output.print_fields({each.name: each.address for each in contracts})


def _deploy(
    application: Application, missing: Sequence[Contract], *, yes: bool, amount: str | None
) -> tuple[Contract, ...]:
    network = application.network
    spending = spending_of(network, yes=yes, amount=amount)
    if not network.is_local:
        click.echo(f"to deploy: {_names(missing)}", err=True)
    agreed = spending.approve_deployment(application.drafter(network))
    return application.writer(network).deploy(agreed.max_fee)


def _preview(
    application: Application, missing: Sequence[Contract], bound: int | None, *, as_json: bool
) -> None:
    network = application.network
    preview = None
    if missing and not network.is_local:
        preview = deployment_preview(application.drafter(network), bound)
    if as_json:
        cost = preview and cost_document(network, preview.account, preview.cost)
        output.print_json({**_document(application, ()), "cost": cost})
        return
    todo = f"to deploy: {_names(missing)}" if missing else "all contracts are there"
    output.succeed(f"nothing was sent, on '{network.name}'; {todo}")
    if preview:
        output.print_fields({"account": preview.account, **cost_fields(network, preview.cost)})


def _document(application: Application, deployed: Sequence[Contract]) -> dict[str, object]:
    contracts = [
        {"name": each.name, "address": each.address, "deployed_now": each in deployed}
        for each in application.chains.contracts
    ]
    return {"network": application.network.name, "contracts": contracts}


def _names(contracts: Sequence[Contract]) -> str:
    return ", ".join(each.name for each in contracts)


def _conclude(report: NetworkReport) -> None:
    for problem in report.problems:
        output.complain(problem.message, problem.hint)
    if not report.problems:
        output.succeed(f"'{report.network.name}' can be used")


def _endpoint(network: Network) -> str:
    return Endpoint.parse(network.rpc_url).public_name if network.rpc_url else ""

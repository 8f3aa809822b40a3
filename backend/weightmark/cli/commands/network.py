"""weightmark network: list, add, check, deploy."""

from __future__ import annotations

from typing import Any

import click

from weightmark.adapters.chain.endpoint import Endpoint
from weightmark.bootstrap.application import unix_time
from weightmark.bootstrap.networks import report_of
from weightmark.cli import options, output
from weightmark.cli.network_reports import report_document, report_fields
from weightmark.domain.networks import Network
from weightmark.services.network_check import NetworkReport


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
  weightmark network deploy anvil
  weightmark network deploy our-chain --key release
""",
)
@click.argument("name", required=False)
@options.combined(options.yes, options.rpc_url, options.key, options.state)
def deploy(name: str | None, *, yes: bool, as_json: bool, **given: Any) -> None:
    """Deploy the registry on a network, at the same address as everywhere, if it is not there."""
    application = options.application({**given, "network": name})
    network = application.network
    options.confirm_transaction(network, yes=yes)
    deployed = {each.address for each in application.writer(network).deploy()}
    contracts = [
        {"name": each.name, "address": each.address, "deployed_now": each.address in deployed}
        for each in application.chains.contracts
    ]
    if as_json:
        output.print_json({"network": network.name, "contracts": contracts})
        return
    done = "deployed" if deployed else "already there; nothing to do"
    output.succeed(f"the contracts are on '{network.name}': {done}")
    output.print_fields({str(each["name"]): each["address"] for each in contracts})


def _conclude(report: NetworkReport) -> None:
    for problem in report.problems:
        output.complain(problem.message, problem.hint)
    if not report.problems:
        output.succeed(f"'{report.network.name}' can be used")


def _endpoint(network: Network) -> str:
    return Endpoint.parse(network.rpc_url).public_name if network.rpc_url else ""

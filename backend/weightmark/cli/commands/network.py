"""weightmark network: list, add, check, deploy."""

from __future__ import annotations

from typing import Any

import click

from weightmark.adapters.chain.endpoint import Endpoint
from weightmark.cli import options, output
from weightmark.domain.documents import hex_text
from weightmark.domain.networks import Network


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
  weightmark network check sepolia --rpc-url https://HOST/KEY
""",
)
@click.argument("name", required=False)
@options.combined(options.rpc_url, options.state)
def check(name: str | None, *, as_json: bool, **given: Any) -> None:
    """Check that a network answers, is the right chain, and has the real registry."""
    application = options.application({**given, "network": name})
    network = application.network
    block = application.check_network(network)
    document = {
        "network": network.name,
        "chain_id": network.chain_id,
        "registry": application.chains.registry.address,
        "code_hash": hex_text(application.chains.registry.code_hash),
        "block_number": block.number,
        "block_hash": hex_text(block.hash),
    }
    if as_json:
        output.print_json(document)
        return
    output.succeed(f"'{network.name}' can be used")
    output.print_fields({name.replace("_", " "): value for name, value in document.items()})


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
    registry = application.writer(network).deploy()
    if as_json:
        output.print_json({"network": network.name, "registry": registry.address})
        return
    output.succeed(f"the registry is on '{network.name}', at {registry.address}")


def _endpoint(network: Network) -> str:
    return Endpoint.parse(network.rpc_url).public_name if network.rpc_url else ""

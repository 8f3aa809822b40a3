"""weightmark devnet: up, down, status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.networks import deploy_locally, devnet_of, missing_on
from weightmark.cli import options, output
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.ports.chain import BlockTag

if TYPE_CHECKING:
    from weightmark.adapters.devnet.node import Node

DEFAULT_PORT = 8545
NETWORK = "anvil"

# Exit status of a status that says that nothing runs.
NOT_RUNNING = 3


@click.group("devnet")
def command() -> None:
    """Run a local node: npm's anvil, in the background, with a chain that is kept."""


@command.command(
    "up",
    epilog="""\b
Examples:
  weightmark devnet up
  weightmark devnet up --port 8546
""",
)
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The port on this machine.",
)
@options.state
def up(port: int, *, as_json: bool, **given: Any) -> None:
    """Start the node unless it runs already, and deploy the contracts.

    Whoever publishes there is given coins, which are worth nothing.
    """
    application = options.application(given)
    devnet = devnet_of(application)
    node, started = devnet.up(port)
    there = _reached(given, node)
    deploy_locally(there, there.network)
    document = {"started": started, **_document(there, node), "state_file": str(devnet.state_file)}
    if as_json:
        output.print_json(document)
        return
    output.succeed(f"the node {'is up' if started else 'runs already'}, at {node.endpoint}")
    _print_fields(document)
    endpoint = "" if node.port == DEFAULT_PORT else f" --rpc-url {node.endpoint}"
    publish = "weightmark publish ./model --name acme/digits --version 1.0.0"
    output.line(f"next: {publish} --network {NETWORK}{endpoint}")


@command.command(
    "down",
    epilog="""\b
Example:
  weightmark devnet down
""",
)
@options.state
def down(*, as_json: bool, **given: Any) -> None:
    """End the node, and keep its chain for the next time."""
    devnet = devnet_of(options.application(given))
    node = devnet.down()
    if as_json:
        output.print_json({"ended": node is not None, "state_file": str(devnet.state_file)})
        return
    output.succeed("the node is down" if node else "the node does not run; nothing to do")
    output.print_fields({"state file": devnet.state_file if node else ""})


@command.command(
    "status",
    epilog="""\b
Example:
  weightmark devnet status --json
""",
)
@options.state
def status(*, as_json: bool, **given: Any) -> int:
    """Say whether the node runs, where, and with which contracts; exit 3 if it does not run."""
    devnet = devnet_of(options.application(given))
    node = devnet.running()
    found = _document(_reached(given, node), node) if node else {"running": False}
    document = {**found, "state_file": str(devnet.state_file)}
    if as_json:
        output.print_json(document)
    elif node:
        output.succeed(f"the node runs, at {node.endpoint}")
        _print_fields(document)
    else:
        output.complain("the node does not run", "start it: weightmark devnet up")
    return 0 if node else NOT_RUNNING


def _reached(given: dict[str, Any], node: Node) -> Application:
    return options.application({**given, "network": NETWORK, "rpc_url": node.endpoint})


def _document(there: Application, node: Node) -> dict[str, Any]:
    missing = missing_on(there, there.network)
    latest = there.chains.reader(there.network).block(BlockTag.LATEST)
    contracts = [
        {"name": each.name, "address": each.address, "deployed": each not in missing}
        for each in there.chains.contracts
    ]
    return {
        "running": True,
        "endpoint": node.endpoint,
        "chain_id": ANVIL_CHAIN_ID,
        "pid": node.pid,
        "block_number": latest.number,
        "contracts": contracts,
    }


def _print_fields(document: dict[str, Any]) -> None:
    contracts = {
        each["name"]: each["address"] if each["deployed"] else "not deployed"
        for each in document["contracts"]
    }
    shown = {
        "chain id": document["chain_id"],
        "process": document["pid"],
        "newest block": document["block_number"],
        "state file": document["state_file"],
    }
    output.print_fields({**shown, **contracts})

"""Which endpoints may be used for which chains."""

from __future__ import annotations

from urllib.parse import urlsplit

from weightmark.adapters.http.endpoint import Endpoint
from weightmark.domain.hosts import is_loopback
from weightmark.domain.networks import Network
from weightmark.errors import ConfigurationError


def check_endpoint(network: Network) -> None:
    """Make sure that a network's endpoint may be used for it.

    The newest block of a local chain counts as final, so that only what this machine runs can be
    one: with its id, any other endpoint could pass off a block that it takes back.

    Raises:
        ConfigurationError: The URL is not one of HTTP, or is another machine's.
    """
    endpoint = Endpoint.parse(network.rpc_url)
    if network.is_local and not is_loopback(urlsplit(network.rpc_url).hostname or ""):
        raise ConfigurationError(
            f"{endpoint.public_name} is another machine's: the chain {network.chain_id} is one of "
            "this machine, whose newest block counts as final",
            hint="give that node a chain id of its own (anvil --chain-id ID), and add it: "
            "weightmark network add NAME --chain-id ID --rpc-url URL",
        )

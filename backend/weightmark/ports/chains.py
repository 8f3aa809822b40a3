"""The networks that are configured, and the chains behind them."""

from __future__ import annotations

from typing import Protocol

from weightmark.domain.contracts import Contract
from weightmark.domain.networks import Network
from weightmark.ports.chain import ChainReader


class Chains(Protocol):
    """Finds networks, and opens chains."""

    @property
    def registry(self) -> Contract:
        """The registry: the same address and code on every chain."""
        ...

    @property
    def default(self) -> Network:
        """The network of the configuration, or the embedded one."""
        ...

    @property
    def chosen(self) -> Network | None:
        """The network that the caller asked for by name, which outranks all others."""
        ...

    def network(self, chain: str) -> Network:
        """Return a network by its name or chain id.

        Raises:
            ValueFormatError: No network of that name or id is known.
        """
        ...

    def reader(self, network: Network) -> ChainReader:
        """Open a chain for reading.

        Raises:
            NotDeployedError: The embedded chain does not exist yet.
            ConfigurationError: No endpoint is known for the network.
        """
        ...

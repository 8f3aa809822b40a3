"""The networks that are configured, and the chains behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from weightmark.adapters.chain.deployment import deployments, packaged_registry
from weightmark.adapters.chain.endpoint import check_endpoint
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.contracts import Contract
from weightmark.domain.networks import LOCAL, Network
from weightmark.domain.text import printable
from weightmark.errors import ConfigurationError, UsageError, ValueFormatError
from weightmark.ports.chain import ChainDrafter, ChainReader, ChainWriter
from weightmark.ports.probe import NetworkProbe


@dataclass(frozen=True, slots=True)
class ConfiguredChains:
    """`Chains` from a list of networks.

    Attributes:
        networks: Every network that is known.
        embedded_path: The file of the embedded chain.
        journals: The folder that holds what was sent to other chains, until it is in a block.
        rpc_url: An endpoint that takes the place of the network's own, or empty.
        chosen_name: The network that the caller asked for, or empty.
        default_name: The network of the configuration, or empty for the embedded one.
    """

    networks: tuple[Network, ...]
    embedded_path: Path
    journals: Path
    rpc_url: str = ""
    chosen_name: str = ""
    default_name: str = ""

    @property
    def registry(self) -> Contract:
        """The registry: the same address and code on every chain."""
        return packaged_registry()

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """All of our contracts, the registry first."""
        return tuple(each.contract for each in deployments())

    @property
    def default(self) -> Network:
        """The network of the configuration, or the embedded one."""
        return self.network(self.default_name or LOCAL.name)

    @property
    def chosen(self) -> Network | None:
        """The network that the caller asked for by name."""
        return self.network(self.chosen_name) if self.chosen_name else None

    def network(self, chain: str) -> Network:
        """Return a network by its name or chain id."""
        for network in reversed(self.networks):
            if chain in (network.name, str(network.chain_id)):
                return network
        if chain.isascii() and chain.isdigit() and self.rpc_url:
            return Network(f"chain-{int(chain)}", int(chain), self.rpc_url)
        raise ValueFormatError(
            f"no network is called '{printable(chain[:80])}'",
            hint="'weightmark network list' shows them; "
            "'weightmark network add NAME --chain-id ID --rpc-url URL' adds one",
        )

    def reader(self, network: Network) -> ChainReader:
        """Open a chain for reading."""
        if network.is_embedded:
            from weightmark.adapters.chain.embedded.reader import EmbeddedChainReader

            self._refuse_endpoint()
            return EmbeddedChainReader(self.embedded_path)
        from weightmark.adapters.chain.json_rpc import HttpTransport
        from weightmark.adapters.chain.rpc_reader import RpcChainReader

        endpoint = self._endpoint(network)
        return RpcChainReader(HttpTransport(endpoint.rpc_url), is_local=network.is_local)

    def probe(self, network: Network) -> NetworkProbe:
        """Open a chain's endpoint to ask what it can do.

        Raises:
            ConfigurationError: No endpoint is known for the network.
        """
        from weightmark.adapters.chain.json_rpc import HttpTransport
        from weightmark.adapters.chain.probe import EndpointProbe

        return EndpointProbe(HttpTransport(self._endpoint(network).rpc_url))

    def writer(self, network: Network, key: PrivateKey) -> ChainWriter:
        """Open a chain for an account that sends transactions.

        On a node of this machine, the account is given coins where it has none.

        Raises:
            ConfigurationError: No endpoint is known for the network.
            ChainUnreachableError: A node of this machine does not answer.
        """
        if network.is_embedded:
            from weightmark.adapters.chain.embedded.writer import EmbeddedChainWriter

            self._refuse_endpoint()
            return EmbeddedChainWriter(self.embedded_path, key.reveal())
        from weightmark.adapters.chain.json_rpc import HttpTransport
        from weightmark.adapters.chain.rpc_writer import RpcChainWriter

        transport = HttpTransport(self._endpoint(network).rpc_url)
        if network.is_local:
            from weightmark.adapters.chain.allowance import give_coins

            give_coins(transport, key.address)
        return RpcChainWriter(
            transport, key.reveal(), chain_id=network.chain_id, journals=self.journals
        )

    def drafter(self, network: Network, account: str) -> ChainDrafter:
        """Open a chain for an account whose key is not here.

        Raises:
            ConfigurationError: No endpoint is known for the network.
        """
        if network.is_embedded:
            from weightmark.adapters.chain.embedded.writer import EmbeddedChainDrafter

            self._refuse_endpoint()
            return EmbeddedChainDrafter(self.embedded_path, account)
        from weightmark.adapters.chain.json_rpc import HttpTransport
        from weightmark.adapters.chain.rpc_writer import RpcChainDrafter

        transport = HttpTransport(self._endpoint(network).rpc_url)
        return RpcChainDrafter(transport, account, chain_id=network.chain_id)

    def _refuse_endpoint(self) -> None:
        if self.rpc_url:
            raise UsageError(
                "the embedded chain has no endpoint", hint="name the chain: --network NAME"
            )

    def _endpoint(self, network: Network) -> Network:
        reached = replace(network, rpc_url=self.rpc_url or network.rpc_url)
        if reached.rpc_url:
            check_endpoint(reached)
            return reached
        raise ConfigurationError(
            f"no endpoint is known for '{network.name}'",
            hint="give one with --rpc-url or WEIGHTMARK_RPC_URL, or keep it: weightmark network "
            f"add {network.name} --chain-id {network.chain_id} --rpc-url URL",
        )

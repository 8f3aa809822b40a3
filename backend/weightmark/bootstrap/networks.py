"""Looking at networks, and the local node: what the commands of both are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.settings import working_environment
from weightmark.domain.contracts import Contract
from weightmark.domain.networks import Network
from weightmark.errors import NoKeyError

if TYPE_CHECKING:
    from weightmark.adapters.devnet.node import Devnet
    from weightmark.services.network_check import NetworkReport


def devnet_of(application: Application) -> Devnet:
    """Return the local node, which is kept in the data directory.

    Raises:
        ConfigurationError: The working directory is gone.
    """
    from weightmark.adapters.devnet.node import Devnet

    environment, _ = working_environment()
    return Devnet(application.settings.data_dir / "devnet", environment)


def deploy_locally(application: Application, network: Network) -> None:
    """Deploy what is missing on a node of this machine, with the key of this machine's chains.

    Raises:
        UnavailableError: The node is out of reach.
        LookAlikeContractError: Another contract is in the place of one of ours.
    """
    if missing_on(application, network):
        application.chains.writer(network, application.keys.embedded()).deploy()


def missing_on(application: Application, network: Network) -> tuple[Contract, ...]:
    """Return our contracts that are not on a network yet.

    Raises:
        UnavailableError: The chain is out of reach, or another one.
        LookAlikeContractError: Another contract is in the place of one of ours.
    """
    from weightmark.services.deployment import missing_contracts

    chains = application.chains
    return missing_contracts(network, chains.reader(network), chains.contracts)


def report_of(application: Application, network: Network) -> NetworkReport:
    """Look at a network before it is relied on.

    Raises:
        UnavailableError: The chain is out of reach, or another one.
        KeyFileError: The key that is configured cannot be used.
    """
    from weightmark.services.network_check import check_network

    chains = application.chains
    reader = chains.reader(network)
    probe = None if network.is_embedded else chains.probe(network)
    return check_network(network, reader, probe, chains.contracts, _payer(application, network))


def _payer(application: Application, network: Network) -> str:
    if application.accounts.is_made_on_first_use(network):
        return ""
    try:
        return application.accounts.address(network)
    except NoKeyError:
        return ""

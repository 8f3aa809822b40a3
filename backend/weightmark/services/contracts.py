"""Making sure that a chain is the right one, and that what is there are our contracts."""

from __future__ import annotations

from weightmark.domain.contracts import Contract
from weightmark.domain.networks import Network
from weightmark.errors import LookAlikeContractError, NotDeployedError, WrongChainError
from weightmark.ports.chain import Block, ChainReader


def check_chain_id(reader: ChainReader, network: Network) -> None:
    """Make sure that a source serves the right chain.

    Raises:
        WrongChainError: It serves another one.
    """
    found = reader.chain_id()
    if found != network.chain_id:
        raise WrongChainError(
            f"the endpoint of '{network.name}' serves chain {found}, not {network.chain_id}",
            hint="correct --rpc-url, or choose another --network",
        )


def check_contract(reader: ChainReader, network: Network, contract: Contract, block: Block) -> None:
    """Make sure that a contract is there, and that it is ours.

    Raises:
        NotDeployedError: There is no code at its address.
        LookAlikeContractError: There is other code.
    """
    found = reader.code_hash(contract.address, block)
    label = f"Weightmark's {contract.name}"
    if not found:
        raise NotDeployedError(
            f"{label} is not deployed on '{network.name}' (at {contract.address})",
            hint=f"deploy it: weightmark network deploy {network.name}",
        )
    if found != contract.code_hash:
        raise LookAlikeContractError(
            f"the contract at {contract.address} on '{network.name}' is not {label}: its code hash "
            f"is 0x{found.hex()}, not 0x{contract.code_hash.hex()}",
            hint="do not use this endpoint",
        )

"""What a deployment would do, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from weightmark.domain.contracts import Contract
from weightmark.domain.networks import Network
from weightmark.errors import NotDeployedError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.services.contracts import check_chain_id, check_contract


def missing_contracts(
    network: Network, reader: ChainReader, contracts: Sequence[Contract]
) -> tuple[Contract, ...]:
    """Return the contracts that are not on a network yet.

    Raises:
        WrongChainError: The endpoint serves another chain.
        LookAlikeContractError: There is another contract at the address of one of ours.
        ChainUnreachableError: The chain does not answer.
    """
    try:
        check_chain_id(reader, network)
        latest = reader.block(BlockTag.LATEST)
    except NotDeployedError:
        # The embedded chain is made with its contracts.
        return tuple(contracts)
    return tuple(each for each in contracts if _is_missing(reader, network, each, latest))


def _is_missing(reader: ChainReader, network: Network, contract: Contract, block: Block) -> bool:
    try:
        check_contract(reader, network, contract, block)
    except NotDeployedError:
        return True
    return False

"""What a deployment would do and cost, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost, Fees, gas_limit_of
from weightmark.domain.networks import Network
from weightmark.errors import NotDeployedError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.ports.probe import NetworkProbe
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
    check_chain_id(reader, network)
    latest = reader.block(BlockTag.LATEST)
    return tuple(each for each in contracts if _is_missing(reader, network, each, latest))


def deployment_cost(probe: NetworkProbe, contracts: Sequence[Contract], account: str) -> Cost:
    """Return what it costs an account to deploy contracts.

    Raises:
        ChainUnreachableError: The endpoint does not answer.
        TransactionFailedError: The chain does not have the fees of EIP-1559.
    """
    gas = sum(probe.deployment_gas(each, account) for each in contracts)
    price = probe.gas_price()
    return Cost(
        gas=gas,
        gas_limit=gas_limit_of(gas),
        fee_per_gas=price.total,
        max_fee_per_gas=Fees.at(price).max_fee,
        balance=probe.balance(account),
    )


def _is_missing(reader: ChainReader, network: Network, contract: Contract, block: Block) -> bool:
    try:
        check_contract(reader, network, contract, block)
    except NotDeployedError:
        return True
    return False

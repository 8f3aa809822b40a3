"""Checking a network before it is relied on.

1. The endpoint serves the right chain.
2. Each of our contracts is there, with its code.
3. A final block is served; how far it is behind.
4. Storage is proven at the final block, and how far back.
5. What gas costs, and what the account has that would pay it.

What speaks against using the network is a problem, and decides the exit status; what is only not
told is remarked, as an endpoint for readers need not tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from weightmark.domain.contracts import Contract
from weightmark.domain.fees import GasPrice
from weightmark.domain.networks import Network
from weightmark.errors import ChainUnreachableError, UnavailableError, WeightmarkError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.ports.probe import NetworkProbe
from weightmark.services.contracts import check_chain_id, check_contract

# What the first release of a model takes; each further one takes less (docs/contracts.md).
PUBLISH_GAS = 106_000

# How far before the final block proofs are asked for, in blocks.
PROOF_DEPTHS = (128, 1_024, 8_192, 65_536, 524_288)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ContractFinding:
    """One of our contracts, and what is wrong with it on a network."""

    contract: Contract
    problem: WeightmarkError | None


@dataclass
class NetworkReport:
    """What was found of a network.

    Attributes:
        network: Which one.
        account: The address that would pay for transactions, or empty.
        latest: Its newest block.
        contracts: Our contracts there.
        final: Its newest final block, if one is served.
        proof_depth: How many blocks before the final one storage is still proven, as far as was
            asked; None where it is not proven at the final block.
        gas_price: What gas costs, if that is told.
        balance: What the account has in wei, if that is told.
        remarks: What was not told, and why.
        problems: What speaks against using the network.
    """

    network: Network
    account: str
    latest: Block
    contracts: tuple[ContractFinding, ...]
    final: Block | None = None
    proof_depth: int | None = None
    gas_price: GasPrice | None = None
    balance: int | None = None
    remarks: list[str] = field(default_factory=list)
    problems: list[WeightmarkError] = field(default_factory=list)

    @property
    def error(self) -> WeightmarkError | None:
        """The problem that decides the exit status: 1 outranks 3."""
        return min(self.problems, key=lambda problem: problem.exit_status, default=None)

    @property
    def publish_cost(self) -> int | None:
        """What the first release of a model costs, in wei, if that is told."""
        return PUBLISH_GAS * self.gas_price.total if self.gas_price else None


def check_network(
    network: Network,
    reader: ChainReader,
    probe: NetworkProbe | None,
    contracts: Sequence[Contract],
    account: str,
) -> NetworkReport:
    """Look at a network.

    Args:
        network: Which one.
        reader: Its chain.
        probe: Its endpoint, or None for a chain that has none.
        contracts: What has to be there, the registry first.
        account: The address that would pay for transactions, or empty.

    Raises:
        WrongChainError: The endpoint serves another chain.
        ChainUnreachableError: The chain does not answer.
    """
    check_chain_id(reader, network)
    latest = reader.block(BlockTag.LATEST)
    found = tuple(_look_at(reader, network, contract, latest) for contract in contracts)
    report = NetworkReport(network, account, latest, found)
    report.problems += [each.problem for each in found if each.problem]
    try:
        report.final = reader.block(BlockTag.FINALIZED)
    except ChainUnreachableError as error:
        report.problems.append(error)
    if probe is not None:
        _probe(report, probe, contracts[0].address)
    return report


def _look_at(
    reader: ChainReader, network: Network, contract: Contract, block: Block
) -> ContractFinding:
    try:
        check_contract(reader, network, contract, block)
    except ChainUnreachableError:
        raise
    except WeightmarkError as problem:
        return ContractFinding(contract, problem)
    return ContractFinding(contract, None)


def _probe(report: NetworkReport, probe: NetworkProbe, registry: str) -> None:
    def asked(ask: Callable[[], _Answer]) -> _Answer | None:
        try:
            return ask()
        except UnavailableError as error:
            report.remarks.append(error.message)
            return None

    if final := report.final:
        report.proof_depth = asked(lambda: _proof_depth(probe, registry, final))
    report.gas_price = asked(probe.gas_price)
    if report.account:
        report.balance = asked(lambda: probe.balance(report.account))


def _proof_depth(probe: NetworkProbe, registry: str, final: Block) -> int | None:
    depth = None
    for asked in (0, *PROOF_DEPTHS):
        # A chain that is shorter is asked for its first block at last.
        within = min(asked, final.number)
        if within == depth or not probe.proves(registry, final, within):
            break
        depth = within
    return depth

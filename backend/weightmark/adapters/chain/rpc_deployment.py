"""Deploying the contracts that are missing on a chain.

1. Where the chain has no deterministic deployer, its sender is given what it lacks, and the
   transaction that deploys it is sent.
2. Each missing contract is one transaction to that deployer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    Deployment,
    deployments,
)
from weightmark.adapters.chain.json_rpc import Transport
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.offers import Bound
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.adapters.chain.sending.sender import Sender
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost, Fees, GasPrice, gas_limit_of
from weightmark.errors import LookAlikeContractError, TransactionFailedError
from weightmark.ports.chain import BlockTag

# What a transaction takes that does nothing but hand coins over (Ethereum's yellow paper, G.1).
TRANSFER_GAS = 21_000

# A contract, and the gas that its deployment takes.
Missing: TypeAlias = tuple[Deployment, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in order.

    Attributes:
        needs_deployer: Whether the deterministic deployer has to be deployed first.
        gift: What its sender lacks for that, in wei.
        missing: The contracts that are not there.
    """

    needs_deployer: bool
    gift: int
    missing: tuple[Missing, ...]

    @property
    def gas(self) -> int:
        """What our transactions take."""
        return TRANSFER_GAS * bool(self.gift) + sum(gas for _, gas in self.missing)

    @property
    def payloads(self) -> tuple[Payload, ...]:
        """What our transactions carry, but for the one that hands coins over."""
        return tuple(payload_of(each) for each, _ in self.missing)

    def share(self, gas: int, max_fee: int | None) -> Bound | None:
        """Return what a transaction of ours may cost, where all of them cost at most ``max_fee``.

        What one leaves over is not spent by the next: what has been spent, the endpoint says, and
        it need not be true.
        """
        if max_fee is None:
            return None
        return Bound(max(0, max_fee - self.gift) * gas // self.gas, max_fee)

    def cost(self, price: GasPrice, balance: int, data_fee: int | None) -> Cost:
        """Return what it costs an account."""
        return Cost(
            gas=self.gas,
            gas_limit=gas_limit_of(self.gas),
            fee_per_gas=price.total,
            max_fee_per_gas=Fees.at(price).max_fee,
            balance=balance,
            value=self.gift,
            data_fee=data_fee,
        )


class Site:
    """Where contracts belong on a chain, and what is there."""

    def __init__(self, transport: Transport, node: Node) -> None:
        self._reader = RpcChainReader(transport, is_local=True)
        self._node = node

    def plan(self) -> Plan:
        """Return what is to be done.

        Raises:
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: A deployment would not be carried out.
        """
        missing = [each for each in deployments() if not self.has(each.contract)]
        needs_deployer = bool(missing) and not self._code_hash(DEPLOYER_ADDRESS)
        # An earlier run may have given it, and been refused the transaction itself.
        gift = DEPLOYER_COST - self._node.balance(DEPLOYER_SENDER) if needs_deployer else 0
        priced = [(each, self._gas(each, needs_deployer)) for each in missing]
        return Plan(needs_deployer, max(0, gift), tuple(each for each in priced if each[1]))

    def has(self, contract: Contract) -> bool:
        """Whether a contract is there.

        Raises:
            LookAlikeContractError: There is another one at its address.
        """
        found = self._code_hash(contract.address)
        if found not in (b"", contract.code_hash):
            raise LookAlikeContractError(
                f"the code hash at {contract.address}, where {contract.name} belongs, is "
                f"0x{found.hex()}, not 0x{contract.code_hash.hex()}",
                hint="do not use this endpoint",
            )
        return bool(found)

    def _gas(self, deployment: Deployment, needs_deployer: bool) -> int:  # noqa: FBT001
        """Return what a deployment takes; nothing where somebody else has been faster."""
        if needs_deployer:
            # Nothing can be asked of what is not there; a plain creation takes about as much.
            return self._node.creation_gas(deployment.init_code)
        try:
            return self._node.estimate(payload_of(deployment))
        except TransactionFailedError:
            if self.has(deployment.contract):
                return 0
            raise

    def _code_hash(self, address: str) -> bytes:
        return self._reader.code_hash(address, self._reader.block(BlockTag.LATEST))


class Deploying:
    """One deployment, within a bound that its transactions divide by their gas.

    Args:
        site: Where to.
        sender: Who sends and pays.
        plan: What is to be done.
        max_fee: The most that all of it may cost, in wei.
    """

    def __init__(self, site: Site, sender: Sender, plan: Plan, max_fee: int | None) -> None:
        self._site = site
        self._sender = sender
        self._plan = plan
        self._max_fee = max_fee

    def carry_out(self) -> tuple[Contract, ...]:
        """Deploy what is missing, and return what was deployed.

        Raises:
            TransactionFailedError: A deployment was not carried out, or costs too much.
        """
        if self._plan.gift:
            self._pay(Payload(DEPLOYER_SENDER, b"", self._plan.gift), TRANSFER_GAS)
        if self._plan.needs_deployer:
            self._sender.relay(DEPLOYER_TRANSACTION)
        return tuple(each.contract for each, gas in self._plan.missing if self._deployed(each, gas))

    def _deployed(self, deployment: Deployment, gas: int) -> bool:
        """Deploy a contract, unless somebody else was faster."""
        contract = deployment.contract
        try:
            self._pay(payload_of(deployment), gas)
        except TransactionFailedError:
            if self._site.has(contract):
                return False
            raise
        if not self._site.has(contract):
            raise TransactionFailedError(
                f"{contract.name} is not at {contract.address}, though its deployment was "
                "carried out",
                hint="do not use this endpoint",
            )
        return True

    def _pay(self, payload: Payload, gas: int) -> None:
        self._sender.send(payload, self._plan.share(gas, self._max_fee))


def payload_of(deployment: Deployment) -> Payload:
    """Return what deploys a contract."""
    return Payload(DEPLOYER_ADDRESS, deployment.data)

"""Sending transactions over JSON-RPC, with a key that stays here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.json_rpc import Transport
from weightmark.adapters.chain.rpc_deployment import Deploying, Site
from weightmark.adapters.chain.sending.data_fee import data_fee
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.offers import Bound, Offers
from weightmark.adapters.chain.sending.patience import ORDINARY, Patience
from weightmark.adapters.chain.sending.payload import Payload, Signer
from weightmark.adapters.chain.sending.sender import Sender
from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.ports.chain import TransactionReceipt, UnsignedTransaction


class RpcChainDrafter:
    """An account on a chain, without its key; see `ChainDrafter`.

    Args:
        transport: The chain's endpoint.
        account: The account's checksummed address.
        chain_id: The chain's id.
    """

    def __init__(self, transport: Transport, account: str, *, chain_id: int) -> None:
        self._transport = transport
        self._node = Node(transport, account)
        self._site = Site(transport, self._node)
        self._offers = Offers(transport, self._node)
        self._account = account
        self._chain_id = chain_id

    @property
    def account(self) -> str:
        """The account's checksummed address."""
        return self._account

    def cost(self, action: Action) -> Cost:
        """Return what an action costs; see `ChainDrafter`."""
        self._node.check_chain(self._chain_id)
        payload = _payload(action)
        return replace(self._offers.cost(payload), data_fee=self._data_fee(payload))

    def deployment_cost(self) -> Cost:
        """Return what the contracts cost that are missing; see `ChainDrafter`."""
        self._node.check_chain(self._chain_id)
        plan = self._site.plan()
        charged = self._data_fee(*plan.payloads)
        return plan.cost(self._offers.price(), self._node.balance(), charged)

    def unsigned(self, action: Action, max_fee: int | None = None) -> UnsignedTransaction:
        """Return a transaction for a wallet; see `ChainDrafter`."""
        self._node.check_chain(self._chain_id)
        payload = _payload(action)
        offer = self._offers.offer(payload, Bound.of(max_fee))
        return UnsignedTransaction(
            chain_id=self._chain_id,
            sender=self._account,
            to=payload.to,
            data=payload.data,
            value=payload.value,
            gas=offer.gas,
            max_fee_per_gas=offer.fees.max_fee,
            max_priority_fee_per_gas=offer.fees.priority_fee,
        )

    def _data_fee(self, *payloads: Payload) -> int | None:
        return data_fee(self._transport, self._chain_id, payloads)


class RpcChainWriter(RpcChainDrafter):
    """One account that sends transactions to a chain, and waits for their blocks.

    Args:
        transport: The chain's endpoint.
        private_key: The account's key, 32 bytes.
        chain_id: The chain that the transactions are for; on any other they are void.
        journals: The folder that holds what was signed and not yet seen in a block, for every
            chain and account.
        patience: How long to wait for a block.
    """

    def __init__(
        self,
        transport: Transport,
        private_key: bytes,
        *,
        chain_id: int,
        journals: Path,
        patience: Patience = ORDINARY,
    ) -> None:
        signer = Signer(private_key, chain_id)
        super().__init__(transport, signer.account, chain_id=chain_id)
        folder = journals / str(chain_id) / signer.account
        self._sender = Sender(self._node, self._offers, signer, folder, patience)

    def deploy(self, max_fee: int | None = None) -> tuple[Contract, ...]:
        """Deploy the contracts that are missing, and before them the deterministic deployer.

        Raises:
            WrongChainError: The endpoint serves another chain.
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: A deployment was not carried out, or costs too much.
        """
        self._node.check_chain(self._chain_id)
        return Deploying(self._site, self._sender, self._site.plan(), max_fee).carry_out()

    def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
        """Carry an action out; see `ChainWriter`."""
        return self._sender.send(_payload(action), Bound.of(max_fee))


def _payload(action: Action) -> Payload:
    return Payload(packaged_registry().address, calldata(action))

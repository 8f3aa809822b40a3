"""Sending transactions over JSON-RPC, with a key that stays here."""

from __future__ import annotations

from pathlib import Path

from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    Deployment,
    deployments,
    packaged_registry,
)
from weightmark.adapters.chain.json_rpc import Transport
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.offers import Offers
from weightmark.adapters.chain.sending.patience import ORDINARY, Patience
from weightmark.adapters.chain.sending.payload import Payload, Signer
from weightmark.adapters.chain.sending.sender import Sender
from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.errors import LookAlikeContractError, TransactionFailedError
from weightmark.ports.chain import BlockTag, TransactionReceipt, UnsignedTransaction


class RpcChainDrafter:
    """An account on a chain, without its key; see `ChainDrafter`.

    Args:
        transport: The chain's endpoint.
        account: The account's checksummed address.
        chain_id: The chain's id.
    """

    def __init__(self, transport: Transport, account: str, *, chain_id: int) -> None:
        self._node = Node(transport, account)
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
        return self._offers.cost(_payload(action))

    def unsigned(self, action: Action, max_fee: int | None = None) -> UnsignedTransaction:
        """Return a transaction for a wallet; see `ChainDrafter`."""
        self._node.check_chain(self._chain_id)
        payload = _payload(action)
        offer = self._offers.offer(payload, max_fee)
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
        self._transport = transport
        folder = journals / str(chain_id) / signer.account
        self._sender = Sender(self._node, self._offers, signer, folder, patience)

    def deploy(self) -> tuple[Contract, ...]:
        """Deploy the contracts that are missing, and before them the deterministic deployer.

        Raises:
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: A deployment was not carried out.
        """
        missing = [each for each in deployments() if not self._is_deployed(each.contract)]
        if missing and not self._code_hash(DEPLOYER_ADDRESS):
            self._sender.send(Payload(DEPLOYER_SENDER, b"", DEPLOYER_COST))
            self._sender.relay(DEPLOYER_TRANSACTION)
        return tuple(each.contract for each in missing if self._deployed(each))

    def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
        """Carry an action out; see `ChainWriter`."""
        return self._sender.send(_payload(action), max_fee)

    def _deployed(self, deployment: Deployment) -> bool:
        """Deploy a contract, unless somebody else was faster."""
        contract = deployment.contract
        try:
            self._sender.send(Payload(DEPLOYER_ADDRESS, deployment.data))
        except TransactionFailedError:
            if self._is_deployed(contract):
                return False
            raise
        if not self._is_deployed(contract):
            raise TransactionFailedError(
                f"{contract.name} is not at {contract.address}, though its deployment was "
                "carried out",
                hint="do not use this endpoint",
            )
        return True

    def _is_deployed(self, contract: Contract) -> bool:
        found = self._code_hash(contract.address)
        if found not in (b"", contract.code_hash):
            raise LookAlikeContractError(
                f"the code hash at {contract.address}, where {contract.name} belongs, is "
                f"0x{found.hex()}, not 0x{contract.code_hash.hex()}",
                hint="do not use this endpoint",
            )
        return bool(found)

    def _code_hash(self, address: str) -> bytes:
        reader = RpcChainReader(self._transport, is_local=True)
        return reader.code_hash(address, reader.block(BlockTag.LATEST))


def _payload(action: Action) -> Payload:
    return Payload(packaged_registry().address, calldata(action))

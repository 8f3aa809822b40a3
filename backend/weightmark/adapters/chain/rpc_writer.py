"""Sending transactions over JSON-RPC: signed here, by web3.py, with a key that stays here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    deployments,
    packaged_registry,
)
from weightmark.adapters.chain.json_rpc import HttpTransport, Refusal, Transport
from weightmark.adapters.chain.reverts import error_of, revert_data
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.domain.keccak import keccak256
from weightmark.errors import (
    ChainUnreachableError,
    LookAlikeContractError,
    TransactionFailedError,
    WeightmarkError,
    WrongChainError,
)
from weightmark.ports.chain import BlockTag, TransactionReceipt

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from web3 import Web3
    from web3.types import TxReceipt

# How long to wait for a block: some of the public chains take a minute when they are busy.
WAIT_SECONDS = 180.0
POLL_SECONDS = 0.5

# The gas that a call takes may grow until it is carried out, in percent of the estimate.
GAS_MARGIN = 120

# The fee is enough for a base fee that doubles, which takes at least six full blocks (EIP-1559).
BASE_FEE_MARGIN = 2

# What an endpoint may ask for, as its word is all there is: the most gas that one transaction can
# have (EIP-7825), and a fee several times above what public chains asked for when they were full.
MAX_GAS = 2**24
MAX_FEE_PER_GAS = 2_000 * 10**9

Call = dict[str, str]


class RpcChainWriter:
    """One account that sends transactions to a chain, and waits for their blocks.

    Args:
        transport: The chain's endpoint.
        private_key: The account's key, 32 bytes.
        chain_id: The chain that the transactions are for; on any other they are void.
        wait_seconds: How long to wait for a block.
        poll_seconds: How often to look for it.
    """

    def __init__(
        self,
        transport: Transport,
        private_key: bytes,
        *,
        chain_id: int,
        wait_seconds: float = WAIT_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._transport = transport
        self._private_key = private_key
        self._chain_id = chain_id
        self._wait_seconds = wait_seconds
        self._poll_seconds = poll_seconds
        self._answers = Answers(transport)

    @classmethod
    def connect(cls, url: str, private_key: bytes, *, chain_id: int) -> Self:
        """Open the endpoint at a URL.

        Raises:
            ConfigurationError: The URL is not one of HTTP.
        """
        return cls(HttpTransport(url), private_key, chain_id=chain_id)

    @property
    def account(self) -> str:
        """The checksummed address of the account that signs."""
        return str(self._signer.address)

    def deploy(self) -> tuple[Contract, ...]:
        """Deploy the contracts that are missing, and before them the deterministic deployer.

        Raises:
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: A deployment was not carried out.
        """
        missing = [each for each in deployments() if not self._is_deployed(each.contract)]
        if missing and not self._code_hash(DEPLOYER_ADDRESS):
            self._transact(DEPLOYER_SENDER, b"", DEPLOYER_COST)
            self._send(DEPLOYER_TRANSACTION)
        for deployment in missing:
            self._transact(DEPLOYER_ADDRESS, deployment.data)
            if not self._is_deployed(deployment.contract):
                raise TransactionFailedError(
                    f"{deployment.contract.name} is not at {deployment.contract.address}, though "
                    "its deployment was carried out",
                    hint="do not use this endpoint",
                )
        return tuple(each.contract for each in missing)

    def send(self, action: Action) -> TransactionReceipt:
        """Carry an action out; see `ChainWriter`."""
        return self._transact(packaged_registry().address, calldata(action))

    def _transact(self, to: str, data: bytes, value: int = 0) -> TransactionReceipt:
        self._check_chain()
        call = {"from": self.account, "to": to, "data": f"0x{data.hex()}", "value": hex(value)}
        gas = self._estimate(call) * GAS_MARGIN // 100
        with self._translated():
            priority_fee = self._web3.eth.max_priority_fee
            base_fee = self._web3.eth.get_block("latest")["baseFeePerGas"]
            max_fee = BASE_FEE_MARGIN * base_fee + priority_fee
            self._check_cost(gas, max_fee)
            signed = self._signer.sign_transaction(
                {
                    "type": 2,
                    "chainId": self._chain_id,
                    "nonce": self._web3.eth.get_transaction_count(self._signer.address, "pending"),
                    "gas": gas,
                    "maxPriorityFeePerGas": priority_fee,
                    "maxFeePerGas": max_fee,
                    "to": bytes.fromhex(to[2:]),
                    "value": value,
                    "data": data,
                }
            )
        return self._send(bytes(signed.raw_transaction), call)

    def _check_cost(self, gas: int, max_fee: int) -> None:
        if gas > MAX_GAS or max_fee > MAX_FEE_PER_GAS:
            raise TransactionFailedError(
                f"the endpoint {self._transport.endpoint} asks for {gas} gas at up to {max_fee} "
                f"wei; we sign for at most {MAX_GAS} gas at {MAX_FEE_PER_GAS} wei",
                hint="use an endpoint that you trust, or wait for lower fees",
            )

    def _estimate(self, call: Call) -> int:
        (answer,) = self._transport.request([("eth_estimateGas", (call,))])
        if isinstance(answer, Refusal):
            raise self._refused(answer)
        return self._answers.quantity(answer)

    def _send(self, transaction: bytes, call: Call | None = None) -> TransactionReceipt:
        with self._translated():
            sent = self._web3.eth.send_raw_transaction(transaction)
            if sent != keccak256(transaction):
                raise self._answers.nonsense(sent)
            found = self._web3.eth.wait_for_transaction_receipt(
                sent, self._wait_seconds, self._poll_seconds
            )
            if found["status"] != 1:
                raise self._reverted(found, call)
            block_hash = f"0x{found['blockHash'].hex()}"
            block = self._answers.call("eth_getBlockByHash", block_hash, False)  # noqa: FBT003
            return TransactionReceipt(bytes(sent), self._answers.block(block), found["gasUsed"])

    def _reverted(self, receipt: TxReceipt, call: Call | None) -> WeightmarkError:
        # Receipts do not say why: the same call at the end of the block that carries it does.
        if call is not None:
            request = ("eth_call", (call, hex(receipt["blockNumber"])))
            (answer,) = self._transport.request([request])
            if isinstance(answer, Refusal):
                return self._refused(answer)
        return TransactionFailedError(
            f"the transaction 0x{receipt['transactionHash'].hex()} was reverted"
        )

    def _refused(self, refusal: Refusal) -> WeightmarkError:
        data = revert_data(refusal.data)
        if data:
            return error_of(data)
        return TransactionFailedError(
            f"the endpoint {self._transport.endpoint} refused the transaction: {refusal.message}",
            hint=f"make sure that the account {self.account} can pay for it",
        )

    def _check_chain(self) -> None:
        found = self._answers.quantity(self._answers.call("eth_chainId"))
        if found != self._chain_id:
            raise WrongChainError(
                f"the endpoint {self._transport.endpoint} serves chain {found}, not "
                f"{self._chain_id}",
                hint="correct --rpc-url, or choose another --network",
            )

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

    @cached_property
    def _signer(self) -> LocalAccount:
        with kept_recursion_limit():
            from eth_account import Account

        account: LocalAccount = Account.from_key(self._private_key)
        return account

    @cached_property
    def _web3(self) -> Web3:
        with kept_recursion_limit():
            from web3 import Web3

            from weightmark.adapters.chain.web3_provider import TransportProvider

        return Web3(TransportProvider(self._transport), middleware=[])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with kept_recursion_limit():
            from web3.exceptions import TimeExhausted, Web3Exception, Web3RPCError

        try:
            yield
        except TimeExhausted as error:
            raise TransactionFailedError(
                f"after {self._wait_seconds:g} seconds no block carries the transaction yet",
                hint="it may still be carried out: look before you repeat it",
            ) from error
        except Web3RPCError as error:
            raise self._refused(_refusal_in(error.rpc_response)) from error
        except (Web3Exception, KeyError, TypeError, ValueError) as error:
            raise ChainUnreachableError(
                f"the endpoint {self._transport.endpoint} answered with something that cannot be "
                f"understood ({type(error).__name__})",
                hint="choose another endpoint with --rpc-url",
            ) from error


def _refusal_in(response: Mapping[str, object] | None) -> Refusal:
    error = (response or {}).get("error")
    fields = error if isinstance(error, dict) else {}
    return Refusal(str(fields.get("message", "no reason given")), fields.get("data"))

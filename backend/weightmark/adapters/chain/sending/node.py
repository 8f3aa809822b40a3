"""What a sender asks of a node, over JSON-RPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.adapters.chain.reverts import error_of, revert_data
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.domain.keccak import keccak256
from weightmark.errors import TransactionFailedError, WeightmarkError, WrongChainError
from weightmark.ports.chain import TransactionReceipt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transaction that a block carries."""

    receipt: TransactionReceipt
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What a node knows of the transactions that were signed with one nonce.

    Attributes:
        outcome: That of the one which a block carries.
        is_known: Whether one of them waits, or is in a block.
        next_nonce: How many transactions of the account are in blocks.
        block: The number of the newest block.
    """

    outcome: Outcome | None
    is_known: bool
    next_nonce: int
    block: int


@dataclass(frozen=True, slots=True)
class Taker:
    """A transaction that took a nonce, and whether it carries what the nonce was meant for."""

    hash: bytes
    carries: bool


class Node:
    """An endpoint, as one account that sends sees it.

    Every method raises `ChainUnreachableError` when it does not answer or answers nonsense.
    """

    def __init__(self, transport: Transport, account: str) -> None:
        self._transport = transport
        self._answers = Answers(transport)
        self._account = account

    @property
    def endpoint(self) -> str:
        """What errors call the endpoint; no secret is in it."""
        return self._transport.endpoint

    def check_chain(self, chain_id: int) -> None:
        """Make sure that the endpoint serves a chain.

        Raises:
            WrongChainError: It serves another one.
        """
        found = self._answers.quantity(self._answers.call("eth_chainId"))
        if found != chain_id:
            raise WrongChainError(
                f"the endpoint {self.endpoint} serves chain {found}, not {chain_id}",
                hint="correct --rpc-url, or choose another --network",
            )

    def genesis_hash(self) -> bytes:
        """Return the hash of the chain's first block, which tells chains with the same id apart."""
        first = self._answers.call("eth_getBlockByNumber", "0x0", False)  # noqa: FBT003
        return self._answers.block(first).hash

    def estimate(self, payload: Payload) -> int:
        """Return the gas that a payload takes now.

        Raises:
            WeightmarkError: It would be reverted, or cannot be paid.
        """
        return self._estimated(payload.call(self._account))

    def balance(self, account: str = "") -> int:
        """Return what an account has, in wei: the one that sends, where none is named."""
        owner = account or self._account
        return self._answers.quantity(self._answers.call("eth_getBalance", owner, "latest"))

    def creation_gas(self, init_code: bytes) -> int:
        """Return the gas that a plain creation of a contract takes now.

        Raises:
            WeightmarkError: It would be reverted, or cannot be paid.
        """
        return self._estimated({"from": self._account, "data": f"0x{init_code.hex()}"})

    def pending_nonce(self) -> int:
        """Return the nonce that follows those of the transactions which wait."""
        return self._nonce_at("pending")

    def newest_block(self) -> int:
        """Return the number of the newest block."""
        return self._answers.count(self._answers.call("eth_blockNumber"))

    def submit(self, transaction: bytes) -> Refusal | None:
        """Send a signed transaction, and again where that may help: it is carried out once."""
        call = ("eth_sendRawTransaction", (f"0x{transaction.hex()}",))
        (answer,) = self._transport.request([call])
        if isinstance(answer, Refusal):
            return answer
        if self._answers.data(answer, 32) != keccak256(transaction):
            raise self._answers.nonsense(answer)
        return None

    def look(self, hashes: Sequence[bytes]) -> Sight:
        """Return what is known of transactions that share a nonce, the newest last."""
        names = [f"0x{each.hex()}" for each in hashes]
        # The count comes first: where it is past a nonce, the receipts that follow know of it.
        calls: list[Call] = [
            ("eth_getTransactionCount", (self._account, "latest")),
            ("eth_blockNumber", ()),
            *(("eth_getTransactionByHash", (name,)) for name in names),
            *(("eth_getTransactionReceipt", (name,)) for name in names),
        ]
        count, number, *found = self._answers.calls(calls)
        known, receipts = found[: len(names)], found[len(names) :]
        outcomes = (
            self._outcome(name, each)
            for name, each in zip(hashes, receipts, strict=True)
            if each is not None
        )
        return Sight(
            outcome=next(filter(None, outcomes), None),
            is_known=any(each is not None for each in known),
            next_nonce=self._answers.quantity(count),
            block=self._answers.quantity(number),
        )

    def taker(self, payload: Payload, nonce: int, first_block: int) -> Taker | None:
        """Return the account's transaction in a block that took a nonce, if it can be found.

        Args:
            payload: What the nonce was meant for.
            nonce: Which nonce.
            first_block: A block before the one that is searched.
        """
        low, high = first_block, self.newest_block()
        while high - low > 1:
            middle = (low + high) // 2
            call = ("eth_getTransactionCount", (self._account, hex(middle)))
            (answer,) = self._transport.request([call])
            if isinstance(answer, Refusal):
                # The state of so old a block is not kept.
                return None
            low, high = (low, middle) if self._answers.quantity(answer) > nonce else (middle, high)
        block = self._answers.call("eth_getBlockByNumber", hex(high), True)  # noqa: FBT003
        transactions = self._answers.mapping(block).get("transactions")
        for each in transactions if isinstance(transactions, list) else []:
            fields = self._answers.mapping(each)
            is_ours = str(fields.get("from")).lower() == self._account.lower()
            if is_ours and self._answers.quantity(fields.get("nonce")) == nonce:
                name = self._answers.data(fields.get("hash"), 32)
                return Taker(name, carries=self._carries(fields, payload))
        return None

    def failure(self, payload: Payload, receipt: TransactionReceipt) -> WeightmarkError:
        """Return why a block carries a transaction that was reverted.

        Receipts do not say it: the same call at the end of the block does.
        """
        call = payload.call(self._account)
        request = ("eth_call", (call, hex(receipt.block.number)))
        (answer,) = self._transport.request([request])
        if isinstance(answer, Refusal):
            return self.refused(answer)
        return reverted(receipt)

    def not_relayed(self, refusal: Refusal) -> TransactionFailedError:
        """Return the error for a refusal of what somebody else signed."""
        return TransactionFailedError(
            f"the endpoint {self.endpoint} refused a transaction that others signed: "
            f"{refusal.message}",
            hint="choose another endpoint with --rpc-url, or repeat the command later; what was "
            "handed over for it is not handed over again",
        )

    def refused(self, refusal: Refusal) -> WeightmarkError:
        """Return the error that a refusal means: the contract's, or the node's."""
        data = revert_data(refusal.data)
        if data:
            return error_of(data)
        return TransactionFailedError(
            f"the endpoint {self.endpoint} refused the transaction: {refusal.message}",
            hint=f"make sure that the account {self._account} can pay for it",
        )

    def _estimated(self, call: Mapping[str, str]) -> int:
        # Some nodes would count what waits as done, which may never be.
        (answer,) = self._transport.request([("eth_estimateGas", (call, "latest"))])
        if isinstance(answer, Refusal):
            raise self.refused(answer)
        gas = self._answers.quantity(answer)
        if not gas:
            raise self._answers.nonsense(answer)
        return gas

    def _nonce_at(self, block: str) -> int:
        answer = self._answers.call("eth_getTransactionCount", self._account, block)
        return self._answers.count(answer)

    def _outcome(self, name: bytes, value: object) -> Outcome | None:
        """Read a transaction's receipt; none where its block is no part of the chain any more."""
        fields = self._answers.mapping(value)
        if self._answers.data(fields.get("transactionHash"), 32) != name:
            raise self._answers.nonsense(value)
        if "blockNumber" in fields and fields["blockNumber"] is None:
            # Some nodes have receipts of transactions that wait.
            return None
        number = self._answers.quantity(fields.get("blockNumber"))
        carrying = self._answers.call("eth_getBlockByNumber", hex(number), False)  # noqa: FBT003
        if carrying is None:
            return None
        block = self._answers.block(carrying)
        if block.hash != self._answers.data(fields.get("blockHash"), 32):
            return None
        receipt = TransactionReceipt(
            transaction_hash=name,
            block=block,
            gas_used=self._answers.quantity(fields.get("gasUsed")),
        )
        return Outcome(receipt, succeeded=self._answers.quantity(fields.get("status")) == 1)

    def _carries(self, fields: Mapping[str, object], payload: Payload) -> bool:
        found = (fields.get("to"), fields.get("input"), fields.get("value"))
        wanted = (payload.to, f"0x{payload.data.hex()}", hex(payload.value))
        return [str(each).lower() for each in found] == [each.lower() for each in wanted]


def reverted(receipt: TransactionReceipt) -> TransactionFailedError:
    """Return the error for a transaction that was reverted, nobody says why."""
    return TransactionFailedError(
        f"the transaction 0x{receipt.transaction_hash.hex()} was reverted"
    )

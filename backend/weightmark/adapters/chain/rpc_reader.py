"""Reading a chain over JSON-RPC, as one endpoint tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from weightmark.adapters.chain.events import EventLog, registration_of, topics_of
from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.domain.keccak import keccak256
from weightmark.domain.statements import Registration
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block, BlockTag, RegistrationFilter

# Endpoints bound how many calls one request may hold; 100 is allowed widely.
BATCH_SIZE = 100

# How many requests one list of events may take, where the endpoint allows only short ranges.
MAX_LOG_REQUESTS = 2_000


class RpcChainReader:
    """A chain, as one endpoint tells it.

    Args:
        transport: The endpoint.
        is_local: Whether the newest block counts as final.
    """

    def __init__(self, transport: Transport, *, is_local: bool) -> None:
        self._transport = transport
        self._answers = Answers(transport)
        self._is_local = is_local

    @property
    def is_local(self) -> bool:
        """Whether the newest block counts as final."""
        return self._is_local

    def chain_id(self) -> int:
        """Return the chain's id."""
        return self._answers.quantity(self._answers.call("eth_chainId"))

    def genesis_hash(self) -> bytes:
        """Return the hash of the chain's first block."""
        return self._block("0x0").hash

    def block(self, tag: BlockTag) -> Block:
        """Return the newest block of a view."""
        return self._block(BlockTag.LATEST if self._is_local else tag)

    def code_hash(self, address: str, block: Block) -> bytes:
        """Return the keccak256 of the code at an address; empty bytes where there is no code."""
        code = self._answers.data(self._answers.call("eth_getCode", address, _at(block)))
        return keccak256(code) if code else b""

    def words(self, address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        """Return the storage words at ``slots``, in that order; 0 where none was written."""
        at = _at(block)
        calls: list[Call] = [("eth_getStorageAt", (address, f"{slot:#066x}", at)) for slot in slots]
        batches = (calls[start : start + BATCH_SIZE] for start in range(0, len(calls), BATCH_SIZE))
        found = (value for batch in batches for value in self._answers.calls(batch))
        return tuple(map(self._answers.word, found))

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: Block
    ) -> tuple[Registration, ...]:
        """Return the matching ``ReleaseRegistered`` events up to a block, the oldest first."""
        topics = [topic and f"0x{topic.hex()}" for topic in topics_of(wanted)]
        found: dict[tuple[int, int], Registration] = {}
        for entry in self._logs({"address": registry, "topics": topics}, block.number):
            fields = self._answers.mapping(entry)
            if str(fields.get("address")).lower() != registry.lower():
                raise self._answers.nonsense(entry)
            log = self._log(fields)
            self._check_wanted(log, topics_of(wanted), block)
            registration = registration_of(log)
            if registration is not None:
                index = self._answers.quantity(fields.get("logIndex"))
                found[log.block_number, index] = registration
        return tuple(found[position] for position in sorted(found))

    def _block(self, tag: str) -> Block:
        return self._answers.block(self._answers.call("eth_getBlockByNumber", tag, False))  # noqa: FBT003

    def _logs(self, wanted: dict[str, object], newest: int) -> Iterator[object]:
        # A range that the endpoint refuses is halved, until it accepts.
        first, span = 0, newest + 1
        for _ in range(MAX_LOG_REQUESTS):
            last = min(newest, first + span - 1)
            parameters = {**wanted, "fromBlock": hex(first), "toBlock": hex(last)}
            if span > 1:
                (answer,) = self._transport.request([("eth_getLogs", (parameters,))])
            else:
                answer = self._answers.call("eth_getLogs", parameters)
            if isinstance(answer, Refusal):
                span //= 2
                continue
            if not isinstance(answer, list):
                raise self._answers.nonsense(answer)
            yield from answer
            first = last + 1
            if first > newest:
                return
        raise ChainUnreachableError(
            f"the endpoint {self._transport.endpoint} allows only {span} blocks at a time, too few "
            f"to read the events of {newest} blocks",
            hint="choose another endpoint with --rpc-url",
        )

    def _log(self, fields: Mapping[str, object]) -> EventLog:
        topics = fields.get("topics")
        if not isinstance(topics, list) or fields.get("removed") is True:
            raise self._answers.nonsense(fields)
        return EventLog(
            topics=tuple(self._answers.data(topic, 32) for topic in topics),
            data=self._answers.data(fields.get("data")),
            block_number=self._answers.quantity(fields.get("blockNumber")),
            transaction_hash=self._answers.data(fields.get("transactionHash"), 32),
        )

    def _check_wanted(self, log: EventLog, topics: Sequence[bytes | None], block: Block) -> None:
        pairs = zip(log.topics, topics, strict=False)
        if log.block_number > block.number or any(want not in (None, got) for got, want in pairs):
            raise self._answers.nonsense([f"0x{topic.hex()}" for topic in log.topics])


def _at(block: Block) -> dict[str, str]:
    # EIP-1898. The hash, not the number: in a reorganisation a number changes its meaning.
    return {"blockHash": f"0x{block.hash.hex()}"}

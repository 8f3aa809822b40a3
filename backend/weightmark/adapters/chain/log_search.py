"""Searching a contract's events over JSON-RPC, in as many ranges of blocks as an endpoint wants."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from weightmark.adapters.chain.events import EventLog
from weightmark.adapters.chain.json_rpc import Refusal, Transport
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block

# The bounds of one search: requests, where the endpoint allows only short ranges; events; and the
# time after which no further request is made.
MAX_REQUESTS = 2_000
MAX_EVENTS = 20_000
MAX_SECONDS = 120.0

# What each topic of a wanted event is one of; ``None`` matches any.
Topics = Sequence[Sequence[bytes] | None]


class LogSearch:
    """Searches the events of a contract on one chain."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._answers = Answers(transport)
        self._first_blocks: dict[str, int] = {}

    def find(self, address: str, topics: Topics, newest: Block) -> tuple[EventLog, ...]:
        """Return the matching events up to a block, the oldest first.

        Raises:
            ChainUnreachableError: The endpoint does not answer, or answers nonsense, or takes more
                than the bounds of a search.
        """
        found: dict[tuple[int, int], EventLog] = {}
        for entry in self._entries(address, topics, newest.number):
            fields = self._answers.mapping(entry)
            log = self._log(fields)
            if (
                str(fields.get("address")).lower() != address.lower()
                or log.block_number > newest.number
                or not _matches(log, topics)
            ):
                raise self._answers.nonsense(entry)
            found[log.block_number, self._answers.quantity(fields.get("logIndex"))] = log
        return tuple(found[position] for position in sorted(found))

    def _entries(self, address: str, topics: Topics, newest: int) -> Iterator[object]:
        # All blocks at once. Where the endpoint refuses, those since the contract is there, in
        # ranges that are halved until it accepts.
        wanted = {"address": address, "topics": [_parameter(each) for each in topics]}
        first, span, count = 0, newest + 1, 0
        end = time.monotonic() + MAX_SECONDS
        for _ in range(MAX_REQUESTS):
            last = min(newest, first + span - 1)
            answer = self._range(wanted, first, last)
            if isinstance(answer, Refusal):
                first = first or self._first_block(address, newest, end)
                span = min(span, newest - first + 1) // 2 or 1
            else:
                count += len(answer)
                yield from answer
                first = last + 1
            if first > newest:
                return
            if count > MAX_EVENTS or time.monotonic() > end:
                break
        raise ChainUnreachableError(
            f"the events of {newest} blocks are too much to read from the endpoint "
            f"{self._transport.endpoint}, which answers for {span} blocks at a time: more than "
            f"{MAX_REQUESTS} requests, {MAX_EVENTS} events or {MAX_SECONDS:g} seconds",
            hint="choose another endpoint with --rpc-url, one that allows longer ranges of blocks "
            "for eth_getLogs; 'verify' with a --release that has a version reads no events",
        )

    def _range(self, wanted: Mapping[str, object], first: int, last: int) -> list[object] | Refusal:
        parameters = {**wanted, "fromBlock": hex(first), "toBlock": hex(last)}
        if first < last:
            (answer,) = self._transport.request([("eth_getLogs", (parameters,))])
        else:
            answer = self._answers.call("eth_getLogs", parameters)
        if not isinstance(answer, list | Refusal):
            raise self._answers.nonsense(answer)
        return answer

    def _first_block(self, address: str, newest: int, end: float) -> int:
        """Return the block since which the contract is there, or 0 where that is not told."""
        if address not in self._first_blocks:
            self._first_blocks[address] = self._bisected(address, newest, end)
        return self._first_blocks[address]

    def _bisected(self, address: str, newest: int, end: float) -> int:
        without, there = -1, newest
        while there - without > 1:
            middle = (without + there) // 2
            (code,) = self._transport.request([("eth_getCode", (address, hex(middle)))])
            if isinstance(code, Refusal) or time.monotonic() > end:
                # Many endpoints keep no old state, and some take their time.
                return 0
            if self._answers.data(code):
                there = middle
            else:
                without = middle
        return there

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


def _matches(log: EventLog, topics: Topics) -> bool:
    pairs = zip(log.topics, topics, strict=False)
    return all(wanted is None or found in wanted for found, wanted in pairs)


def _parameter(topic: Sequence[bytes] | None) -> list[str] | None:
    return None if topic is None else [f"0x{each.hex()}" for each in topic]

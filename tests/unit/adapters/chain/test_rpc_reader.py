"""The reader, against endpoints that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.unit.adapters.chain.test_events import PUBLISHER, a_log
from weightmark.adapters.chain import log_search
from weightmark.adapters.chain.events import REVOKED_TOPIC, EventLog
from weightmark.adapters.chain.json_rpc import Call, Refusal
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.domain.keccak import address_word, keccak256, uint_word
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block, BlockTag, RegistrationFilter

REGISTRY = "0x40Db4b481eaaA23202da7ADAD6c32212D79F59Ca"
BLOCK = Block(100, b"\x11" * 32, 1_700_000_000)
AT = {"blockHash": "0x" + "11" * 32}
ALL = RegistrationFilter()


@dataclass
class ScriptedTransport:
    """Answers by a function of method and parameters, and keeps what it was asked."""

    answer: Callable[[str, Sequence[Any]], object]
    asked: list[list[Call]] = field(default_factory=list)
    endpoint: str = "https://rpc.example"

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        assert idempotent
        self.asked.append(list(calls))
        return [self.answer(method, parameters) for method, parameters in calls]


def a_reader(answer: object, *, is_local: bool = False) -> tuple[RpcChainReader, ScriptedTransport]:
    function = answer if callable(answer) else lambda *_: answer
    transport = ScriptedTransport(function)
    return RpcChainReader(transport, is_local=is_local), transport


def entry(log: EventLog, index: int = 0) -> dict[str, object]:
    return {
        "address": REGISTRY.lower(),
        "topics": [f"0x{topic.hex()}" for topic in log.topics],
        "data": f"0x{log.data.hex()}",
        "blockNumber": hex(log.block_number),
        "transactionHash": f"0x{log.transaction_hash.hex()}",
        "logIndex": hex(index),
        "removed": False,
    }


def ranges_asked_of(transport: ScriptedTransport) -> list[tuple[str, str]]:
    wanted = [
        cast("dict[str, str]", parameters[0])
        for ((method, parameters),) in transport.asked
        if method == "eth_getLogs"
    ]
    return [(each["fromBlock"], each["toBlock"]) for each in wanted]


def test_words_are_read_at_the_blocks_hash_in_one_request() -> None:
    reader, transport = a_reader(lambda _, parameters: parameters[1])
    assert reader.words(REGISTRY, [0, 2**256 - 1], BLOCK) == (0, 2**256 - 1)
    slots = ["0x" + "00" * 32, "0x" + "ff" * 32]
    assert transport.asked == [[("eth_getStorageAt", (REGISTRY, slot, AT)) for slot in slots]]


def test_many_words_are_read_in_batches() -> None:
    reader, transport = a_reader(lambda _, parameters: parameters[1])
    assert reader.words(REGISTRY, range(250), BLOCK) == tuple(range(250))
    assert [len(calls) for calls in transport.asked] == [100, 100, 50]


def test_code_is_read_at_the_blocks_hash() -> None:
    reader, transport = a_reader("0x6001")
    assert reader.code_hash(REGISTRY, BLOCK) == keccak256(b"\x60\x01")
    assert transport.asked == [[("eth_getCode", (REGISTRY, AT))]]


@pytest.mark.parametrize(
    ("is_local", "tag", "asked"),
    [
        (False, BlockTag.FINALIZED, "finalized"),
        (False, BlockTag.LATEST, "latest"),
        (True, BlockTag.FINALIZED, "latest"),
        (True, BlockTag.LATEST, "latest"),
    ],
)
def test_only_on_local_chains_the_newest_block_is_final(
    is_local: bool, tag: BlockTag, asked: str
) -> None:
    block = {"number": "0x64", "hash": "0x" + "11" * 32, "timestamp": hex(BLOCK.timestamp)}
    reader, transport = a_reader(block, is_local=is_local)
    assert reader.block(tag) == BLOCK
    assert transport.asked == [[("eth_getBlockByNumber", (asked, False))]]


@pytest.mark.parametrize(
    "answer", [None, 1, "1", "0x", "0x01", "0x1g", "0x" + "1" * 65, "-0x1", [], {}, True]
)
def test_a_chain_id_is_a_quantity(answer: object) -> None:
    reader, _ = a_reader(answer)
    with pytest.raises(ChainUnreachableError, match=r"https://rpc\.example answered"):
        reader.chain_id()


@pytest.mark.parametrize("answer", [None, 1, "", "0x", "0x" + "1" * 65, "11" * 32, b"", ["0x1"]])
def test_a_word_is_a_word(answer: object) -> None:
    reader, _ = a_reader(answer)
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        reader.words(REGISTRY, [0], BLOCK)


@pytest.mark.parametrize("answer", [None, "", "0x1", "6001", 0])
def test_code_is_data(answer: object) -> None:
    reader, _ = a_reader(answer)
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        reader.code_hash(REGISTRY, BLOCK)


@pytest.mark.parametrize(
    "changes",
    [{"number": None}, {"number": 100}, {"hash": None}, {"hash": "0x11"}, {"timestamp": "now"}],
    ids=str,
)
def test_a_block_has_number_hash_and_time(changes: dict[str, object]) -> None:
    block = {"number": "0x64", "hash": "0x" + "11" * 32, "timestamp": "0x1"}
    reader, _ = a_reader({**block, **changes})
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        reader.block(BlockTag.LATEST)


def test_a_block_that_is_not_there_is_an_error() -> None:
    reader, _ = a_reader(None)
    with pytest.raises(ChainUnreachableError):
        reader.block(BlockTag.FINALIZED)


def test_a_refusal_says_what_was_refused() -> None:
    reader, _ = a_reader(Refusal("header not found"))
    with pytest.raises(ChainUnreachableError, match="refused eth_getCode: header not found"):
        reader.code_hash(REGISTRY, BLOCK)


def test_events_are_sorted_and_each_is_listed_once() -> None:
    first, second = a_log(version="1"), a_log(version="2")
    reader, _ = a_reader([entry(second, 5), entry(first, 4), entry(second, 5)])
    found = reader.registrations(REGISTRY, ALL, BLOCK)
    assert [each.version for each in found] == ["1", "2"]


def test_events_are_asked_for_by_their_topics() -> None:
    reader, transport = a_reader([])
    reader.registrations(REGISTRY, RegistrationFilter(PUBLISHER), BLOCK)
    ((method, parameters),) = transport.asked[0]
    wanted = cast("dict[str, Any]", parameters[0])
    publisher = "0x" + "00" * 12 + PUBLISHER[2:].lower()
    assert method == "eth_getLogs"
    assert wanted["topics"][1:] == [None, [publisher], None]
    assert (wanted["fromBlock"], wanted["toBlock"]) == ("0x0", "0x64")
    assert wanted["address"] == REGISTRY


def test_a_range_that_is_refused_is_halved() -> None:
    logs = {number: entry(a_log(version=str(number)), number) for number in range(101)}
    for number, log in logs.items():
        log["blockNumber"] = hex(number)

    def answer(method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_getCode":
            return "0x60"
        first, last = (int(parameters[0][key], 16) for key in ("fromBlock", "toBlock"))
        if last - first >= 10:
            return Refusal("at most 10 blocks")
        return [logs[number] for number in range(first, last + 1)]

    reader, _ = a_reader(answer)
    found = reader.registrations(REGISTRY, ALL, BLOCK)
    assert [each.block_number for each in found] == list(range(101))


@pytest.mark.parametrize("deployed", [1, 2, 37, 63, 64, 99, 100])
def test_where_ranges_are_refused_the_search_begins_at_the_deployment(deployed: int) -> None:
    def answer(method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_getCode":
            return "0x60" if int(parameters[1], 16) >= deployed else "0x"
        first, last = (int(parameters[0][key], 16) for key in ("fromBlock", "toBlock"))
        return Refusal("at most 10 blocks") if last - first >= 10 else []

    reader, transport = a_reader(answer)
    for _ in range(2):
        assert reader.registrations(REGISTRY, ALL, BLOCK) == ()
    ranges = ranges_asked_of(transport)
    assert [first for first, _ in ranges[:2]] == ["0x0", hex(deployed)]
    assert len(transport.asked) - len(ranges) <= 7


def test_where_old_state_is_not_kept_the_search_begins_at_the_first_block() -> None:
    def answer(method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_getCode":
            return Refusal("missing trie node")
        first, last = (int(parameters[0][key], 16) for key in ("fromBlock", "toBlock"))
        return Refusal("at most 60 blocks") if last - first >= 60 else []

    reader, transport = a_reader(answer)
    assert reader.registrations(REGISTRY, ALL, BLOCK) == ()
    assert ranges_asked_of(transport) == [
        ("0x0", "0x64"),
        ("0x0", "0x31"),
        ("0x32", "0x63"),
        ("0x64", "0x64"),
    ]


def test_an_endpoint_that_refuses_every_range_is_given_up() -> None:
    reader, transport = a_reader(Refusal("no logs here"))
    with pytest.raises(ChainUnreachableError, match="refused eth_getLogs: no logs here"):
        reader.registrations(REGISTRY, ALL, BLOCK)
    assert len(transport.asked) < 10


@pytest.mark.parametrize(
    ("bound", "most", "asked"), [("MAX_REQUESTS", 20, 20), ("MAX_SECONDS", 0.0, 9)]
)
def test_a_search_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: float, asked: int
) -> None:
    monkeypatch.setattr(log_search, bound, most)

    def answer(method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_getCode":
            return Refusal("no old state")
        return [] if parameters[0]["fromBlock"] == parameters[0]["toBlock"] else Refusal("one")

    reader, transport = a_reader(answer)
    with pytest.raises(ChainUnreachableError, match="too much to read from the endpoint") as caught:
        reader.registrations(REGISTRY, ALL, BLOCK)
    assert "--rpc-url" in caught.value.hint
    assert len([call for (call,) in transport.asked if call[0] == "eth_getLogs"]) <= asked


def test_looking_for_the_first_block_has_no_time_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_search, "MAX_SECONDS", -1.0)
    reader, transport = a_reader(
        lambda method, _: "0x60" if method == "eth_getCode" else Refusal("too many blocks")
    )
    with pytest.raises(ChainUnreachableError, match="too much to read from the endpoint"):
        reader.registrations(REGISTRY, ALL, BLOCK)
    assert [call[0] for (call,) in transport.asked] == ["eth_getLogs", "eth_getCode"]


def test_an_endpoint_that_floods_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "MAX_EVENTS", 10)

    def answer(_: str, parameters: Sequence[Any]) -> object:
        if parameters[0]["fromBlock"] == "0x0" and parameters[0]["toBlock"] == "0x64":
            return Refusal("halves only")
        return [entry(a_log(), index) for index in range(11)]

    reader, _ = a_reader(
        lambda method, given: "0x60" if method == "eth_getCode" else answer(method, given)
    )
    with pytest.raises(ChainUnreachableError, match="10 events"):
        reader.registrations(REGISTRY, ALL, BLOCK)


def a_revocation(old: bytes, new: bytes, reason: int = 4, index: int = 0) -> dict[str, object]:
    topics = (REVOKED_TOPIC, b"\x01" * 32, address_word(PUBLISHER), old)
    log = EventLog(topics, uint_word(reason) + new, 12, b"\x09" * 32)
    return entry(log, index)


def test_successors_are_read_of_many_releases_at_once() -> None:
    ids = [bytes([number]) * 32 for number in range(1, 151)]
    told = [a_revocation(ids[0], ids[1]), a_revocation(ids[2], bytes(32), 1, 1)]
    reader, transport = a_reader(
        lambda _, parameters: told if len(parameters[0]["topics"][3]) == 100 else []
    )
    assert reader.successors(REGISTRY, ids, BLOCK) == {ids[0]: ids[1]}
    assert len(transport.asked) == 2


@pytest.mark.parametrize("changes", [{"topics": []}, {"data": "0x"}, {"data": "0x" + "00" * 96}])
def test_a_revocation_that_cannot_be_is_an_error(changes: dict[str, object]) -> None:
    reader, _ = a_reader([a_revocation(b"\x01" * 32, b"\x02" * 32) | changes])
    with pytest.raises(ChainUnreachableError):
        reader.successors(REGISTRY, [b"\x01" * 32], BLOCK)


def test_a_revocation_that_was_not_asked_for_is_an_error() -> None:
    reader, _ = a_reader([a_revocation(b"\x01" * 32, b"\x02" * 32)])
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        reader.successors(REGISTRY, [b"\x03" * 32], BLOCK)


LIES: dict[str, object] = {
    "no list": {"logs": []},
    "an entry that is none": ["0x"],
    "another contract": [entry(a_log()) | {"address": PUBLISHER}],
    "no address": [entry(a_log()) | {"address": None}],
    "a removed one": [entry(a_log()) | {"removed": True}],
    "no topics": [entry(a_log()) | {"topics": None}],
    "a short topic": [entry(a_log()) | {"topics": ["0x01"]}],
    "no data": [entry(a_log()) | {"data": None}],
    "a later block": [entry(a_log()) | {"blockNumber": "0x65"}],
    "no index": [entry(a_log()) | {"logIndex": None}],
    "no transaction": [entry(a_log()) | {"transactionHash": "0x"}],
    "garbage": [entry(a_log()) | {"data": "0x" + "ff" * 320}],
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES)
def test_events_that_cannot_be_are_errors(answer: object) -> None:
    reader, _ = a_reader(answer)
    with pytest.raises(ChainUnreachableError):
        reader.registrations(REGISTRY, ALL, BLOCK)


@pytest.mark.parametrize(
    "wanted",
    [
        RegistrationFilter(publisher="0x" + "77" * 20),
        RegistrationFilter(model_id=b"\x77" * 32),
        RegistrationFilter(artifact_root=b"\x77" * 32),
    ],
)
def test_events_that_were_not_asked_for_are_errors(wanted: RegistrationFilter) -> None:
    reader, _ = a_reader([entry(a_log())])
    with pytest.raises(ChainUnreachableError):
        reader.registrations(REGISTRY, wanted, BLOCK)

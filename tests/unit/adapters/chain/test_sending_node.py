"""What a sender makes of what a node tells: the truth, nonsense, and lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.adapters.chain.test_rpc_reader import ScriptedTransport
from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.adapters.chain.sending.node import Node, Taker
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.domain.keccak import keccak256, uint_word
from weightmark.errors import (
    ChainUnreachableError,
    StatementRefusedError,
    TransactionFailedError,
    WrongChainError,
)
from weightmark.ports.chain import Block, TransactionReceipt

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
PAYLOAD = Payload("0x40Db4b481eaaA23202da7ADAD6c32212D79F59Ca", b"\xab\xcd", 3)
NAME, OTHER = b"\x01" * 32, b"\x02" * 32
BLOCK = {"number": "0x7", "hash": f"0x{'77' * 32}", "timestamp": "0x1"}
RECEIPT = {
    "transactionHash": f"0x{NAME.hex()}",
    "blockNumber": "0x7",
    "blockHash": BLOCK["hash"],
    "gasUsed": "0x5208",
    "status": "0x1",
}
MINED = {
    "from": ACCOUNT.lower(),
    "nonce": "0x4",
    "hash": f"0x{NAME.hex()}",
    "to": PAYLOAD.to.lower(),
    "input": "0xABCD",
    "value": "0x3",
}


def a_node(**told: object) -> Node:
    return Node(ScriptedTransport(lambda method, _: told[method.removeprefix("eth_")]), ACCOUNT)


def looked_at(receipt: object, block: object = BLOCK, known: object = None) -> Node:
    return a_node(
        getTransactionCount="0x4",
        blockNumber="0x9",
        getTransactionByHash=known,
        getTransactionReceipt=receipt,
        getBlockByNumber=block,
    )


def test_an_endpoint_of_another_chain_is_named() -> None:
    a_node(chainId="0x1").check_chain(1)
    with pytest.raises(WrongChainError, match="serves chain 1, not 11155111") as caught:
        a_node(chainId="0x1").check_chain(11155111)
    assert "--rpc-url" in caught.value.hint


def test_a_transaction_that_was_taken_is_the_one_that_was_sent() -> None:
    assert a_node(sendRawTransaction=f"0x{keccak256(b'tx').hex()}").submit(b"tx") is None
    refusal = Refusal("already known")
    assert a_node(sendRawTransaction=refusal).submit(b"tx") is refusal
    for wrong in (f"0x{NAME.hex()}", "0x", None):
        with pytest.raises(ChainUnreachableError, match="cannot be understood"):
            a_node(sendRawTransaction=wrong).submit(b"tx")


@pytest.mark.parametrize(("status", "succeeded"), [("0x1", True), ("0x0", False), ("0x2", False)])
def test_a_block_that_carries_a_transaction_tells_its_outcome(status: str, succeeded: bool) -> None:
    sight = looked_at(RECEIPT | {"status": status}).look([NAME])
    assert sight.outcome is not None
    assert sight.outcome.succeeded is succeeded
    block = Block(7, b"\x77" * 32, 1)
    assert sight.outcome.receipt == TransactionReceipt(NAME, block, 21_000)
    assert (sight.next_nonce, sight.block, sight.is_known) == (4, 9, False)


@pytest.mark.parametrize(
    ("receipt", "block"),
    [
        (None, BLOCK),
        (RECEIPT | {"blockNumber": None}, BLOCK),
        (RECEIPT, None),
        (RECEIPT, BLOCK | {"hash": f"0x{'78' * 32}"}),
    ],
    ids=["none", "of what waits", "of a block that went away", "of a block that was replaced"],
)
def test_a_receipt_that_no_block_of_the_chain_backs_is_no_outcome(
    receipt: object, block: object
) -> None:
    sight = looked_at(receipt, block, known={}).look([NAME])
    assert sight.outcome is None
    assert sight.is_known


@pytest.mark.parametrize(
    "changes",
    [
        {"transactionHash": f"0x{OTHER.hex()}"},
        {"status": None},
        {"gasUsed": -1},
        {"blockHash": "0x77"},
    ],
)
def test_a_receipt_that_cannot_be_is_nonsense(changes: dict[str, object]) -> None:
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        looked_at(RECEIPT | changes).look([NAME])
    without_number = {name: told for name, told in RECEIPT.items() if name != "blockNumber"}
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        looked_at(without_number).look([NAME])


@given(st.integers(0, 2**20), st.integers(1, 2**20), st.data())
def test_the_block_that_used_a_nonce_is_found_in_few_steps(
    first: int, span: int, data: st.DataObject
) -> None:
    used = first + data.draw(st.integers(1, span))

    def answer(method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_blockNumber":
            return hex(first + span)
        at = int(parameters[-1 if method == "eth_getTransactionCount" else 0], 16)
        if method == "eth_getTransactionCount":
            return hex(5 if at >= used else 4)
        return {"transactions": [MINED] if at == used else []}

    transport = ScriptedTransport(answer)
    assert Node(transport, ACCOUNT).taker(PAYLOAD, 4, first) == Taker(NAME, carries=True)
    assert len(transport.asked) <= 2 + span.bit_length()


@pytest.mark.parametrize(
    ("changes", "carries"),
    [
        ({"to": PAYLOAD.to}, True),
        ({"to": ACCOUNT}, False),
        ({"to": None}, False),
        ({"input": "0xabce"}, False),
        ({"value": "0x0"}, False),
    ],
)
def test_who_took_a_nonce_carries_the_same_only_where_all_of_it_is(
    changes: dict[str, object], carries: bool
) -> None:
    others = [MINED | {"from": PAYLOAD.to}, MINED | {"nonce": "0x3"}]
    block = {"transactions": [*others, MINED | changes]}
    node = a_node(blockNumber="0x1", getBlockByNumber=block)
    assert node.taker(PAYLOAD, 4, 0) == Taker(NAME, carries=carries)


def test_who_took_a_nonce_may_not_be_told() -> None:
    pruned = a_node(blockNumber="0x9", getTransactionCount=Refusal("missing trie node"))
    assert pruned.taker(PAYLOAD, 4, 0) is None
    for block in ({}, {"transactions": None}, {"transactions": [MINED | {"nonce": "0x5"}]}):
        node = a_node(blockNumber="0x1", getBlockByNumber=block)
        assert node.taker(PAYLOAD, 4, 0) is None


def test_gas_of_nothing_and_nonces_beyond_64_bits_are_nonsense() -> None:
    assert a_node(getTransactionCount=hex(2**64 - 1)).pending_nonce() == 2**64 - 1
    asked: list[Callable[[], int]] = [
        a_node(getTransactionCount=hex(2**64)).pending_nonce,
        a_node(blockNumber=hex(2**64)).newest_block,
        lambda: a_node(estimateGas="0x0").estimate(PAYLOAD),
        lambda: a_node(estimateGas="0x0").creation_gas(b"\x60"),
    ]
    for ask in asked:
        with pytest.raises(ChainUnreachableError, match="cannot be understood"):
            ask()


def test_why_a_call_is_refused_is_the_contract_s_reason_or_the_node_s_words() -> None:
    data = keccak256(b"InvalidRole(uint8)")[:4] + uint_word(9)
    refused = a_node(estimateGas=Refusal("execution reverted", f"0x{data.hex()}"))
    with pytest.raises(StatementRefusedError, match="there is no role 9"):
        refused.estimate(PAYLOAD)
    poor = a_node(estimateGas=Refusal("insufficient funds", "0x"))
    with pytest.raises(TransactionFailedError, match="refused the transaction: insufficient") as e:
        poor.estimate(PAYLOAD)
    assert e.value.hint == f"make sure that the account {ACCOUNT} can pay for it"


def test_why_a_block_carries_a_failure_is_asked_at_that_block() -> None:
    receipt = TransactionReceipt(NAME, Block(7, OTHER, 1), 1)
    told: list[object] = [Refusal("no", "0x"), "0x"]
    transport = ScriptedTransport(lambda *_: told.pop(0))
    node = Node(transport, ACCOUNT)
    assert "refused the transaction: no" in node.failure(PAYLOAD, receipt).message
    assert node.failure(PAYLOAD, receipt).message == f"the transaction 0x{NAME.hex()} was reverted"
    call = {"from": ACCOUNT, "to": PAYLOAD.to, "data": "0xabcd", "value": "0x3"}
    assert transport.asked == [[("eth_call", (call, "0x7"))]] * 2

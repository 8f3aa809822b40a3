"""Sending what somebody else signed: it is sent once, as it is, and waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.chain.test_rpc_reader import ScriptedTransport
from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.adapters.chain.sending.node import Node
from weightmark.adapters.chain.sending.offers import Offers
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.adapters.chain.sending.payload import Signer
from weightmark.adapters.chain.sending.sender import Sender
from weightmark.domain.keccak import keccak256
from weightmark.errors import TransactionFailedError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
SIGNED = b"signed elsewhere"
NAME = f"0x{keccak256(SIGNED).hex()}"
BLOCK = {"number": "0x7", "hash": f"0x{'77' * 32}", "timestamp": "0x1"}


@dataclass
class Chain:
    """A chain whose time passes as it is waited for, and that carries the transaction at a time."""

    carried_at: float
    answer: object = NAME
    status: str = "0x1"
    time: float = 0.0
    sent: int = 0

    def told(self, method: str, parameters: Sequence[Any]) -> object:
        if method == "eth_sendRawTransaction":
            self.sent += 1
            return self.answer
        if method == "eth_getTransactionReceipt":
            return self.receipt if self.time >= self.carried_at else None
        return {"eth_getBlockByNumber": BLOCK, "eth_getTransactionByHash": None}.get(method, "0x7")

    @property
    def receipt(self) -> dict[str, str]:
        at = {"blockNumber": "0x7", "blockHash": BLOCK["hash"]}
        return at | {"transactionHash": NAME, "gasUsed": "0x1", "status": self.status}

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def sender(self) -> Sender:
        transport = ScriptedTransport(self.told)
        node = Node(transport, ACCOUNT)
        patience = Patience(total=3, poll=1, clock=lambda: self.time, sleep=self.sleep)
        signer = Signer(bytes(31) + b"\x01", 1)
        return Sender(node, Offers(transport, node), signer, Path("none"), patience)


@pytest.mark.parametrize("moment", [0, 1, 3])
@pytest.mark.parametrize("answer", [NAME, Refusal("already known")])
def test_it_is_waited_for_and_sent_once(moment: float, answer: object) -> None:
    chain = Chain(moment, answer)
    assert chain.sender().relay(SIGNED).transaction_hash == keccak256(SIGNED)
    assert (chain.sent, chain.time) == (1, moment)


def test_what_is_in_no_block_in_time_may_still_come() -> None:
    chain = Chain(4)
    with pytest.raises(TransactionFailedError, match=f"after 3 seconds .* {NAME} yet") as caught:
        chain.sender().relay(SIGNED)
    assert "sends no second one" in caught.value.hint
    assert chain.sent == 1


def test_what_is_refused_is_not_waited_for_unless_a_block_has_it() -> None:
    refusal = Refusal("only replay-protected transactions allowed")
    chain = Chain(1, refusal)
    with pytest.raises(TransactionFailedError, match="that others signed: only replay") as caught:
        chain.sender().relay(SIGNED)
    assert "is not handed over again" in caught.value.hint
    assert chain.time == 0
    assert Chain(0, refusal).sender().relay(SIGNED).block.number == 7


@pytest.mark.parametrize("moment", [0, 2])
def test_what_a_block_carries_as_reverted_is_a_failure(moment: float) -> None:
    with pytest.raises(TransactionFailedError, match=f"{NAME} was reverted"):
        Chain(moment, status="0x0").sender().relay(SIGNED)

"""What an endpoint can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from weightmark.adapters.chain.json_rpc import Call, Refusal
from weightmark.adapters.chain.probe import EndpointProbe
from weightmark.domain.fees import GasPrice
from weightmark.errors import ChainUnreachableError, TransactionFailedError, UnavailableError
from weightmark.ports.chain import Block

ACCOUNT = "0x" + "ab" * 20
FINAL = Block(1000, b"\2" * 32, 0)
PROOF = {"accountProof": ["0x00"], "storageProof": [{"proof": []}]}


@dataclass
class Scripted:
    """An endpoint that answers what it is told."""

    answers: Mapping[str, object]
    endpoint: str = "https://rpc.example"
    asked: list[Call] = field(default_factory=list)

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        self.asked.extend(calls)
        return [self.answers[method] for method, _ in calls]


NO_HISTORY = {"eth_feeHistory": Refusal("no history"), "eth_maxPriorityFeePerGas": "0x2"}


def test_what_gas_costs() -> None:
    answers = {"eth_getBlockByNumber": {"baseFeePerGas": "0x5"}, **NO_HISTORY}
    assert EndpointProbe(Scripted(answers)).gas_price() == GasPrice(5, 2)


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ({}, TransactionFailedError),
        (None, ChainUnreachableError),
        ({"baseFeePerGas": "5"}, ChainUnreachableError),
    ],
)
def test_a_chain_without_a_base_fee_is_not_taken_for_one_that_is_free(
    block: object, error: type[UnavailableError]
) -> None:
    answers = {"eth_getBlockByNumber": block, **NO_HISTORY}
    with pytest.raises(error):
        EndpointProbe(Scripted(answers)).gas_price()


def test_a_balance() -> None:
    assert EndpointProbe(Scripted({"eth_getBalance": "0x10"})).balance(ACCOUNT) == 16


@pytest.mark.parametrize(
    ("answer", "proves"),
    [
        (PROOF, True),
        (Refusal("missing trie node"), False),
        (None, False),
        ({}, False),
        ({"accountProof": []}, False),
        ({"accountProof": ["0x00"]}, False),
    ],
)
def test_whether_storage_is_proven(answer: object, *, proves: bool) -> None:
    transport = Scripted({"eth_getProof": answer})
    assert EndpointProbe(transport).proves(ACCOUNT, FINAL, 24) is proves
    ((_, (address, _, number)),) = transport.asked
    assert (address, number) == (ACCOUNT, hex(976))


def test_an_answer_that_is_no_proof_at_all_is_nonsense() -> None:
    with pytest.raises(ChainUnreachableError):
        EndpointProbe(Scripted({"eth_getProof": "0x"})).proves(ACCOUNT, FINAL, 0)

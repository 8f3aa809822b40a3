"""What gas costs, from what endpoints tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from weightmark.adapters.chain.json_rpc import Call, Refusal
from weightmark.adapters.chain.sending.prices import gas_price
from weightmark.domain.fees import GasPrice
from weightmark.errors import ChainUnreachableError, TransactionFailedError

BLOCK = {"baseFeePerGas": hex(100)}
UNKNOWN = Refusal("the method does not exist")


@dataclass
class Telling:
    """An endpoint that tells one thing per method."""

    history: object
    block: object = field(default_factory=lambda: dict(BLOCK))
    suggested: object = hex(7)
    endpoint: str = "https://rpc.example"

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        told = {
            "eth_getBlockByNumber": self.block,
            "eth_feeHistory": self.history,
            "eth_maxPriorityFeePerGas": self.suggested,
        }
        return [told[method] for method, _ in calls]


def history(*blocks: tuple[float, int], following: int = 90) -> object:
    return {
        "baseFeePerGas": [*[hex(100)] * len(blocks), hex(following)],
        "gasUsedRatio": [ratio for ratio, _ in blocks],
        "reward": [[hex(tip)] for _, tip in blocks],
    }


def test_the_tip_is_the_median_of_blocks_that_are_not_empty() -> None:
    told = Telling(history((0.5, 4), (0.0, 0), (0.1, 9), (0.2, 5), (0.0, 0)))
    assert gas_price(told) == GasPrice(100, 5)


def test_one_tip_that_is_out_of_all_proportion_is_not_half_of_the_usual_one() -> None:
    assert gas_price(Telling(history((0.5, 4), (0.1, 100_000)))) == GasPrice(100, 4)


def test_the_base_fee_is_that_of_the_next_block_where_it_rises() -> None:
    assert gas_price(Telling(history((0.5, 4), following=112))) == GasPrice(112, 4)


@pytest.mark.parametrize(
    "told", [UNKNOWN, {}, history((0.0, 0)), {"baseFeePerGas": [hex(1)], "reward": None}]
)
def test_where_there_is_no_history_the_suggested_tip_counts(told: object) -> None:
    assert gas_price(Telling(told)) == GasPrice(100, 7)


def test_where_no_tip_is_told_there_is_no_price() -> None:
    with pytest.raises(ChainUnreachableError, match="eth_maxPriorityFeePerGas"):
        gas_price(Telling(UNKNOWN, suggested=UNKNOWN))


def test_a_chain_of_before_eip_1559_is_named() -> None:
    with pytest.raises(TransactionFailedError, match=r"https://rpc\.example does not have"):
        gas_price(Telling(UNKNOWN, block={"number": "0x1"}))


@pytest.mark.parametrize(
    "told", [7, {"reward": 7}, {"baseFeePerGas": ["x"]}, {"gasUsedRatio": [1], "reward": [7]}]
)
def test_nonsense_is_no_price(told: object) -> None:
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        gas_price(Telling(told))

"""What gas costs, as an endpoint tells."""

from __future__ import annotations

import statistics

from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.domain.fees import GasPrice
from weightmark.errors import TransactionFailedError

# The usual tip is the median, over these many blocks, of the one that half of a block's gas paid;
# the lower of two that are in the middle, as one that is out of all proportion is none.
_BLOCKS = 10
_PERCENTILE = 50


def gas_price(transport: Transport) -> GasPrice:
    """Return what gas costs in the next block.

    Raises:
        ChainUnreachableError: The endpoint does not answer, or answers nonsense.
        TransactionFailedError: The chain does not have the fees of EIP-1559.
    """
    calls: list[Call] = [
        ("eth_getBlockByNumber", ("latest", False)),
        ("eth_feeHistory", (hex(_BLOCKS), "latest", [_PERCENTILE])),
    ]
    answers = Answers(transport)
    latest, history = transport.request(calls)
    base_fee = answers.mapping(latest).get("baseFeePerGas")
    if base_fee is None:
        raise TransactionFailedError(
            f"the chain behind {transport.endpoint} does not have the fees of EIP-1559",
            hint="Weightmark's contracts need a chain of the Cancun fork or later",
        )
    # Not every endpoint has a history, and that of a quiet chain says nothing.
    following, tips = (0, []) if isinstance(history, Refusal) else _read(answers, history)
    if not tips:
        tips = [answers.quantity(answers.call("eth_maxPriorityFeePerGas"))]
    return GasPrice(max(answers.quantity(base_fee), following), statistics.median_low(tips))


def _read(answers: Answers, history: object) -> tuple[int, list[int]]:
    """Return the base fee of the next block, and the tips of the blocks that were not empty."""
    fields = answers.mapping(history)
    base_fees, ratios, rewards = (
        _list(answers, fields.get(name)) for name in ("baseFeePerGas", "gasUsedRatio", "reward")
    )
    following = answers.quantity(base_fees[-1]) if base_fees else 0
    tips = [_list(answers, each) for ratio, each in zip(ratios, rewards, strict=False) if ratio]
    return following, [answers.quantity(each[0]) for each in tips if each]


def _list(answers: Answers, value: object) -> list[object]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise answers.nonsense(value)

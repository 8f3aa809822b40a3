"""What nodes say of transactions that they do not take."""

from __future__ import annotations

import pytest

from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.adapters.chain.sending.refusals import Reason, reason_of

# geth, anvil, reth, Nethermind, Erigon and Besu, in this order where they differ.
SAID = {
    "already known": Reason.KNOWN,
    "transaction already imported": Reason.KNOWN,
    "AlreadyKnown": Reason.KNOWN,
    "Known transaction": Reason.KNOWN,
    "nonce too low: next nonce 5, tx nonce 4": Reason.NONCE_MINED,
    "NONCE_TOO_LOW": Reason.NONCE_MINED,
    "OldNonce, Current nonce: 5, nonce of rejected tx: 4": Reason.NONCE_MINED,
    "Nonce too low": Reason.NONCE_MINED,
    "replacement transaction underpriced": Reason.NONCE_PENDING,
    "transaction underpriced: tip needed 1, tip permitted 0": Reason.UNDERPRICED,
    "max fee per gas less than block base fee": Reason.UNDERPRICED,
    "FeeTooLow, MaxFeePerGas too low": Reason.UNDERPRICED,
    "fee too low": Reason.UNDERPRICED,
    "GAS_PRICE_TOO_LOW": Reason.UNDERPRICED,
    "Gas price below configured minimum gas price": Reason.UNDERPRICED,
    "insufficient funds for gas * price + value": Reason.OTHER,
    "intrinsic gas too low": Reason.OTHER,
    "exceeds block gas limit": Reason.OTHER,
    "invalid sender": Reason.OTHER,
}


@pytest.mark.parametrize("message", SAID)
def test_a_refusal_is_understood(message: str) -> None:
    assert reason_of(Refusal(message)) is SAID[message]

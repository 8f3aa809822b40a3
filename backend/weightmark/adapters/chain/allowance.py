"""Coins for those who send transactions on a node of this machine, where coins are worth nothing.

Anvil and Hardhat's node set the balance of any account that they are asked for
(https://hardhat.org/hardhat-network/docs/reference#hardhat_setbalance).
"""

from __future__ import annotations

from weightmark.adapters.chain.json_rpc import Transport
from weightmark.adapters.chain.rpc_values import Answers

# An account that has less than the first amount is given the second, in wei.
LOW_BALANCE = 10**18
GIFT = 100 * 10**18


def give_coins(transport: Transport, account: str) -> None:
    """Make sure that an account can pay, where the node lets us.

    A node that does not is left alone: sending says that the account cannot pay.

    Raises:
        ChainUnreachableError: The node does not answer.
    """
    answers = Answers(transport)
    balance = answers.quantity(answers.call("eth_getBalance", account, "latest"))
    if balance < LOW_BALANCE:
        transport.request([("hardhat_setBalance", (account, hex(GIFT)))])

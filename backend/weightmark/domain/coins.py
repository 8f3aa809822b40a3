"""Amounts of a chain's native coin: whole numbers of wei, written in coins."""

from __future__ import annotations

import re

from weightmark.errors import ValueFormatError

WEI_DIGITS = 18
WEI_PER_COIN = 10**18
WEI_PER_GWEI = 10**9

# More than all the coins of any chain, so that no amount is a number that takes long to handle.
_AMOUNT = re.compile(rf"([0-9]{{1,18}})(?:\.([0-9]{{1,{WEI_DIGITS}}}))?")


def format_coins(wei: int) -> str:
    """Write an amount in coins, exactly: ``1500000000000000`` is ``0.0015``."""
    whole, part = divmod(wei, WEI_PER_COIN)
    return f"{whole}.{part:0{WEI_DIGITS}}".rstrip("0").rstrip(".")


def format_gwei(wei: int) -> str:
    """Write a price of gas in gwei, to three decimals; one below that in wei."""
    if wei < WEI_PER_GWEI // 1000:
        return f"{wei} wei"
    return f"{wei / WEI_PER_GWEI:.3f}".rstrip("0").rstrip(".") + " gwei"


def parse_coins(text: str) -> int:
    """Read an amount in coins, and return it in wei; ``parse_coins(format_coins(n)) == n``.

    Raises:
        ValueFormatError: It is not a decimal number, or has more than 18 decimals.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueFormatError("the amount is not a decimal number of coins", hint="such as 0.002")
    return int(match[1]) * WEI_PER_COIN + int((match[2] or "").ljust(WEI_DIGITS, "0"))

"""A contract that this package carries, and what has to be found of it on a chain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contract:
    """One of Weightmark's contracts, the same on every chain.

    Attributes:
        name: What it is called in its source.
        address: Where it is, on every chain.
        code_hash: keccak256 of its runtime code.
    """

    name: str
    address: str
    code_hash: bytes

"""What is asked of a chain's endpoint before it is relied on, and by nothing else."""

from __future__ import annotations

from typing import Protocol

from weightmark.domain.fees import GasPrice
from weightmark.ports.chain import Block


class NetworkProbe(Protocol):
    """An endpoint, and what it can do.

    Every method raises `ChainUnreachableError` when it does not answer or answers nonsense.
    """

    def gas_price(self) -> GasPrice:
        """Return what gas costs in the next block.

        Raises:
            TransactionFailedError: The chain does not have the fees of EIP-1559.
        """
        ...

    def balance(self, address: str) -> int:
        """Return what an account has, in wei."""
        ...

    def proves(self, address: str, block: Block, depth: int) -> bool:
        """Whether the storage of a contract is proven, ``depth`` blocks before ``block``."""
        ...

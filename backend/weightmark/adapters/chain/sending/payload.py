"""What a transaction carries, and how it is signed: by eth-account, with a key that stays here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.fees import Fees
from weightmark.domain.keccak import keccak256, uint_word

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


@dataclass(frozen=True, slots=True)
class Payload:
    """A call of a contract, whatever the fee and the nonce that it is sent with."""

    to: str
    data: bytes
    value: int = 0

    @property
    def key(self) -> bytes:
        """What tells payloads apart."""
        return keccak256(bytes.fromhex(self.to[2:]) + uint_word(self.value) + self.data)

    def call(self, account: str) -> dict[str, str]:
        """Return the call as JSON-RPC takes it."""
        data = f"0x{self.data.hex()}"
        return {"from": account, "to": self.to, "data": data, "value": hex(self.value)}


class Signer:
    """An account that signs for one chain.

    Args:
        private_key: The account's key, 32 bytes.
        chain_id: The chain that its transactions are for; on any other they are void.
    """

    def __init__(self, private_key: bytes, chain_id: int) -> None:
        self._private_key = private_key
        self.chain_id = chain_id

    @property
    def account(self) -> str:
        """The account's checksummed address."""
        return str(self._account.address)

    def sign(self, payload: Payload, *, nonce: int, gas: int, fees: Fees) -> bytes:
        """Return a transaction of EIP-1559, signed."""
        signed = self._account.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain_id,
                "nonce": nonce,
                "gas": gas,
                "maxPriorityFeePerGas": fees.priority_fee,
                "maxFeePerGas": fees.max_fee,
                "to": bytes.fromhex(payload.to[2:]),
                "value": payload.value,
                "data": payload.data,
            }
        )
        return bytes(signed.raw_transaction)

    @cached_property
    def _account(self) -> LocalAccount:
        with kept_recursion_limit():
            from eth_account import Account

        account: LocalAccount = Account.from_key(self._private_key)
        return account

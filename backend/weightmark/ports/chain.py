"""Reading and writing a chain.

A reader supplies storage words at one block, and never calls a contract, so that the ways to trust
a chain differ only in who supplies the words. Every implementation fulfils the contract test in
``tests/ports/test_chain.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.domain.statements import Registration


class BlockTag(StrEnum):
    """The two views that a verification reads."""

    FINALIZED = "finalized"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its number, its 32-byte hash, and its time in seconds since 1970."""

    number: int
    hash: bytes
    timestamp: int

    @property
    def next_time(self) -> int:
        """The earliest time of the block after it, which is when a transaction acts."""
        return self.timestamp + 1


@dataclass(frozen=True, slots=True)
class RegistrationFilter:
    """Which registrations to list; an empty value matches any."""

    publisher: str = ""
    model_id: bytes = b""
    artifact_root: bytes = b""


@dataclass(frozen=True, slots=True)
class TransactionReceipt:
    """A transaction that a block carries: its hash, its block, and the gas that it used."""

    transaction_hash: bytes
    block: Block
    gas_used: int


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """A transaction for a wallet to sign and to send; fees and value are in wei."""

    chain_id: int
    sender: str
    to: str
    data: bytes
    value: int
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int


class ChainReader(Protocol):
    """A chain, as one source of it tells. The newest block of a local chain counts as final.

    Every method raises `ChainUnreachableError` when the source does not answer or answers nonsense.
    """

    def chain_id(self) -> int:
        """Return the chain's id."""
        ...

    def genesis_hash(self) -> bytes:
        """Return the hash of the chain's first block."""
        ...

    def block(self, tag: BlockTag) -> Block:
        """Return the newest block of a view."""
        ...

    def code_hash(self, address: str, block: Block) -> bytes:
        """Return the keccak256 of the code at an address; empty bytes where there is no code."""
        ...

    def words(self, address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        """Return the storage words at ``slots``, in that order; 0 where none was written."""
        ...

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: Block
    ) -> tuple[Registration, ...]:
        """Return the matching ``ReleaseRegistered`` events up to a block, the oldest first."""
        ...

    def successors(
        self, registry: str, release_ids: Sequence[bytes], block: Block
    ) -> Mapping[bytes, bytes]:
        """Return the ids of the releases that took the place of superseded ones, by their ids.

        Only those are there whose ``ReleaseRevoked`` event, up to a block, names a successor.
        """
        ...

    def signing_keys(self, registry: str, publisher: str, block: Block) -> tuple[bytes, ...]:
        """Return the fingerprints in the ``SigningKeyAdded`` events of a publisher up to a block.

        The oldest is first. What each is now, its word says.
        """
        ...


class ChainDrafter(Protocol):
    """A chain, as an account sees it before it sends anything; no key is needed.

    Each method raises what `ChainWriter.send` raises where an action would be refused now.
    """

    @property
    def account(self) -> str:
        """The checksummed address of the account."""
        ...

    def cost(self, action: Action) -> Cost:
        """Return what the account would pay to have an action carried out."""
        ...

    def deployment_cost(self) -> Cost:
        """Return what the account would pay to have the contracts deployed that are missing.

        Raises:
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: The chain does not have the fees of EIP-1559.
        """
        ...

    def unsigned(self, action: Action, max_fee: int | None = None) -> UnsignedTransaction:
        """Return the transaction that carries an action out, for a wallet to sign and to send.

        Args:
            action: What to do.
            max_fee: The most that it may cost in all, in wei.

        Raises:
            TransactionFailedError: It costs more than that.
        """
        ...


class ChainWriter(ChainDrafter, Protocol):
    """A chain to which one account sends transactions; each method waits for the block."""

    def deploy(self, max_fee: int | None = None) -> tuple[Contract, ...]:
        """Deploy the contracts that are not there yet, one after the other, and return them.

        What was deployed before a failure stays, and is not deployed again.

        Args:
            max_fee: The most that all of it may cost, in wei.

        Raises:
            LookAlikeContractError: There is another contract at the address of one of ours.
            TransactionFailedError: A deployment was not carried out, or costs too much.
        """
        ...

    def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
        """Carry an action out once.

        Where an earlier call was cut off before it saw the block, its transaction is taken up.

        Args:
            action: What to do.
            max_fee: The most that it may cost in all, in wei.

        Raises:
            VersionExistsError: The version is registered already.
            AlreadyRevokedError: The release is revoked, for a reason that is final where it is to
                be revoked.
            NotAuthorizedError: The account, or the signer, is not that authority of the publisher.
            StatementRefusedError: The contract refuses what the action says.
            TransactionFailedError: The transaction was not carried out, or costs too much.
        """
        ...

"""Reading a chain over JSON-RPC, as one endpoint tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weightmark.adapters.chain.events import (
    REVOKED_TOPIC,
    SIGNING_KEY_ADDED_TOPIC,
    fingerprints_in,
    registration_of,
    successors_in,
    topics_of,
)
from weightmark.adapters.chain.json_rpc import Call, Transport
from weightmark.adapters.chain.log_search import LogSearch
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.domain.keccak import address_word, keccak256
from weightmark.domain.statements import Registration
from weightmark.ports.chain import Block, BlockTag, RegistrationFilter

# Endpoints bound how many calls one request may hold; 100 is allowed widely.
BATCH_SIZE = 100


class RpcChainReader:
    """A chain, as one endpoint tells it.

    Args:
        transport: The endpoint.
        is_local: Whether the newest block counts as final.
    """

    def __init__(self, transport: Transport, *, is_local: bool) -> None:
        self._answers = Answers(transport)
        self._logs = LogSearch(transport)
        self._is_local = is_local

    def chain_id(self) -> int:
        """Return the chain's id."""
        return self._answers.quantity(self._answers.call("eth_chainId"))

    def genesis_hash(self) -> bytes:
        """Return the hash of the chain's first block."""
        return self._block("0x0").hash

    def block(self, tag: BlockTag) -> Block:
        """Return the newest block of a view."""
        return self._block(BlockTag.LATEST if self._is_local else tag)

    def code_hash(self, address: str, block: Block) -> bytes:
        """Return the keccak256 of the code at an address; empty bytes where there is no code."""
        code = self._answers.data(self._answers.call("eth_getCode", address, _at(block)))
        return keccak256(code) if code else b""

    def words(self, address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        """Return the storage words at ``slots``, in that order; 0 where none was written."""
        at = _at(block)
        calls: list[Call] = [("eth_getStorageAt", (address, f"{slot:#066x}", at)) for slot in slots]
        batches = (calls[start : start + BATCH_SIZE] for start in range(0, len(calls), BATCH_SIZE))
        found = (value for batch in batches for value in self._answers.calls(batch))
        return tuple(map(self._answers.word, found))

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: Block
    ) -> tuple[Registration, ...]:
        """Return the matching ``ReleaseRegistered`` events up to a block, the oldest first."""
        topics = [None if each is None else (each,) for each in topics_of(wanted)]
        decoded = map(registration_of, self._logs.find(registry, topics, block))
        return tuple(each for each in decoded if each is not None)

    def successors(
        self, registry: str, release_ids: Sequence[bytes], block: Block
    ) -> Mapping[bytes, bytes]:
        """Return the ids of the releases that took the place of superseded ones."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(release_ids), BATCH_SIZE):
            batch = release_ids[start : start + BATCH_SIZE]
            logs = self._logs.find(registry, ((REVOKED_TOPIC,), None, None, batch), block)
            found |= successors_in(logs)
        return found

    def signing_keys(self, registry: str, publisher: str, block: Block) -> tuple[bytes, ...]:
        """Return the fingerprints of the signing keys that a publisher added."""
        topics = ((SIGNING_KEY_ADDED_TOPIC,), (address_word(publisher),))
        return fingerprints_in(self._logs.find(registry, topics, block))

    def _block(self, tag: str) -> Block:
        return self._answers.block(self._answers.call("eth_getBlockByNumber", tag, False))  # noqa: FBT003


def _at(block: Block) -> dict[str, str]:
    # EIP-1898. The hash, not the number: in a reorganisation a number changes its meaning.
    return {"blockHash": f"0x{block.hash.hex()}"}

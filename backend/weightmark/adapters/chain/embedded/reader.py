"""Reading the embedded chain from its file, with no EVM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from weightmark.adapters.chain.embedded.database import Nodes, corrupt, reading
from weightmark.adapters.chain.embedded.state import Header, State, VerifiedNodes
from weightmark.adapters.chain.events import (
    REVOKED_TOPIC,
    SIGNING_KEY_ADDED_TOPIC,
    EventLog,
    fingerprints_in,
    registration_of,
    successors_in,
    topics_of,
)
from weightmark.domain.keccak import address_word
from weightmark.domain.networks import EMBEDDED_CHAIN_ID
from weightmark.domain.statements import Registration
from weightmark.ports.chain import Block, BlockTag, RegistrationFilter

# Where py-evm keeps its pointers (`eth.db.schema.SchemaV1`).
_HEAD_KEY = b"v1:canonical_head_hash"
_GENESIS_KEY = b"block-number-to-hash:0"

_EVENTS = """SELECT topic0, topic1, topic2, topic3, data, block_number, transaction_hash
    FROM logs WHERE address = ? AND block_number <= ?"""


class EmbeddedChainReader:
    """The embedded chain of this machine, as its file tells.

    Every method raises `NotDeployedError` when there is no chain yet, and `StorageError` when the
    file cannot be read or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def chain_id(self) -> int:
        """Return the chain id that every embedded chain has."""
        with self._nodes():
            return EMBEDDED_CHAIN_ID

    def genesis_hash(self) -> bytes:
        """Return the hash of the first block."""
        import rlp

        with self._nodes() as nodes:
            try:
                genesis_hash: bytes = rlp.decode(nodes.pointer(_GENESIS_KEY))
            except rlp.exceptions.RLPException:
                raise corrupt(self._path, "it has no first block") from None
            return genesis_hash

    def block(self, tag: BlockTag) -> Block:  # noqa: ARG002 - both views are the newest block
        """Return the newest block."""
        with self._nodes() as nodes:
            header = Header.read(nodes, nodes.pointer(_HEAD_KEY))
            return Block(header.number, header.hash, header.timestamp)

    def code_hash(self, address: str, block: Block) -> bytes:
        """Return the keccak256 of the code at an address; empty bytes where there is no code."""
        with self._nodes() as nodes:
            return State(nodes, Header.read(nodes, block.hash)).code_hash(address)

    def words(self, address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        """Return the storage words at ``slots``, in that order; 0 where none was written."""
        with self._nodes() as nodes:
            return State(nodes, Header.read(nodes, block.hash)).words(address, slots)

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: Block
    ) -> tuple[Registration, ...]:
        """Return the matching ``ReleaseRegistered`` events up to a block, the oldest first."""
        query, values = _EVENTS, [bytes.fromhex(registry[2:]), block.number]
        for position, topic in enumerate(topics_of(wanted)):
            if topic is not None:
                query += f" AND topic{position} = ?"
                values.append(topic)
        with reading(self._path) as connection:
            rows = connection.execute(f"{query} ORDER BY block_number, position", values).fetchall()
        decoded = (registration_of(EventLog(tuple(row[:4]), *row[4:])) for row in rows)
        return tuple(each for each in decoded if each is not None)

    def successors(
        self, registry: str, release_ids: Sequence[bytes], block: Block
    ) -> Mapping[bytes, bytes]:
        """Return the ids of the releases that took the place of superseded ones."""
        query = f"{_EVENTS} AND topic0 = ? AND topic3 = ?"
        known = bytes.fromhex(registry[2:]), block.number, REVOKED_TOPIC
        with reading(self._path) as connection:
            rows = [
                row for each in release_ids for row in connection.execute(query, (*known, each))
            ]
        return successors_in(EventLog(tuple(row[:4]), *row[4:]) for row in rows)

    def signing_keys(self, registry: str, publisher: str, block: Block) -> tuple[bytes, ...]:
        """Return the fingerprints of the signing keys that a publisher added."""
        query = f"{_EVENTS} AND topic0 = ? AND topic1 = ? ORDER BY block_number, position"
        values = (
            bytes.fromhex(registry[2:]),
            block.number,
            SIGNING_KEY_ADDED_TOPIC,
            address_word(publisher),
        )
        with reading(self._path) as connection:
            rows = connection.execute(query, values).fetchall()
        # SQLite keeps all four topics; the event has three.
        return fingerprints_in(EventLog(tuple(row[:3]), *row[4:]) for row in rows)

    @contextmanager
    def _nodes(self) -> Iterator[VerifiedNodes]:
        with reading(self._path) as connection:
            yield VerifiedNodes(Nodes(connection), self._path)

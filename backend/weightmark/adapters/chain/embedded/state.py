"""Headers, accounts and storage words, out of the chain's own trie nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from weightmark.adapters.chain.embedded.database import Nodes, corrupt
from weightmark.domain.keccak import keccak256, uint_word

_NO_CODE_HASH = keccak256(b"")


class VerifiedNodes:
    """The nodes of a chain by their hashes, each one checked against its hash."""

    def __init__(self, nodes: Nodes, path: Path) -> None:
        self._nodes = nodes
        self._path = path

    def __getitem__(self, key: bytes) -> bytes:
        value = self.pointer(key)
        if keccak256(value) != key:
            raise corrupt(self._path, f"the node {key.hex()} was altered")
        return value

    def pointer(self, key: bytes) -> bytes:
        """Return a value that is not stored under its own hash.

        Raises:
            StorageError: It is missing.
        """
        try:
            return self._nodes[key]
        except KeyError:
            raise corrupt(self._path, f"{key!r} is missing") from None


@dataclass(frozen=True, slots=True)
class Header:
    """What is needed of a block header."""

    number: int
    hash: bytes
    timestamp: int
    state_root: bytes

    @classmethod
    def read(cls, nodes: VerifiedNodes, block_hash: bytes) -> Self:
        """Read a header.

        Raises:
            StorageError: It is missing, or altered.
        """
        import rlp

        # Positions 3, 8 and 11 of a header, from the yellow paper, section 4.4.
        fields = rlp.decode(nodes[block_hash])
        number, timestamp = (int.from_bytes(fields[position], "big") for position in (8, 11))
        return cls(number, block_hash, timestamp, fields[3])


class State:
    """The accounts at one block.

    Every method raises `StorageError` when a node of the state is missing or altered.
    """

    def __init__(self, nodes: VerifiedNodes, header: Header) -> None:
        self._nodes = nodes
        self._root = header.state_root

    def code_hash(self, address: str) -> bytes:
        """Return the keccak256 of an account's code; empty bytes where there is none."""
        code_hash = self._account(address)[1]
        return b"" if code_hash == _NO_CODE_HASH else code_hash

    def words(self, address: str, slots: Sequence[int]) -> tuple[int, ...]:
        """Return the storage words of an account at ``slots``, in that order."""
        import rlp

        storage_root = self._account(address)[0]
        if not storage_root:
            return (0,) * len(slots)
        found = (self._get(storage_root, uint_word(slot)) for slot in slots)
        return tuple(int.from_bytes(rlp.decode(value), "big") if value else 0 for value in found)

    def _account(self, address: str) -> tuple[bytes, bytes]:
        import rlp

        encoded = self._get(self._root, bytes.fromhex(address[2:]))
        if not encoded:
            return b"", _NO_CODE_HASH
        _, _, storage_root, code_hash = rlp.decode(encoded)
        return storage_root, code_hash

    def _get(self, root: bytes, key: bytes) -> bytes:
        from trie.hexary import HexaryTrie

        value: bytes = HexaryTrie(self._nodes, root)[keccak256(key)]
        return value

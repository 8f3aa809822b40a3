"""Writing the embedded chain: each call is one block, or leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.embedded.database import corrupt, is_created, writing
from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.errors import TransactionFailedError
from weightmark.ports.chain import TransactionReceipt

if TYPE_CHECKING:
    from eth_keys.datatypes import PrivateKey

    from weightmark.adapters.chain.embedded.machine import Machine

# A block takes some tenths of a second: ten writers in a row are waited for.
LOCK_SECONDS = 30.0


class EmbeddedChainWriter:
    """The embedded chain of this machine, and an account that sends to it.

    The first call creates the chain and deploys the contracts. Every method raises `StorageError`
    when the file cannot be written, and `LockTimeoutError` when another process keeps it locked.
    """

    def __init__(self, path: Path, private_key: bytes, lock_seconds: float = LOCK_SECONDS) -> None:
        self._path = path
        self._private_key = private_key
        self._lock_seconds = lock_seconds

    @property
    def account(self) -> str:
        """The checksummed address of the account that signs."""
        address: str = self._key.public_key.to_checksum_address()
        return address

    def deploy(self) -> tuple[Contract, ...]:
        """Create the chain where there is none yet, and deploy what is missing on it."""
        with self._machine() as machine:
            return machine.deploy()

    def send(self, action: Action) -> TransactionReceipt:
        """Carry an action out; see `ChainWriter`."""
        data = calldata(action)
        with self._machine() as machine:
            machine.deploy()
            return machine.send(self._key, packaged_registry().address, data)

    @cached_property
    def _key(self) -> PrivateKey:
        from eth_keys.datatypes import PrivateKey

        return PrivateKey(self._private_key)

    @contextmanager
    def _machine(self) -> Iterator[Machine]:
        with kept_recursion_limit():
            from eth.exceptions import PyEVMError
            from eth_utils.exceptions import ValidationError
            from trie.exceptions import MissingTrieNode

            from weightmark.adapters.chain.embedded.machine import Machine

        with writing(self._path, self._lock_seconds) as connection:
            try:
                created = is_created(connection, self._path)
                opened = Machine if created else Machine.create
                yield opened(connection, self._path)
            except ValidationError as error:
                raise TransactionFailedError(f"the transaction is not valid: {error}") from error
            except (KeyError, PyEVMError, MissingTrieNode) as error:
                raise corrupt(self._path, repr(error)) from error

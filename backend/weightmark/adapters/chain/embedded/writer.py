"""Writing the embedded chain: each call is one block, or leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.embedded.database import corrupt, is_created, writing
from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.actions import Action
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.domain.networks import EMBEDDED_CHAIN_ID
from weightmark.errors import TransactionFailedError
from weightmark.ports.chain import TransactionReceipt, UnsignedTransaction

if TYPE_CHECKING:
    from weightmark.adapters.chain.embedded.machine import Machine

# A block takes some tenths of a second: ten writers in a row are waited for.
LOCK_SECONDS = 30.0


class EmbeddedChainDrafter:
    """An account on the embedded chain, without its key; see `ChainDrafter`.

    The account pays with coins that it is given, so that nothing costs it anything.
    """

    def __init__(self, path: Path, account: str, lock_seconds: float = LOCK_SECONDS) -> None:
        self._path = path
        self._account = account
        self._lock_seconds = lock_seconds

    @property
    def account(self) -> str:
        """The account's checksummed address."""
        return self._account

    def cost(self, action: Action) -> Cost:
        """Return what an action takes; see `ChainDrafter`."""
        data = calldata(action)
        with self._machine(kept=False) as machine:
            machine.deploy()
            gas = machine.estimate(self._account, packaged_registry().address, data)
            return Cost(gas, gas, 0, 0, machine.balance(self._account))

    def deployment_cost(self) -> Cost:
        """Return that it costs nothing; see `ChainDrafter`."""
        return Cost(0, 0, 0, 0, 0)

    def unsigned(
        self,
        action: Action,
        max_fee: int | None = None,  # noqa: ARG002 - nothing costs too much
    ) -> UnsignedTransaction:
        """Return a transaction for a wallet; see `ChainDrafter`."""
        return UnsignedTransaction(
            chain_id=EMBEDDED_CHAIN_ID,
            sender=self._account,
            to=packaged_registry().address,
            data=calldata(action),
            value=0,
            gas=self.cost(action).gas,
            max_fee_per_gas=0,
            max_priority_fee_per_gas=0,
        )

    @contextmanager
    def _machine(self, *, kept: bool = True) -> Iterator[Machine]:
        with kept_recursion_limit():
            from eth.exceptions import PyEVMError
            from eth_utils.exceptions import ValidationError
            from trie.exceptions import MissingTrieNode

            from weightmark.adapters.chain.embedded.machine import Machine

        with writing(self._path, self._lock_seconds, kept=kept) as connection:
            try:
                created = is_created(connection, self._path)
                opened = Machine if created else Machine.create
                yield opened(connection, self._path)
            except ValidationError as error:
                raise TransactionFailedError(f"the transaction is not valid: {error}") from error
            except (KeyError, PyEVMError, MissingTrieNode) as error:
                raise corrupt(self._path, repr(error)) from error


class EmbeddedChainWriter(EmbeddedChainDrafter):
    """The embedded chain of this machine, and an account that sends to it.

    The first call creates the chain and deploys the contracts. Every method raises `StorageError`
    when the file cannot be written, and `LockTimeoutError` when another process keeps it locked.
    """

    def __init__(self, path: Path, private_key: bytes, lock_seconds: float = LOCK_SECONDS) -> None:
        from eth_keys.datatypes import PrivateKey

        self._key = PrivateKey(private_key)
        super().__init__(path, self._key.public_key.to_checksum_address(), lock_seconds)

    def deploy(
        self,
        max_fee: int | None = None,  # noqa: ARG002 - nothing costs too much
    ) -> tuple[Contract, ...]:
        """Create the chain where there is none yet, and deploy what is missing on it."""
        with self._machine() as machine:
            return machine.deploy()

    def send(
        self,
        action: Action,
        max_fee: int | None = None,  # noqa: ARG002 - nothing costs too much
    ) -> TransactionReceipt:
        """Carry an action out; see `ChainWriter`."""
        data = calldata(action)
        with self._machine() as machine:
            machine.deploy()
            return machine.send(self._key, packaged_registry().address, data)

"""What an account has signed and not yet seen in a block, kept on the disk until it has.

A transaction is written here before it is sent. So a run that is killed between the two, or before
it saw the block, leaves behind what the next run of the same command looks for, instead of sending
a second transaction. Signed transactions are no secrets: they are made to be published.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Annotated

import msgspec

from weightmark.adapters.state.atomic import read_regular, storage_error, write_private
from weightmark.adapters.state.locks import file_lock
from weightmark.domain.fees import Fees
from weightmark.domain.keccak import keccak256
from weightmark.errors import StorageError

# A transaction has at most 128 KiB (geth's txMaxSize); there are a few, in Base64.
MAX_BYTES = 4 * 1024 * 1024

# Nodes forget a transaction that waits within hours or days.
KEPT_SECONDS = 30 * 24 * 3600


class Attempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A transaction as it was signed once: its bytes, and what it offers for each gas."""

    transaction: bytes
    max_fee: int
    priority_fee: int

    @property
    def hash(self) -> bytes:
        """The transaction's hash."""
        return keccak256(self.transaction)

    @property
    def fees(self) -> Fees:
        """What it offers."""
        return Fees(self.max_fee, self.priority_fee)


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payload on its way: one nonce, and all transactions that were signed with it.

    Attributes:
        nonce: The account's nonce, so that at most one of the transactions is carried out.
        gas: The gas that each of them may take.
        block: The number of the chain's newest block before the first of them was sent.
        attempts: The transactions, the newest last.
    """

    nonce: int
    gas: Annotated[int, msgspec.Meta(ge=1)]
    block: int
    attempts: Annotated[tuple[Attempt, ...], msgspec.Meta(min_length=1)]

    @property
    def newest(self) -> Attempt:
        """The transaction that offers most."""
        return self.attempts[-1]


class Journal:
    """The intents of one account on one chain. Its lock is where nonces are given out.

    Args:
        folder: Where they are kept, for all chains that share an id.
        genesis: The hash of the chain's first block: a devnet that is started anew is another
            chain, and knows nothing of what was sent to the one before it.
    """

    def __init__(self, folder: Path, genesis: bytes) -> None:
        self._folder = folder
        self._genesis = genesis

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes and threads from giving out the account's next nonce.

        Raises:
            LockTimeoutError: Another one does not let go of it.
            StorageError: The lock file cannot be made.
        """
        return file_lock(self._folder / "nonces.lock")

    def find(self, key: bytes) -> Intent | None:
        """Return the intent of a payload, if there is one.

        Raises:
            StorageError: It cannot be read, or is damaged.
        """
        path = self._path(key)
        try:
            return msgspec.json.decode(read_regular(path, MAX_BYTES), type=Intent)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error(path, error) from None
        except msgspec.MsgspecError as error:
            raise StorageError(
                f"{path} is damaged: {error}",
                hint="look whether it was carried out; then delete the file",
            ) from None

    def write(self, key: bytes, intent: Intent) -> None:
        """Keep the intent of a payload, and forget those that nobody comes back to.

        Raises:
            StorageError: It cannot be written.
        """
        for path in self._folder.glob("*.json"):
            # What another process has removed, or may not be removed, does no harm.
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                    path.unlink()
        write_private(self._path(key), msgspec.json.encode(intent), replace=True)

    def forget(self, key: bytes) -> None:
        """Forget the intent of a payload, as it is known how it ended.

        Raises:
            StorageError: It cannot be removed.
        """
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(path, error) from None

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{keccak256(self._genesis + key).hex()}.json"

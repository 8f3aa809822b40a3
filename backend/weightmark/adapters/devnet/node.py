"""The node that runs in the background, and what is kept of it.

Its process holds the lock of a file for as long as it lives, whatever ends it: it inherits the
open file that was locked before it started. So whether it runs, and whether a process id is still
its own, is asked of the operating system, and never guessed from a file that may be stale.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Literal

import msgspec

from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.adapters.devnet.program import find_anvil
from weightmark.adapters.state.atomic import private_folder, storage_error, write_private
from weightmark.adapters.state.locks import file_lock
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.domain.text import printable
from weightmark.errors import ChainUnreachableError, DevnetError, StorageError

HOST = "127.0.0.1"
# How often the node writes its state: what is newer is lost if it is killed.
STATE_SECONDS = 5
# How long a node may take to answer, and to write its state and end.
PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.05

_SHOWN_CHARACTERS = 300
# All that the node's process gets of ours, which may hold keys.
_VARIABLES = ("HOME", "PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Node:
    """A node that runs: its process, and its port on this machine."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        """The URL of its JSON-RPC endpoint."""
        return f"http://{HOST}:{self.port}"


class Devnet:
    """One node with its chain, in a folder.

    Every method raises `StorageError` where the folder cannot be used, and `LockTimeoutError` where
    another process starts or ends the node for too long.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        patience: float = PATIENCE_SECONDS,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._patience = patience
        self._sleep = sleep

    @property
    def state_file(self) -> Path:
        """Where the chain is kept while the node does not run."""
        return self._folder / "state.json"

    def up(self, port: int) -> tuple[Node, bool]:
        """Start the node unless it runs, wait until it answers, and say whether it was started.

        Raises:
            MissingExtraError: Anvil is not installed.
            DevnetError: The port is in use, or the node ends or does not answer.
        """
        with self._exclusively():
            running = self._running()
            node = running or self._start(port)
            self._wait(lambda: self._answers(node), f"process {node.pid} does not answer")
            return node, running is None

    def down(self) -> Node | None:
        """End the node, wait until it has written its state, and return it if it ran.

        Raises:
            DevnetError: It does not end.
        """
        with self._exclusively():
            node = self._running()
            if node is not None:
                # It may end by itself meanwhile.
                with suppress(ProcessLookupError):
                    os.kill(node.pid, signal.SIGTERM)
                self._wait(lambda: not self._is_locked(), f"process {node.pid} does not end")
            return node

    def running(self) -> Node | None:
        """Return the node if it runs."""
        with self._exclusively():
            return self._running()

    def _running(self) -> Node | None:
        if not self._is_locked():
            return None
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=Node)
        except (OSError, msgspec.DecodeError):
            raise StorageError(
                f"a node runs, but {self._record} does not say which process it is",
                hint=f"end the anvil that keeps {self._lock} open",
            ) from None

    def _start(self, port: int) -> Node:
        program = find_anvil(self._environment)
        _refuse_port_in_use(port)
        # Whoever is killed between the next two steps leaves a node that nobody takes for another.
        self._forget()
        node = Node(self._spawn([str(program), *self._arguments(port)]), port)
        write_private(self._record, msgspec.json.encode(node), replace=True)
        return node

    def _spawn(self, command: Sequence[str]) -> int:
        environment = self._environment
        with self._opened(self._lock, "ab") as lock, self._opened(self._log, "wb") as log:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                process = subprocess.Popen(  # noqa: S603 - the user's own program
                    command,
                    cwd=self._folder,
                    env={name: environment[name] for name in _VARIABLES if name in environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                raise DevnetError(f"{command[0]} cannot be started: {error.strerror}") from None
        # It outlives this process, which never waits for it: nor should Popen warn that it lives.
        process.returncode = 0
        return process.pid

    def _arguments(self, port: int) -> Sequence[str]:
        place = ("--host", HOST, "--port", str(port), "--chain-id", str(ANVIL_CHAIN_ID))
        state = ("--state", str(self.state_file), "--state-interval", str(STATE_SECONDS))
        # Anvil's own first block is the same in every chain, and a new chain would look to us
        # like the old one rolled back.
        begin = () if self.state_file.exists() else ("--timestamp", str(int(time.time())))
        return (*place, *state, *begin, "--quiet")

    def _answers(self, node: Node) -> bool:
        if not self._is_locked():
            raise DevnetError(
                f"anvil ended at once: {self._last_words()}",
                hint=f"{self._log} may say more; a chain that cannot be read begins anew when "
                f"{self.state_file} is moved away",
            )
        try:
            HttpTransport(node.endpoint).request([("eth_chainId", ())])
        except ChainUnreachableError:
            return False
        return True

    def _wait(self, is_done: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + self._patience
        while not is_done():
            if time.monotonic() > deadline:
                raise DevnetError(
                    f"{otherwise}, after {self._patience:g} seconds", hint="end it by hand"
                )
            self._sleep(PAUSE_SECONDS)

    def _is_locked(self) -> bool:
        with self._opened(self._lock, "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _forget(self) -> None:
        try:
            self._record.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(self._record, error) from None

    def _opened(self, path: Path, mode: Literal["ab", "rb", "wb"]) -> FileIO:
        try:
            return path.open(mode, buffering=0)
        except OSError as error:
            raise storage_error(path, error) from None

    def _last_words(self) -> str:
        with self._opened(self._log, "rb") as log:
            lines = log.read(_SHOWN_CHARACTERS).decode("utf-8", "replace").splitlines()
        return printable(next((line for line in lines if line), "it gave no reason"))

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        private_folder(self._folder)
        with file_lock(self._folder / "commands.lock", 2 * self._patience):
            yield

    @property
    def _record(self) -> Path:
        return self._folder / "node.json"

    @property
    def _lock(self) -> Path:
        return self._folder / "node.lock"

    @property
    def _log(self) -> Path:
        return self._folder / "anvil.log"


def _refuse_port_in_use(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise DevnetError(
                f"port {port} cannot be used: {error.strerror}", hint="choose another with --port"
            ) from None

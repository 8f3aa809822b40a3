"""The fastest that Python can hash a tree: two threads, one reused buffer each, no checks.

Run as a program with the name of a digest and a directory.
"""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import Any

BUFFER_SIZE = 2**20
THREADS = 2


def _files(tree: str) -> list[str]:
    found = [os.path.join(where, name) for where, _, names in os.walk(tree) for name in names]  # noqa: PTH118
    return sorted(found, key=os.path.getsize)


def _new(digest: str) -> Any:  # noqa: ANN401 - two libraries' objects with the same methods
    if digest == "blake3":
        from blake3 import blake3

        return blake3()
    from hashlib import sha256

    return sha256()


def _work(digest: str, files: list[str]) -> None:
    buffer = memoryview(bytearray(BUFFER_SIZE))
    while files:
        with open(files.pop(), "rb", buffering=0) as file:  # noqa: PTH123
            state = _new(digest)
            while count := file.readinto(buffer):
                state.update(buffer[:count])
            state.digest()


def main(digest: str, tree: str) -> None:
    """Hash every file of the tree."""
    files = _files(tree)
    threads = [Thread(target=_work, args=(digest, files)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""Publishes many versions of one model at once, from threads of one process.

``python many_publishes.py FOLDER RPC_URL FIRST COUNT``: the versions are the numbers from
``FIRST`` on, each of files of its own. The key is that of ``WEIGHTMARK_PRIVATE_KEY``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import weightmark


def publish(folder: Path, rpc_url: str, version: int) -> None:
    """Publish one version."""
    model = folder / str(version)
    model.mkdir()
    (model / "model.safetensors").write_bytes(bytes(version))
    publication = weightmark.publish(
        model,
        name="acme/digits",
        version=str(version),
        network="anvil",
        rpc_url=rpc_url,
    )
    assert publication.receipt


if __name__ == "__main__":
    folder, url, first, count = sys.argv[1:]
    versions = range(int(first), int(first) + int(count))
    with ThreadPoolExecutor(len(versions)) as pool:
        list(pool.map(lambda version: publish(Path(folder), url, version), versions))

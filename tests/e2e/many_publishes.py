"""Publishes many versions of one model at once, from threads of one process.

``python many_publishes.py MODEL RPC_URL FIRST COUNT``: the versions are the numbers from
``FIRST`` on. The key is that of ``WEIGHTMARK_PRIVATE_KEY``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import weightmark


def publish(model: Path, rpc_url: str, version: int) -> None:
    """Publish one version, with the manifest outside of the model, which they share."""
    publication = weightmark.publish(
        model,
        name="acme/digits",
        version=str(version),
        out=model.parent / f"{version}.json",
        network="anvil",
        rpc_url=rpc_url,
    )
    assert publication.receipt


if __name__ == "__main__":
    folder, url, first, count = sys.argv[1:]
    versions = range(int(first), int(first) + int(count))
    with ThreadPoolExecutor(len(versions)) as pool:
        list(pool.map(lambda version: publish(Path(folder), url, version), versions))

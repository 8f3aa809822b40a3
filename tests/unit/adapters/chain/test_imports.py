"""What importing heavy packages leaves behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

EMBEDDED = """
from weightmark.adapters.chain.embedded import EmbeddedChainWriter
EmbeddedChainWriter(Path(sys.argv[1]) / "local.sqlite3", bytes(31) + bytes([1])).deploy()
assert "eth" in sys.modules
"""

RPC = """
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.json_rpc import HttpTransport
key, folder = bytes(31) + bytes([1]), Path(sys.argv[1])
RpcChainWriter(HttpTransport("http://127.0.0.1:1"), key, chain_id=1, journals=folder).account
assert "eth_account" in sys.modules
"""


@pytest.mark.parametrize("script", [EMBEDDED, RPC])
def test_a_writer_keeps_the_recursion_limit(script: str, tmp_path: object) -> None:
    program = (
        f"import json, sys\nfrom pathlib import Path\n{script}\n"
        "assert sys.getrecursionlimit() == 1000, sys.getrecursionlimit()\n"
        "try:\n    json.loads('[' * 200_000)\nexcept RecursionError:\n    sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == 7

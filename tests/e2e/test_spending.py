"""What a transaction costs is said before it is spent, and bounded."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

import weightmark
from tests.command import BINARIES, PATIENCE
from tests.e2e.nodes import FOREIGN_NETWORK, PRIVATE_KEY, Node
from tests.e2e.releases import NAME, Release, assert_ends, document, write_model
from weightmark.errors import TransactionFailedError

THERE = ("--network", FOREIGN_NETWORK)
KEY = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "another")


def _blocks(node: Node) -> str:
    return str(node.call("eth_blockNumber"))


def test_a_dry_run_shows_the_cost_and_does_nothing(
    foreign_release: Release, node: Node, model: Path
) -> None:
    weightmark, before = foreign_release.weightmark, _blocks(node)
    publish = ("publish", model, "--name", NAME, "--version", "7.0.0", *THERE, "--dry-run")
    assert_ends(weightmark(*publish, env=KEY), 0, "cost", "gas at", "balance", "coins")
    found = document(weightmark(*publish, "--json", env=KEY))
    cost = found["cost"]
    assert cost["total"] == cost["gas"] * cost["fee_per_gas"] > 0
    assert cost["max_total"] > cost["total"]
    assert set(found) == {"reference", "artifact_root", "artifact_cid", "network", "cost"}
    revoke = ("revoke", foreign_release.reference, "--reason", "withdrawn", "--dry-run", *THERE)
    assert document(weightmark(*revoke, "--json", env=KEY))["cost"]["gas"] > 21_000
    assert not (model / "weightmark.json").exists()
    assert _blocks(node) == before


def test_a_dry_run_says_what_would_be_refused(
    foreign_release: Release, node: Node, model: Path
) -> None:
    weightmark = foreign_release.weightmark
    publish = ("publish", model, "--name", NAME, *THERE, "--dry-run", "--version")
    assert_ends(weightmark(*publish, "1.0.0", env=KEY), 0, "nothing to do")
    (model / "config.json").write_text("other\n")
    assert_ends(weightmark(*publish, "1.0.0", env=KEY), 1, "registered already")
    stranger = {"WEIGHTMARK_PRIVATE_KEY": "11" * 32}
    mine = ("--publisher", foreign_release.publisher)
    assert_ends(weightmark(*publish, "7.0.0", *mine, env=stranger), 1, "may not do this")
    assert_ends(weightmark(*publish, "7.0.0", env=stranger), 3, "has 0", "send coins")


def test_a_bound_is_kept(foreign_release: Release, node: Node, model: Path) -> None:
    weightmark, before = foreign_release.weightmark, _blocks(node)
    publish = ("publish", model, "--name", NAME, "--version", "8.0.0", *THERE, "--yes")
    little = weightmark(*publish, "--max-fee", "0.000000000000000001", env=KEY)
    assert_ends(little, 3, "--max-fee", "may cost 0.0")
    assert not (model / "weightmark.json").exists()
    for wrong in ("-1", "1e-3", "0x1", "0,1", "1.0000000000000000001"):
        assert_ends(weightmark(*publish, f"--max-fee={wrong}", env=KEY), 4, "coins")
    deploy = ("network", "deploy", FOREIGN_NETWORK)
    assert_ends(weightmark(*deploy, "--max-fee", "much"), 4, "coins")
    assert _blocks(node) == before
    assert_ends(weightmark(*publish, "--max-fee", "1", env=KEY), 0, "cost: about", "published")


def test_a_program_is_bound_where_it_says_nothing(
    foreign_release: Release, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTMARK_PRIVATE_KEY", "11" * 32)
    home = foreign_release.home
    with pytest.raises(TransactionFailedError, match="has 0, and this may cost up to"):
        weightmark.publish(
            model, name=NAME, version="8.0.0", network=FOREIGN_NETWORK, data_dir=home
        )


def test_without_a_terminal_nothing_is_spent(
    foreign_release: Release, node: Node, model: Path
) -> None:
    weightmark, before = foreign_release.weightmark, _blocks(node)
    publish = ("publish", model, "--name", NAME, "--version", "9.0.0", *THERE)
    assert_ends(weightmark(*publish, env=KEY), 2, "--yes", "--dry-run")
    revoke = ("revoke", foreign_release.reference, "--reason", "withdrawn", *THERE)
    assert_ends(weightmark(*revoke, env=KEY), 2, "--yes")
    assert _blocks(node) == before


@pytest.mark.parametrize(("answer", "status"), [("n", 130), ("y", 0)])
def test_a_terminal_is_asked(
    foreign_release: Release, node: Node, model: Path, answer: str, status: int
) -> None:
    weightmark, before = foreign_release.weightmark, _blocks(node)
    named = ("--name", "acme/asked", "--version", "1", *THERE)
    controller, terminal = pty.openpty()
    os.write(controller, f"{answer}\n".encode())
    finished = subprocess.run(
        [BINARIES / "weightmark", "publish", model, *named],
        stdin=terminal,
        capture_output=True,
        encoding="utf-8",
        env=weightmark.environment(None, KEY),
        timeout=PATIENCE,
        check=False,
    )
    os.close(controller)
    os.close(terminal)
    assert_ends(finished, status, "cost: about", "gas at", "balance: ", "go on?")
    assert (_blocks(node) != before) is (answer == "y")
    assert (model / "weightmark.json").exists() is (answer == "y")


def test_a_wallet_is_given_the_transaction(
    foreign_release: Release, node: Node, model: Path
) -> None:
    weightmark = foreign_release.weightmark
    publish = ("publish", model, "--name", NAME, "--version", "10.0.0", *THERE, "--unsigned-tx")
    wallet = node.call("eth_accounts")[5]
    found = document(weightmark(*publish, "--publisher", wallet))
    transaction = found["transaction"]
    assert (transaction["value"], transaction["chainId"]) == ("0x0", hex(node.chain_id))
    assert int(transaction["maxFeePerGas"], 16) > int(transaction["maxPriorityFeePerGas"], 16) >= 0
    node.call("eth_sendTransaction", transaction)
    node.finalize()
    verified = weightmark("verify", model, "--release", found["reference"], *THERE)
    assert_ends(verified, 0, "verified")

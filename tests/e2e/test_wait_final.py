"""Whoever waits until it is final is told that it is, and nothing is sent for it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.nodes import FOREIGN_NETWORK, PRIVATE_KEY, Node
from tests.e2e.releases import Release, assert_ends, write_model

THERE = ("--network", FOREIGN_NETWORK)
KEY = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
WAIT = ("--wait-final", "1")


def test_what_is_final_is_waited_for(foreign_release: Release, node: Node, tmp_path: Path) -> None:
    weightmark, model = foreign_release.weightmark, write_model(tmp_path / "waited")
    publish = ("publish", model, "--name", "acme/waited", "--version", "1", *THERE, "--yes")
    revoke = ("revoke", "me/acme/waited@1", "--reason", "withdrawn", *THERE, "--yes")
    for command, done in ((publish, "published"), (revoke, "revoked as withdrawn")):
        finished = weightmark(*command, env=KEY)
        assert_ends(finished, 0, done)
        assert ("not final yet" in finished.stdout) is (command is publish)
        node.finalize()
        blocks = node.call("eth_blockNumber")
        waited = weightmark(*command, *WAIT, env=KEY)
        assert_ends(waited, 0, "before; nothing to do")
        assert "not final yet" not in waited.stdout
        assert node.call("eth_blockNumber") == blocks
        if command is publish:
            assert_ends(weightmark("verify", model, *THERE), 0, "verified")


def test_on_a_chain_of_this_machine_everything_is_final(release: Release) -> None:
    named = ("--name", "acme/other", "--version", "1")
    assert_ends(release.weightmark("publish", release.model, *named, *WAIT), 0, "published")


def test_what_is_not_sent_is_not_waited_for(release: Release) -> None:
    weightmark, told = release.weightmark, "--wait-final belongs to what is sent"
    publish = ("publish", release.model, "--name", "acme/other", "--version", "1", *WAIT)
    assert_ends(weightmark(*publish, "--dry-run"), 2, told)
    revoke = ("revoke", release.reference, "--reason", "withdrawn", *WAIT)
    assert_ends(weightmark(*revoke, "--unsigned-tx"), 2, told)
    assert_ends(weightmark("submit", release.model, *WAIT, "--dry-run"), 2, told)
    assert_ends(weightmark(*publish[:-1], "0"), 2, "--wait-final")

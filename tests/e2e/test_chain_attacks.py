"""Attacks by whoever tells what is on the chain."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.nodes import (
    CHAIN_ID,
    FOREIGN_NETWORK,
    PRIVATE_KEY,
    Lie,
    Node,
    lying_endpoint,
)
from tests.e2e.releases import (
    Finished,
    Release,
    assert_ends,
    document,
    problems,
    write_model,
)

CHAIN = "chain/local.sqlite3"
NAMED = ("--name", "acme/digits", "--version", "1.0.0")
NEWEST = ("--release", "me/acme/digits")
NOBODY_LISTENS = "http://127.0.0.1:1"
PATIENCE = 60.0


def verify_through(release: Release, node: Node, lie: Lie, *arguments: str) -> Finished:
    with lying_endpoint(node, lie) as url:
        return release.verify("--network", FOREIGN_NETWORK, "--rpc-url", url, *arguments)


# The embedded chain.


def test_an_older_chain_put_back(release: Release, following: Release) -> None:
    shutil.copyfile(release.home / CHAIN, following.home / CHAIN)
    finished = release.weightmark("verify", release.model, home=following.home, env={})
    assert_ends(finished, 1, "behind what was seen here before", "release 1", "after release 2")


def test_a_chain_from_before_a_revocation_put_back(release: Release) -> None:
    before = (release.home / CHAIN).read_bytes()
    revoke = ("revoke", "me/acme/digits@1.0.0", "--reason", "compromised")
    assert_ends(release.weightmark(*revoke), 0)
    (release.home / CHAIN).write_bytes(before)
    assert_ends(release.verify(), 1, "behind what was seen here before")


def test_an_older_release_offered_as_the_newest(release: Release, following: Release) -> None:
    finished = following.weightmark("verify", release.model, *NEWEST)
    assert_ends(finished, 1, "this is 1.0.0; the newest release is 1.1.0")
    assert_ends(following.verify(*NEWEST), 0, "1.1.0 is the newest release")
    assert_ends(following.weightmark("verify", release.model), 0)


def test_the_same_version_with_other_bytes(release: Release) -> None:
    before = document(release.weightmark("log", "me/acme/digits", "--json"))
    manifest = release.manifest.read_bytes()
    (release.model / "config.json").write_text("{}")
    finished = release.weightmark("publish", release.model, *NAMED)
    assert_ends(finished, 1, "acme/digits 1.0.0 is registered already", "--version")
    assert document(release.weightmark("log", "me/acme/digits", "--json")) == before
    assert release.manifest.read_bytes() == manifest


def test_no_chain(release: Release, tmp_path: Path) -> None:
    (release.home / CHAIN).unlink()
    finished = release.verify()
    assert_ends(finished, 3, "nothing has been published on 'local' yet", "weightmark publish")
    for command in ("show", "log"):
        assert_ends(release.weightmark(command, "me/acme/digits"), 3, "'local'")


@pytest.mark.parametrize("content", [b"garbage" * 1000, b""], ids=["garbage", "empty"])
def test_a_chain_that_is_no_chain(release: Release, content: bytes) -> None:
    (release.home / CHAIN).write_bytes(content)
    assert_ends(release.verify(), 3, "local")


def test_a_chain_that_was_cut_off(release: Release) -> None:
    size = (release.home / CHAIN).stat().st_size
    with (release.home / CHAIN).open("r+b") as file:
        file.truncate(size // 2)
    assert_ends(release.verify(), 3, "local.sqlite3", "damaged")


def test_an_altered_word_in_the_chain(release: Release) -> None:
    """The state is a Merkle tree: who alters a word would have to alter the newest block."""
    data = (release.home / CHAIN).read_bytes()
    shown = document(release.weightmark("show", "me/acme/digits", "--json"))
    commitment = bytes.fromhex(shown["commitment"][2:])
    assert commitment in data
    (release.home / CHAIN).write_bytes(data.replace(commitment, bytes(31) + b"\x01"))
    assert_ends(release.verify(), 3, "was altered")


def test_the_embedded_chain_has_no_endpoint(release: Release) -> None:
    assert_ends(
        release.verify("--rpc-url", NOBODY_LISTENS), 3, "the embedded chain has no endpoint"
    )


# A chain that others share.


def test_a_release_that_is_final(foreign_release: Release, node: Node) -> None:
    finished = foreign_release.verify("--json")
    assert_ends(finished, 0)
    outcomes = {check["name"]: check["outcome"] for check in document(finished)["checks"]}
    assert (outcomes["chain"], outcomes["freeze"]) == ("passed", "passed")


def test_a_release_that_is_not_final_yet(foreign_release: Release, node: Node) -> None:
    foreign_release.manifest.unlink()
    (foreign_release.model / "config.json").write_text("{}")
    pending = node.publish(foreign_release.weightmark, foreign_release.model, "2.0.0")
    assert_ends(pending.verify(), 3, "its block is not final yet")
    node.finalize()
    assert_ends(pending.verify(), 0)


def test_a_revocation_that_is_not_final_counts(foreign_release: Release, node: Node) -> None:
    foreign_release.manifest.unlink()
    (foreign_release.model / "config.json").write_text("[]")
    release = node.publish(foreign_release.weightmark, foreign_release.model, "3.0.0")
    node.finalize()
    assert_ends(release.verify(), 0)
    reason = ("--reason", "compromised")
    assert_ends(node.send(release.weightmark, "revoke", release.reference, *reason), 0)
    assert problems(release.verify("--json"), 1) == {"revocation": []}


def test_a_chain_that_was_rolled_back(foreign_release: Release, node: Node) -> None:
    assert_ends(foreign_release.verify(), 0)

    def go_back(method: str, parameters: list[Any], truth: Any) -> Any:
        if method != "eth_getBlockByNumber" or parameters[0] == "0x0":
            return truth
        past = int(truth["number"], 16) - 1
        return node.call("eth_getBlockByNumber", hex(past), False)

    finished = verify_through(foreign_release, node, go_back)
    assert_ends(finished, 1, "the chain is behind what was seen here before")


def test_a_frozen_chain(foreign_release: Release, node: Node, tmp_path: Path) -> None:
    def freeze(method: str, parameters: list[Any], truth: Any) -> Any:
        if method == "eth_getBlockByNumber":
            truth["timestamp"] = hex(int(time.time()) - 7200)
        return truth

    finished = verify_through(foreign_release, node, freeze)
    assert_ends(finished, 3, "seconds old; the policy allows 3600")
    policy = tmp_path / "policy.toml"
    policy.write_text("max_head_age = 10000\n")
    assert_ends(verify_through(foreign_release, node, freeze, "--policy", str(policy)), 0)


def test_a_look_alike_contract(foreign_release: Release, node: Node) -> None:
    def other_code(method: str, parameters: list[Any], truth: Any) -> Any:
        return truth + "00" if method == "eth_getCode" else truth

    finished = verify_through(foreign_release, node, other_code)
    assert_ends(
        finished, 1, "is not Weightmark's ModelRegistry", "code hash", "do not use this endpoint"
    )


def test_a_contract_that_is_not_there(foreign_release: Release, node: Node) -> None:
    def no_code(method: str, parameters: list[Any], truth: Any) -> Any:
        return "0x" if method == "eth_getCode" else truth

    finished = verify_through(foreign_release, node, no_code)
    assert_ends(finished, 3, "not deployed", f"weightmark network deploy {FOREIGN_NETWORK}")


def test_another_chain(foreign_release: Release, node: Node) -> None:
    def other_chain(method: str, parameters: list[Any], truth: Any) -> Any:
        return "0x1" if method == "eth_chainId" else truth

    finished = verify_through(foreign_release, node, other_chain)
    assert_ends(finished, 3, f"serves chain 1, not {CHAIN_ID}")


def test_words_that_say_something_else(foreign_release: Release, node: Node) -> None:
    def forge(method: str, parameters: list[Any], truth: Any) -> Any:
        forged = method == "eth_getStorageAt" and len(truth) == 66 and truth.strip("0x")
        return f"{truth[:-2]}ee" if forged else truth

    found = problems(verify_through(foreign_release, node, forge, "--json"), 1)
    assert "registration" in found


@pytest.mark.parametrize(
    ("method", "nonsense"),
    [
        ("eth_chainId", "-0x1"),
        ("eth_getBlockByNumber", None),
        ("eth_getBlockByNumber", {"number": "0x1"}),
        ("eth_getCode", "0xzz"),
        ("eth_getStorageAt", 7),
        ("eth_getStorageAt", "0x" + "f" * 1000),
    ],
)
def test_answers_that_mean_nothing(
    foreign_release: Release, node: Node, method: str, nonsense: object
) -> None:
    finished = verify_through(
        foreign_release, node, lambda called, _, truth: nonsense if called == method else truth
    )
    assert_ends(finished, 3, "cannot be understood")


def test_events_that_are_left_out(foreign_release: Release, node: Node) -> None:
    def leave_out(method: str, parameters: list[Any], truth: Any) -> Any:
        return truth[:-1] if method == "eth_getLogs" else truth

    with lying_endpoint(node, leave_out) as url:
        for command in ("show", "log"):
            finished = foreign_release.weightmark(
                command, f"{FOREIGN_NETWORK}:me/acme/digits", "--rpc-url", url
            )
            assert_ends(finished, 3, "does not agree with the model's head")


@pytest.mark.usefixtures("first_foreign_release")
def test_the_same_address_on_another_chain(release: Release, node: Node, tmp_path: Path) -> None:
    """The publisher of the embedded chain is a stranger elsewhere, be it with the same key."""
    weightmark = release.weightmark
    added = ("--chain-id", str(CHAIN_ID), "--rpc-url", node.url)
    assert_ends(weightmark("network", "add", FOREIGN_NETWORK, *added), 0)
    model = write_model(tmp_path / "other")
    key = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    named = ("--name", "acme/same-key", "--version", "1.0.0", "--json")
    here = weightmark("publish", model, *named, env=key)
    assert_ends(here, 0)
    publisher = document(here)["reference"].partition(":")[2].partition("/")[0]
    assert_ends(weightmark("trust", "add", "same", f"local:{publisher}"), 0)
    assert_ends(weightmark("verify", model), 0, "trusted as 'same'")
    found = problems(weightmark("verify", model, "--network", FOREIGN_NETWORK, "--json"), 1)
    assert {"trust", "registration"} <= found.keys()


def test_verifying_at_an_endpoint_imports_nothing_that_sends(
    foreign_release: Release, node: Node
) -> None:
    """Each takes longer to import than the verification of a small model takes."""
    program = (
        "import sys\nfrom weightmark.cli.main import run\n"
        "status = run(sys.argv[1:])\n"
        "heavy = {'web3', 'eth_account', 'eth_abi', 'eth', 'trie', 'rich'}\n"
        "print('imported', sorted(heavy & sys.modules.keys()), 'httpx2' in sys.modules)\n"
        "sys.exit(status)"
    )
    assert_ends(_verified_by(program, foreign_release), 0, "verified", "imported [] True")


def test_reading_the_embedded_chain_needs_no_network(release: Release) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__): sys.exit('a socket was opened')\n"
        "socket.socket.__init__ = refuse\n"
        "import weightmark.cli.main as main\nmain.main()"
    )
    assert_ends(_verified_by(program, release), 0, "verified")


def _verified_by(program: str, release: Release) -> Finished:
    """Verify a release with a program in Python, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program, "verify", release.model],
        env=release.weightmark.environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )

"""Registered is not trusted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import Release, assert_ends, document, problems

pytestmark = pytest.mark.covered

STRANGER = {"WEIGHTMARK_PRIVATE_KEY": "0x" + "57" * 32}
NOBODY = "0x52908400098527886E0F7030069857D2E4169EE7"
EMBEDDED_CHAIN = 0x574D4B


@pytest.fixture
def untrusted(release: Release) -> Release:
    """Return a release whose publisher nobody here trusts any longer."""
    assert_ends(release.weightmark("trust", "remove", "me"), 0, release.publisher)
    return release


def test_a_publisher_that_nobody_trusts(untrusted: Release) -> None:
    finished = untrusted.verify()
    assert_ends(finished, 1, f"nobody here trusts the publisher {untrusted.publisher}")
    assert "name it with --network" in finished.stdout
    assert "weightmark trust add" not in finished.stdout
    finished = untrusted.verify("--network", "local")
    assert (
        f"weightmark trust add NICKNAME {EMBEDDED_CHAIN}:{untrusted.publisher}" in finished.stdout
    )


def test_who_may_be_trusted_and_how(untrusted: Release, tmp_path: Path) -> None:
    policy, publisher = tmp_path / "policy.toml", f"{EMBEDDED_CHAIN}:{untrusted.publisher}"
    policy.write_text(f'publishers = ["{publisher}"]\n')
    other = tmp_path / "their-trust.toml"
    added = untrusted.weightmark("trust", "add", "acme", publisher, "--trust", other)
    assert_ends(added, 0, publisher)
    assert_ends(untrusted.verify("--policy", policy), 0, "the policy names the publisher")
    assert_ends(untrusted.verify("--release", untrusted.reference), 0, "the reference gives")
    assert_ends(untrusted.verify("--trust", other), 0, "trusted as 'acme'")
    assert "trust" in problems(untrusted.verify("--json"), 1)


def test_a_nickname_never_changes_its_meaning(release: Release) -> None:
    before = (release.home / "trust.toml").read_bytes()
    same = ("trust", "add", "me", f"local:{release.publisher}")
    assert_ends(release.weightmark(*same), 0)
    finished = release.weightmark("trust", "add", "me", f"local:{NOBODY}")
    assert_ends(finished, 1, "'me' stands for", release.publisher)
    assert (release.home / "trust.toml").read_bytes() == before


def test_somebody_else_registers_a_copy(release: Release, tmp_path: Path) -> None:
    """Registered by two, trusted one: look-ups list both, and never say who the author is."""
    copied = shutil.copytree(release.model, tmp_path / "copied")
    named = ("--name", "acme/digits", "--version", "1.0.0", "--json")
    finished = release.weightmark("publish", copied, *named, env=STRANGER)
    assert_ends(finished, 0)
    theirs = document(finished)["reference"]
    assert theirs != release.reference

    assert problems(release.weightmark("verify", copied, "--json"), 1) == {"trust": []}
    wrong = release.weightmark("verify", copied, "--release", "me/acme/digits@1.0.0", "--json")
    assert problems(wrong, 1).keys() == {"reference", "trust"}
    assert_ends(release.verify(), 0)

    listed = release.weightmark("find", release.model / "config.json", "--json")
    assert {each["reference"] for each in document(listed)} == {theirs, release.reference}
    shown = release.weightmark("find", release.model / "config.json")
    assert_ends(shown, 0, theirs, release.reference)
    assert "author" not in shown.stdout


@pytest.mark.parametrize(
    ("reference", "status", "named"),
    [
        (f"{NOBODY}/acme/digits@1.0.0", 1, f"not {NOBODY}"),
        ("me/acme/other@1.0.0", 1, "the name is acme/digits, not acme/other"),
        ("me/acme/digits@9.9.9", 1, "the version is 1.0.0, not 9.9.9"),
        ("stranger/acme/digits", 4, "no trusted publisher is called 'stranger'"),
        ("nochain:me/acme/digits", 4, "no network is called 'nochain'"),
        ("sepolia:me/acme/digits", 4, "no trusted publisher is called 'me' on chain 11155111"),
        ("acme digits", 4, "'acme digits' is not a reference"),
        ("0x123/acme/digits", 4, "0x123"),
    ],
)
def test_another_release_than_was_asked_for(
    release: Release, reference: str, status: int, named: str
) -> None:
    assert_ends(release.verify("--release", reference), status, named)


def test_a_network_that_contradicts_the_reference(release: Release) -> None:
    finished = release.verify("--release", release.reference, "--network", "sepolia")
    assert_ends(finished, 2, "sepolia", "contradicts")


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (("acme", NOBODY), 2, f"weightmark trust add acme CHAIN:{NOBODY}"),
        (("acme", f"nochain:{NOBODY}"), 4, "'nochain'"),
        (("Acme Inc", f"local:{NOBODY}"), 4, "'Acme Inc' is not a nickname"),
        (("acme", "local:0x52908400098527886e0f7030069857d2e4169eE7"), 4, "0x5290840009852788"),
    ],
)
def test_what_cannot_be_trusted(
    run_weightmark: Weightmark, arguments: tuple[str, str], status: int, named: str
) -> None:
    assert_ends(run_weightmark("trust", "add", *arguments), status, named)
    assert document(run_weightmark("trust", "list", "--json")) == []


def test_a_malformed_trust_file(release: Release) -> None:
    (release.home / "trust.toml").write_text("[[publisher]]\nnickname = 3\n")
    assert_ends(release.verify(), 4, "trust.toml", "malformed")


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ("max_head_age = 'old'", "max_head_age"),
        ("trust_everybody = true", "trust_everybody"),
        ("digests = ['md5']", "md5"),
        ("a = [", "the policy cannot be read"),
    ],
)
def test_a_malformed_policy(release: Release, policy: str, named: str) -> None:
    path = release.model.parent / "policy.toml"
    path.write_text(policy)
    assert_ends(release.verify("--policy", path), 4, named)


def test_a_policy_that_is_not_there(release: Release) -> None:
    assert_ends(release.verify("--policy", "no-policy.toml"), 4, "no-policy.toml")


def test_a_policy_that_forbids_the_digest(release: Release, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('digests = ["blake3"]\n')
    finished = release.verify("--policy", path)
    assert_ends(finished, 1, "the policy does not allow the digest sha2-256")


@pytest.mark.parametrize("directory", [".", "tokenizer"])
def test_a_download_cannot_bring_its_own_configuration(release: Release, directory: str) -> None:
    (release.model / directory / "weightmark.toml").write_text('trust = "trust.toml"\n')
    finished = release.weightmark("verify", release.model, cwd=release.model / directory)
    assert_ends(finished, 4, "weightmark.toml", "inside the artifact")


@pytest.mark.parametrize("command", ["verify", "manifest verify", "find"])
@pytest.mark.parametrize("name", ["weightmark.toml", "trust.toml"])
def test_what_lies_beside_a_single_file_may_have_come_with_it(
    release: Release, command: str, name: str
) -> None:
    (release.model / name).write_text("")
    named = {"WEIGHTMARK_TRUST": name} if name == "trust.toml" else {}
    finished = release.weightmark(
        *command.split(), "model.safetensors", cwd=release.model, env=named
    )
    assert_ends(finished, 4, name, "inside the artifact")

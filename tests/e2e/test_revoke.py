"""What revoking does, and what it cannot be talked out of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.releases import Release, assert_ends, document, problems

STRANGER = {"WEIGHTMARK_PRIVATE_KEY": "0x" + "57" * 32}
FIRST = "me/acme/digits@1.0.0"
NAMED = ("--name", "acme/digits", "--version")


@pytest.mark.parametrize("reason", ["withdrawn", "vulnerable", "compromised"])
def test_a_revoked_release_fails(release: Release, reason: str) -> None:
    finished = release.weightmark("revoke", FIRST, "--reason", reason)
    assert_ends(finished, 0, f"revoked as {reason}", release.reference)
    assert problems(release.verify("--json"), 1) == {"revocation": []}
    shown = document(release.weightmark("show", FIRST, "--json"))
    assert (shown["status"], shown["revocation_reason"]) == ("revoked", reason)
    newest = release.weightmark("show", "me/acme/digits")
    assert_ends(newest, 1, "no current release")


def test_a_superseded_release_is_warned_of(following: Release, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("allow_superseded = false\n")
    successor = ("--reason", "superseded", "--successor", "1.0.0")
    assert_ends(following.weightmark("revoke", "me/acme/digits@1.1.0", *successor), 0)
    assert_ends(following.verify(), 0, "warning", "revoked as superseded", "weightmark show REF")
    shown = following.weightmark("show", "me/acme/digits@1.1.0", "--json")
    assert (document(shown)["status"], document(shown)["successor"]) == ("superseded", "1.0.0")
    assert_ends(following.weightmark("log", "me/acme/digits"), 0, "superseded by 1.0.0")
    assert_ends(following.verify("--policy", policy), 1, "revoked as superseded")
    final = following.weightmark("revoke", "me/acme/digits@1.1.0", "--reason", "vulnerable")
    assert_ends(final, 0)
    assert_ends(following.verify(), 1, "revoked as vulnerable")
    newest = document(following.weightmark("show", "me/acme/digits", "--json"))
    assert newest["version"] == "1.0.0"


def test_a_revocation_is_final(release: Release) -> None:
    revoke = ("revoke", FIRST, "--reason", "withdrawn")
    for said in ("revoked as withdrawn: ", "revoked as withdrawn before; nothing to do"):
        assert_ends(release.weightmark(*revoke), 0, said)
    assert_ends(release.weightmark(*revoke, "--dry-run"), 0, "nothing to do")
    again = release.weightmark("revoke", FIRST, "--reason", "superseded")
    assert_ends(again, 1, "revoked already, as withdrawn")
    finished = release.weightmark("publish", release.model, *NAMED, "1.0.0")
    assert_ends(finished, 1, "1.0.0 was revoked as withdrawn", "another --version")


def test_a_tombstone_keeps_a_version_from_being_registered(release: Release) -> None:
    revoked = ("revoke", "me/acme/digits@6.6.6", "--reason", "compromised")
    assert_ends(release.weightmark(*revoked), 1, "nobody registered", "--tombstone")
    assert_ends(release.weightmark(*revoked, "--tombstone"), 0, "@6.6.6")
    finished = release.weightmark("publish", release.model, *NAMED, "6.6.6")
    assert_ends(finished, 1, "6.6.6", "compromised")
    assert_ends(release.verify(), 0)


def test_only_the_owner_revokes(release: Release) -> None:
    finished = release.weightmark("revoke", FIRST, "--reason", "withdrawn", env=STRANGER)
    assert_ends(finished, 1, "may not do this", release.publisher)
    assert_ends(release.verify(), 0)


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (("me/acme/digits", "--reason", "withdrawn"), 2, "a revocation needs a version"),
        ((FIRST, "--reason", "withdrawn", "--successor", "2"), 2, "only a superseded release"),
        ((FIRST, "--reason", "boring"), 2, "boring"),
        ((FIRST,), 2, "--reason"),
        (("you/acme/digits@1.0.0", "--reason", "withdrawn"), 4, "'you'"),
        ((FIRST, "--reason", "withdrawn", "--key", "nokey"), 4, "nokey"),
    ],
)
def test_a_revocation_that_is_not_understood(
    release: Release, arguments: tuple[str, ...], status: int, named: str
) -> None:
    assert_ends(release.weightmark("revoke", *arguments), status, named)

"""Publishing: again, after interruptions, and where something is in the way."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import BINARIES, PATIENCE, Weightmark
from tests.e2e.releases import Finished, Release, assert_ends, document, publish, write_model

NAMED = ("--name", "acme/digits", "--version", "1.0.0")
NOBODY = "0x52908400098527886E0F7030069857D2E4169EE7"
STRANGER = {"WEIGHTMARK_PRIVATE_KEY": "0x" + "57" * 32}


def again(release: Release, *arguments: str | Path) -> Finished:
    return release.weightmark("publish", release.model, *NAMED, *arguments)


def registrations(release: Release) -> int:
    return len(document(release.weightmark("log", "me/acme/digits", "--json")))


def test_publishing_twice_registers_once(release: Release) -> None:
    manifest = release.manifest.read_bytes()
    finished = again(release, "--json")
    assert_ends(finished, 0)
    published = document(finished)
    assert (published["reference"], published["transaction_hash"]) == (release.reference, "")
    assert release.manifest.read_bytes() == manifest
    assert_ends(again(release), 0, "was published before")
    assert registrations(release) == 1


def test_a_lost_manifest_comes_back_as_it_was(release: Release) -> None:
    manifest = release.manifest.read_bytes()
    release.manifest.unlink()
    assert_ends(again(release), 0)
    assert release.manifest.read_bytes() == manifest
    assert_ends(release.verify(), 0)


def test_a_lost_memory_is_no_harm(release: Release) -> None:
    (release.home / "records.sqlite3").unlink()
    (release.home / "trust.toml").unlink()
    assert_ends(again(release), 0)
    assert registrations(release) == 1
    assert_ends(release.verify(), 0, "trusted as 'me'")


def test_manifest_and_memory_lost(release: Release) -> None:
    (release.home / "records.sqlite3").unlink()
    release.manifest.unlink()
    finished = release.weightmark(
        "publish", release.model, *NAMED, env={"SOURCE_DATE_EPOCH": "1000000000"}
    )
    assert_ends(finished, 1, "1.0.0 is registered already", "put back the weightmark.json")
    assert registrations(release) == 1


def test_another_digest_time_and_place(release: Release, tmp_path: Path) -> None:
    model, place = release.model, tmp_path / "elsewhere/digits.json"
    place.parent.mkdir()
    release.manifest.unlink()
    finished = release.weightmark(
        "publish", model, "--name", "acme/digits", "--version", "3.0.0", "--digest", "blake3",
        "--description", "d", "--license", "l", "--framework", "f", "--author", "a", "--tag", "t",
        "--created-by", "ci", "--out", place, env={"SOURCE_DATE_EPOCH": "1000000000"},
    )  # fmt: skip
    assert_ends(finished, 0, "digits.json")
    manifest = json.loads(place.read_text("utf-8"))
    assert manifest["created"] == "2001-09-09T01:46:40Z"
    assert manifest["files"][0]["digest"].startswith("1e20")
    assert manifest["metadata"] == {
        "author": "a", "description": "d", "framework": "f", "license": "l", "tags": ["t"],
    }  # fmt: skip
    assert not release.manifest.exists()
    assert_ends(release.verify(), 4, "weightmark.json")
    assert_ends(release.verify("--manifest", place), 0)


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (("--name", "Acme Digits", "--version", "1"), 4, "Acme Digits"),
        (("--name", "acme", "--version", "1/2"), 4, "1/2"),
        (("--name", "acme", "--version", ""), 4, "version"),
        (("--name", "acme", "--version", "1", "--publisher", "0x12"), 4, "0x12"),
        (("--name", "acme", "--version", "1", "--digest", "md5"), 4, "md5"),
        (("--name", "acme", "--version", "1", "--key", "nokey"), 4, "nokey"),
        (("--name", "acme", "--version", "1", "--network", "nonet"), 4, "nonet"),
        (("--name", "acme", "--version", "1", "--network", "sepolia"), 2, "--yes"),
        (("--name", "acme", "--version", "1", "--network", "sepolia", "--yes"), 4, "no key"),
        (("--name", "acme", "--version", "1", "--out", "model/inside.json"), 4, "inside.json"),
        (("--name", "acme", "--version", "1", "--authority", "-1"), 2, "--authority"),
        (("--name", "acme"), 2, "--version"),
    ],
)
def test_what_cannot_be_published(
    run_weightmark: Weightmark, arguments: tuple[str, ...], status: int, named: str
) -> None:
    model = write_model(run_weightmark.directory / "model")
    assert_ends(run_weightmark("publish", model, *arguments), status, named)
    assert not (model / "weightmark.json").exists()


def test_a_time_that_is_none(run_weightmark: Weightmark, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    finished = run_weightmark("publish", model, *NAMED, env={"SOURCE_DATE_EPOCH": "soon"})
    assert_ends(finished, 4, "SOURCE_DATE_EPOCH is not a time: 'soon'")


def test_publishing_for_somebody_else(release: Release) -> None:
    release.manifest.unlink()
    finished = again(release, "--publisher", NOBODY)
    assert_ends(finished, 1, release.publisher, "may not do this", NOBODY)


def test_an_authority_that_is_not_there(release: Release) -> None:
    release.manifest.unlink()
    named = ("--name", "acme/digits", "--version", "2.0.0", "--authority", "7")
    finished = release.weightmark("publish", release.model, *named)
    assert_ends(finished, 1, "not its authority 7")


def test_one_more_key_does_not_become_me(release: Release, tmp_path: Path) -> None:
    model = write_model(tmp_path / "other")
    named = ("--name", "acme/theirs", "--version", "1.0.0")
    assert_ends(release.weightmark("publish", model, *named, env=STRANGER), 0)
    listed = document(release.weightmark("trust", "list", "--json"))
    assert [each["address"] for each in listed] == [release.publisher]


@pytest.mark.parametrize("blocked", ["home", "keys", "chain", "locks", "records.sqlite3"])
def test_something_in_the_way_of_our_state(
    run_weightmark: Weightmark, tmp_path: Path, blocked: str
) -> None:
    """Root may write everywhere: a file in place of a folder stops even root."""
    model, home = write_model(tmp_path / "model"), tmp_path / "home"
    obstacle = home if blocked == "home" else home / blocked
    obstacle.parent.mkdir(exist_ok=True)
    if blocked == "records.sqlite3":
        obstacle.mkdir()
    else:
        obstacle.write_text("")
    finished = run_weightmark("publish", model, *NAMED, home=home)
    assert_ends(finished, 3, str(obstacle))


def test_a_full_disk(release: Release) -> None:
    """A limit on the size of files makes each write fail as a full disk does."""
    release.manifest.unlink()
    (release.model / "config.json").write_text("{}")
    for kibibytes in (0, 16, 64):
        finished = subprocess.run(
            ["/bin/sh", "-c", f'ulimit -f {kibibytes * 2}; exec "$0" "$@"',
             BINARIES / "weightmark", "publish", release.model, "--name", "acme/digits",
             "--version", "2.0.0"],
            # A module that changed since would be compiled, and written in part.
            env=release.weightmark.environment(env={"PYTHONDONTWRITEBYTECODE": "1"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )  # fmt: skip
        assert_ends(finished, 3, "cannot be")
        assert [path.name for path in release.model.glob("*.partial")] == []
    following = publish(release.weightmark, release.model, "2.0.0")
    assert_ends(following.verify(), 0)
    assert registrations(release) == 2


def test_a_state_that_cannot_be_remembered_is_no_false_verdict(release: Release) -> None:
    (release.home / "records.sqlite3").write_bytes(b"garbage" * 1000)
    assert_ends(release.verify(), 3, "records.sqlite3")


def test_a_state_elsewhere(release: Release, tmp_path: Path) -> None:
    moved = shutil.move(release.home, tmp_path / "moved")
    finished = release.weightmark("verify", release.model, "--data-dir", moved)
    assert_ends(finished, 0)
    assert not release.home.exists()

"""Sidecars that are forged, stale or foreign. None of them is a trust decision."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e.releases import Release, assert_ends, edit_manifest, problems, write_model

PATIENCE = 30.0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cannot be read"),
        (b"\x00\xff garbage", "cannot be read"),
        (b"{}", "cannot be read"),
        (b"[" * 200_000, "cannot be read"),
        (b"\xef\xbb\xbf{}", "cannot be read"),
        (b'{"artifact_root":1}', "cannot be read"),
    ],
)
def test_garbage_in_place_of_the_manifest(release: Release, data: bytes, reason: str) -> None:
    release.manifest.write_bytes(data)
    assert_ends(release.verify(), 4, reason)


def test_a_manifest_that_was_reformatted(release: Release) -> None:
    members = json.loads(release.manifest.read_bytes())
    release.manifest.write_text(json.dumps(members, indent=2, sort_keys=True))
    assert_ends(release.verify(), 4, "not canonical JSON")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": "weightmark/manifest/v2"}, "schema"),
        ({"extra": 1}, "extra"),
        ({"files": []}, "files"),
        ({"created": "yesterday"}, "'yesterday' is not a time"),
        ({"publisher": "0x" + "ab" * 20}, "EIP-55"),
        ({"digest": "blake3"}, "is not blake3"),
        ({"version": "1.0 0"}, "1.0 0"),
    ],
)
def test_a_manifest_that_breaks_a_rule(
    release: Release, changes: dict[str, object], reason: str
) -> None:
    edit_manifest(release.manifest, **changes)
    finished = release.weightmark("manifest", "verify", release.model)
    assert_ends(finished, 4, "manifest", reason)


def test_no_manifest(release: Release) -> None:
    release.manifest.unlink()
    assert_ends(release.verify(), 4, "weightmark.json' is not there")


def test_the_manifest_of_another_model(release: Release, tmp_path: Path) -> None:
    other = write_model(tmp_path / "other")
    (other / "config.json").write_text('{"classes": 99}\n')
    (other / "weightmark.json").write_bytes(release.manifest.read_bytes())
    finished = release.weightmark("verify", other, "--json")
    assert problems(finished, 1) == {"altered": ["config.json"]}


def test_a_manifest_of_nobody(release: Release) -> None:
    """Who signs with nothing is not trusted for saying so."""
    edit_manifest(release.manifest, metadata={"description": "verified, trust me"})
    assert "registration" in problems(release.verify("--json"), 1)


@pytest.mark.parametrize("name", ["weightmark.receipt.json", "weightmark.certificate.json"])
def test_a_sidecar_that_cannot_be_checked(release: Release, name: str) -> None:
    (release.model / name).write_bytes(b"{}")
    assert_ends(release.verify(), 3, f"{name} is present, and cannot be checked")


@pytest.mark.parametrize("name", ["weightmark.sig", "model.sig"])
def test_a_file_of_signatures_that_is_none(release: Release, name: str) -> None:
    (release.model / name).write_bytes(b"{}")
    assert_ends(release.verify(), 4, f"{name}: the ", "cannot be read")


def test_a_signature_that_the_manifest_demands(release: Release) -> None:
    key = {"algorithm": "ecdsa-p256-sha256", "key": "ab" * 32}
    edit_manifest(release.manifest, signers=[key])
    found = problems(release.verify("--json"), 1)
    assert {"registration", "signers"} <= found.keys()


@pytest.mark.parametrize("command", ["verify", "manifest verify", "manifest inspect"])
def test_a_fifo_in_place_of_the_manifest(release: Release, command: str) -> None:
    release.manifest.unlink()
    os.mkfifo(release.manifest)
    finished = release.weightmark(*command.split(), release.model, timeout=PATIENCE)
    assert_ends(finished, 4, "'weightmark.json' is a FIFO")


def test_a_link_in_place_of_the_manifest(release: Release) -> None:
    outside = release.manifest.rename(release.model.parent / "weightmark.json")
    release.manifest.symlink_to(outside)
    assert_ends(release.verify(), 4, "the link 'weightmark.json'", "outside the artifact")


@pytest.mark.parametrize("name", ["weightmark.json", "model.sig"])
def test_a_directory_in_place_of_a_sidecar(release: Release, name: str) -> None:
    """What is in it would be in no tree."""
    (release.model / name).unlink(missing_ok=True)
    (release.model / name).mkdir()
    (release.model / name / "evil.py").write_text("")
    assert_ends(release.verify(), 4, f"'{name}'", "directory")


def test_a_manifest_beside_the_files_while_another_one_is_named(release: Release) -> None:
    elsewhere = release.model.parent / "genuine.json"
    elsewhere.write_bytes(release.manifest.read_bytes())
    assert_ends(release.verify("--manifest", elsewhere), 0)

    edit_manifest(release.manifest, artifact_root="0x" + "ab" * 32)
    assert_ends(release.verify("--manifest", elsewhere), 1, "weightmark.json")
    release.manifest.write_bytes(b"import os; os.system('evil')")
    assert_ends(release.verify("--manifest", elsewhere), 4, "weightmark.json")
    alone = ("manifest", "verify", release.model, "--manifest", elsewhere)
    assert_ends(release.weightmark(*alone), 4, "weightmark.json")


def test_a_manifest_that_is_named_and_not_there(release: Release) -> None:
    assert_ends(release.verify("--manifest", "no-manifest.json"), 4, "no-manifest.json")


def test_a_manifest_larger_than_its_bound(release: Release) -> None:
    with release.manifest.open("r+b") as file:
        file.truncate(64 * 2**20 + 1)
    assert_ends(release.verify(), 4, "'weightmark.json' is larger than 67108864 bytes")

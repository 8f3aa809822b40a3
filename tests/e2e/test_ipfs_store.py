"""The embedded block store, by the real command: what is kept, what is lost, and what is freed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.releases import Finished, Release, assert_ends, document
from weightmark.adapters.ipfs.store import BlockStore
from weightmark.domain.content_address import parse_cid
from weightmark.domain.ipfs.unpacking import list_files, read_file

STORE = ("ipfs", "store")


def publish(release: Release, version: str, *arguments: str | Path) -> Finished:
    named = ("--name", "acme/digits", "--version", version)
    return release.weightmark("publish", release.model, *named, *arguments)


def files_in(release: Release, cid: str) -> dict[str, bytes]:
    """Read a pinned artifact out of the store."""
    store = BlockStore(release.home / "ipfs")
    files = list_files(parse_cid(cid), store.get)
    return {path: b"".join(read_file(file, store.get)) for path, file in files.items()}


def files_of(release: Release) -> dict[str, bytes]:
    files = (path for path in release.model.rglob("*") if path.is_file())
    named = {path.relative_to(release.model).as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in named.items() if path != "weightmark.json"}


def replace_by_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def replace_by_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/passwd")


@pytest.mark.covered
def test_a_release_is_pinned_read_back_lost_and_pinned_again(release: Release) -> None:
    told = document(publish(release, "1.1.0", "--pin", "--json"))
    cid = told["artifact_cid"]
    assert (told["pinned_at"], cid) == (["embedded"], _cid(release))
    assert files_in(release, cid) == files_of(release)
    assert files_in(release, told["manifest_cid"]) == {"": release.manifest.read_bytes()}
    listed = document(release.weightmark(*STORE, "list", "--json"))
    assert [(each["cid"], each["label"], each["kind"]) for each in listed[1:]] == [
        (told["manifest_cid"], told["reference"], "manifest"),
        (cid, told["reference"], "artifact"),
    ]
    assert_ends(release.weightmark(*STORE, "list"), 0, cid, "artifact")
    assert_ends(release.weightmark(*STORE, "verify"), 0, "verified: 3 pins")

    weights = release.model / "model.safetensors"
    before = weights.read_bytes()
    for harm, what in (
        (lambda file: file.write_bytes(b"!" + before[1:]), "has changed since it was pinned"),
        (replace_by_fifo, "has changed since it was pinned"),
        (replace_by_link, "is gone"),
        (Path.unlink, "is gone"),
    ):
        harm(weights)
        assert_ends(release.weightmark(*STORE, "verify"), 1, f"model.safetensors' {what}")
        weights.unlink(missing_ok=True)
        weights.write_bytes(before)
    weights.unlink()
    reports = document(release.weightmark(*STORE, "verify", "--json"))
    assert [len(each["problems"]) for each in reports] == [0, 0, 1]

    weights.write_bytes(before)
    assert_ends(publish(release, "1.1.0", "--pin", "--copy"), 0, "before, and is pinned", cid)
    shutil.rmtree(release.model)
    assert_ends(release.weightmark(*STORE, "verify"), 0)


def _cid(release: Release) -> str:
    return release.weightmark("ipfs", "cid", release.model).stdout.strip()


def test_what_is_not_pinned_any_more_is_freed(release: Release) -> None:
    told = document(publish(release, "1.1.0", "--pin", "--copy", "--json"))
    nothing = {"blocks": 0, "files": 0, "size": 0}
    assert document(release.weightmark(*STORE, "gc", "--json")) == nothing
    unpinned = release.weightmark(*STORE, "unpin", told["artifact_cid"])
    assert_ends(unpinned, 0, "pinned no longer")
    freed = document(release.weightmark(*STORE, "gc", "--json"))
    assert freed["files"] == len(files_of(release))
    assert freed["size"] > 0
    assert_ends(release.weightmark(*STORE, "unpin", told["artifact_cid"]), 4, "is not pinned")
    assert_ends(release.weightmark(*STORE, "unpin", "bafy"), 4, "is not a CID")
    assert_ends(release.weightmark(*STORE, "verify"), 0, "verified: 2 pins")


def test_what_was_registered_without_an_address_is_not_pinned(release: Release) -> None:
    refused = publish(release, "1.0.0", "--pin")
    assert_ends(refused, 1, "was published without --pin", "hint: publish under another --version")
    assert_ends(publish(release, "1.0.0"), 0, "nothing to do")
    assert_ends(release.verify(), 0)


def test_options_that_make_no_sense(release: Release) -> None:
    assert_ends(publish(release, "1.1.0", "--copy"), 2, "add --pin")
    assert_ends(publish(release, "1.1.0", "--ipfs", "x"), 2, "'x' keeps no content", "embedded")


def test_a_preview_pins_nothing(release: Release) -> None:
    assert_ends(publish(release, "1.1.0", "--pin", "--dry-run"), 0)
    assert len(document(release.weightmark(*STORE, "list", "--json"))) == 1

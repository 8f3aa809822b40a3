"""No room for what a command writes: it says so, ends with 3, and what was there stays whole.

A limit on the size of files stands for the disk: a write beyond it fails, wherever it is.
"""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import BINARIES, PATIENCE
from tests.e2e.releases import Finished, Release, assert_ends, document, write_model

NAMED = ("--name", "acme/digits", "--version", "1.1.0")
KIB = 2**10
# Of one file: too small for a manifest, and for the chain.
SIZES = (0, 64)


def limit_of(size: int) -> Callable[[], None]:
    """Return what lets no file of a process grow beyond a size in KiB."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size * KIB, size * KIB))

    return limit


def run_within(size: int, release: Release, *arguments: str | Path) -> Finished:
    # A module that changed since would be compiled, and written in part.
    given = {"WEIGHTMARK_KEY_PASSWORD": "correct horse", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [BINARIES / "weightmark", *arguments],
        cwd=release.weightmark.directory,
        env=release.weightmark.environment(env=given),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        preexec_fn=limit_of(size),
        check=False,
    )


@pytest.mark.parametrize("size", SIZES)
def test_publishing(release: Release, tmp_path: Path, size: int) -> None:
    model = write_model(tmp_path / "next")
    publish = ("publish", model, *NAMED)
    finished = run_within(size, release, *publish, "--json")
    error = document(finished)["error"]
    assert (finished.returncode, error["code"], finished.stderr) == (3, "storage", "")
    assert "cannot be" in error["message"]
    assert error["hint"]
    assert not list(model.glob(".weightmark-*"))
    assert_ends(release.verify(), 0)
    assert_ends(release.weightmark(*publish), 0)
    assert_ends(release.weightmark("verify", model), 0, "1.1.0")
    log = document(release.weightmark("log", "me/acme/digits", "--json"))
    assert len(log) == 2


def test_copying_what_is_pinned(release: Release, tmp_path: Path) -> None:
    model = write_model(tmp_path / "next")
    (model / "large.bin").write_bytes(bytes(SIZES[-1] * KIB + 1))
    publish = ("publish", model, *NAMED, "--pin", "--copy")
    assert_ends(
        run_within(SIZES[-1], release, *publish), 3, "'large.bin' cannot be copied", "hint:"
    )
    assert list((release.home / "ipfs/copies").iterdir()) == []
    assert_ends(release.weightmark(*publish), 0)
    assert_ends(release.weightmark("ipfs", "store", "verify"), 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("manifest", "create", "model", *NAMED),
        ("trust", "add", "acme", "1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ("network", "add", "ours", "--chain-id", "4242", "--rpc-url", "http://127.0.0.1:1"),
        ("keys", "generate", "release"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_other_commands_that_write(release: Release, arguments: tuple[str, ...]) -> None:
    def files() -> dict[Path, bytes]:
        folders = (release.home, release.model)
        found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in found if not path.name.endswith(".lock")}

    before = files()
    words = [release.model if word == "model" else word for word in arguments]
    assert_ends(run_within(0, release, *words), 3, "cannot be", "hint:")
    told = run_within(0, release, *words, "--json")
    assert (told.returncode, document(told)["error"]["code"]) == (3, "storage")
    assert files() == before

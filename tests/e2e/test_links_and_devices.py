"""What is no regular file, or leads to one elsewhere. Nothing of it may be read, or hang."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import Release, assert_ends, problems, write_model

NAMED = ("--name", "acme/digits", "--version", "1.0.0")
# A command that opened a FIFO would wait for a writer for ever.
PATIENCE = 30.0


def make_socket(path: Path) -> None:
    # Relative, as the name of a socket has at most 107 bytes.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


KINDS: dict[str, Callable[[Path], None]] = {
    "a FIFO": os.mkfifo,
    "a socket": make_socket,
    "a device": make_device,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_regular_file(run_weightmark: Weightmark, tmp_path: Path, kind: str) -> None:
    model = write_model(tmp_path / "model")
    KINDS[kind](model / "odd")
    finished = run_weightmark("manifest", "create", model, *NAMED, timeout=PATIENCE)
    assert_ends(finished, 4, f"'odd' is {kind}")


def test_a_listed_file_replaced_by_a_fifo(release: Release) -> None:
    (release.model / "config.json").unlink()
    os.mkfifo(release.model / "config.json")
    finished = release.weightmark("verify", release.model, timeout=PATIENCE)
    assert_ends(finished, 4, "'config.json' is a FIFO", "NOT VERIFIED")


@pytest.mark.parametrize("command", ["verify", "manifest verify", "manifest inspect", "find"])
def test_a_fifo_in_place_of_the_artifact(
    run_weightmark: Weightmark, tmp_path: Path, command: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    finished = run_weightmark(*command.split(), tmp_path / "pipe", timeout=PATIENCE)
    assert_ends(finished, 4, "pipe")


@pytest.mark.parametrize("option", ["--manifest", "--policy", "--trust", "--key"])
@pytest.mark.parametrize("kind", ["a FIFO", "a device"])
def test_no_file_in_place_of_one_that_an_option_names(
    release: Release, tmp_path: Path, option: str, kind: str
) -> None:
    made = {"a FIFO": os.mkfifo, "a device": _link_to_zero}
    made[kind](tmp_path / "odd")
    arguments: tuple[str | Path, ...] = ("verify", release.model)
    if option == "--key":
        arguments = ("publish", release.model, "--name", "acme/digits", "--version", "2.0.0")
    finished = release.weightmark(*arguments, option, tmp_path / "odd", timeout=PATIENCE)
    assert_ends(finished, 4, "zero" if "zero" in finished.stdout else "odd")


def _link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("command", ["verify", "manifest verify", "manifest inspect", "find"])
@pytest.mark.parametrize("name", ["loop", "x" * 300], ids=["loop", "too-long"])
def test_a_place_that_cannot_be(
    run_weightmark: Weightmark, tmp_path: Path, command: str, name: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    finished = run_weightmark(*command.split(), tmp_path / name)
    # A message shows no more than the beginning of what is too long.
    assert_ends(finished, 4, name[:4])
    assert "bug" not in finished.stderr


def test_a_device_in_place_of_the_artifact(run_weightmark: Weightmark) -> None:
    finished = run_weightmark("manifest", "create", "/dev/zero", *NAMED, timeout=PATIENCE)
    assert_ends(finished, 4, "'zero' is a device")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../secret", "outside the artifact"),
        ("/etc/passwd", "outside the artifact"),
        ("..", "outside the artifact"),
        ("nowhere", "cannot be followed"),
        ("link", "cannot be followed"),
        (".", "a directory above it"),
    ],
)
def test_a_link_that_leads_elsewhere(
    run_weightmark: Weightmark, tmp_path: Path, target: str, reason: str
) -> None:
    model = write_model(tmp_path / "model")
    (tmp_path / "secret").write_text("outside")
    (model / "link").symlink_to(target)
    finished = run_weightmark("manifest", "create", model, *NAMED)
    assert_ends(finished, 4, "the link 'link'", reason)


def test_a_listed_file_replaced_by_a_link_to_the_same_bytes(release: Release) -> None:
    outside = (release.model / "config.json").rename(release.model.parent / "config.json")
    (release.model / "config.json").symlink_to(outside)
    finished = release.verify("--json")
    assert problems(finished, 4) == {"files": []}
    assert "config.json" in finished.stdout
    assert "outside the artifact" in finished.stdout


def test_a_directory_replaced_by_a_link_to_the_same_files(release: Release) -> None:
    outside = (release.model / "tokenizer").rename(release.model.parent / "tokenizer")
    (release.model / "tokenizer").symlink_to(outside)
    assert_ends(release.verify(), 4, "the link 'tokenizer'", "outside the artifact")


def test_links_that_stay_inside_are_followed(release: Release) -> None:
    (release.model / "config.json").rename(release.model / "tokenizer/real")
    (release.model / "config.json").symlink_to("tokenizer/real")
    assert problems(release.verify("--json"), 1) == {"extra": ["tokenizer/real"]}


def hub_snapshot(release: Release, cache: Path) -> Path:
    """Lay a release out as a Hugging Face cache does: links into a folder of blobs."""
    snapshot, blobs = (
        cache / "models--acme--digits/snapshots/abc",
        cache / "models--acme--digits/blobs",
    )
    blobs.mkdir(parents=True)
    for number, source in enumerate(sorted(release.model.rglob("*"))):
        if source.is_file():
            link = snapshot / source.relative_to(release.model)
            link.parent.mkdir(parents=True, exist_ok=True)
            (blobs / str(number)).write_bytes(source.read_bytes())
            link.symlink_to(os.path.relpath(blobs / str(number), link.parent))
    return snapshot


def test_a_snapshot_in_a_hub_cache(release: Release, tmp_path: Path) -> None:
    snapshot = hub_snapshot(release, tmp_path / "hub")
    assert_ends(release.weightmark("verify", snapshot), 0, "verified")
    blob = (snapshot / "model.safetensors").resolve()
    blob.write_bytes(bytes(blob.stat().st_size))
    finished = release.weightmark("verify", snapshot, "--json")
    assert problems(finished, 1) == {"altered": ["model.safetensors"]}


def test_a_snapshot_that_leads_out_of_its_cache(release: Release, tmp_path: Path) -> None:
    snapshot = hub_snapshot(release, tmp_path / "hub")
    outside = tmp_path / "hub/models--other--model/blobs"
    outside.mkdir(parents=True)
    stolen = (snapshot / "config.json").resolve().rename(outside / "0")
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to(stolen)
    finished = release.weightmark("verify", snapshot)
    assert_ends(finished, 4, "the link 'config.json'", "outside the artifact")

"""Content addresses and CAR files, by the real command: what is true, and what attackers send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import Release, assert_ends
from tests.earlier import write_files
from tests.fakes.blocks import Stored
from tests.unixfs_trees import Tree
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.profiles import PROFILES, UNIXFS_V1_2025

FILES = {
    "config.json": b"{}",
    "empty": b"",
    "重み/層-0.bin": bytes(range(256)) * 9000,
    "weights/copy.bin": bytes(range(256)) * 9000,
}
CAR = ("ipfs", "car")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_files(tmp_path / "model", FILES)


@pytest.mark.covered
@pytest.mark.parametrize("profile", PROFILES)
def test_a_model_goes_through_a_car_file(
    run_weightmark: Weightmark, model: Path, tmp_path: Path, profile: str
) -> None:
    stored = Stored()
    cid = cid_text(stored.add_files(FILES, PROFILES[profile]))
    printed = run_weightmark("ipfs", "cid", model, "--profile", profile)
    assert_ends(printed, 0)
    assert printed.stdout == f"{cid}\n"
    car, back = tmp_path / "model.car", tmp_path / "back"
    given = (model, "--out", car, "--profile", profile, "--json")
    exported = run_weightmark(*CAR, "export", *given)
    assert_ends(exported, 0)
    size = sum(map(len, FILES.values()))
    content = {"cid": cid, "files": len(FILES), "size": size}
    assert json.loads(exported.stdout) == {"car": str(car), "profile": profile, **content}
    for block in stored.blocks.values():
        assert car.read_bytes().count(block) or not block
    assert_ends(run_weightmark(*CAR, "import", car, "--out", back), 0, f"wrote {back}")
    assert {
        path.relative_to(back).as_posix(): path.read_bytes()
        for path in back.rglob("*")
        if path.is_file()
    } == FILES
    again = run_weightmark("ipfs", "cid", back, "--profile", profile, "--json")
    assert json.loads(again.stdout) == {"profile": profile, **content}


def test_one_file_has_an_address_of_its_own(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    file = model / "config.json"
    cid = Tree("unixfs-v1-2025", {"": ("{}", 2)}).cid()
    assert run_weightmark("ipfs", "cid", file).stdout == f"{cid}\n"
    car, back = tmp_path / "file.car", tmp_path / "back.json"
    assert_ends(run_weightmark(*CAR, "export", file, "--out", car), 0)
    assert_ends(run_weightmark(*CAR, "import", car, "--out", back), 0)
    assert back.read_bytes() == b"{}"


def test_sidecars_and_ignored_files_are_left_out(release: Release) -> None:
    run = release.weightmark
    with_sidecars = run("ipfs", "cid", release.model).stdout
    release.manifest.unlink()
    assert run("ipfs", "cid", release.model).stdout == with_sidecars
    (release.model / "notes.tmp").write_bytes(b"notes")
    assert run("ipfs", "cid", release.model).stdout != with_sidecars
    assert run("ipfs", "cid", release.model, "--ignore", "*.tmp").stdout == with_sidecars


def test_what_cannot_be_addressed(run_weightmark: Weightmark, model: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert_ends(run_weightmark("ipfs", "cid", tmp_path / "none"), 4, "is not there")
    assert_ends(run_weightmark("ipfs", "cid", tmp_path / "nothing"), 4, "holds no files")
    assert_ends(run_weightmark("ipfs", "cid", model, "--profile", "x"), 2, "unknown profile 'x'")
    (model / "link").symlink_to("/etc/passwd")
    assert_ends(run_weightmark("ipfs", "cid", model), 4, "link")


def test_nothing_that_is_there_is_overwritten(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    car = tmp_path / "model.car"
    inside = run_weightmark(*CAR, "export", model, "--out", model / "model.car")
    assert_ends(inside, 4, "lies inside the artifact")
    assert_ends(run_weightmark(*CAR, "export", model, "--out", car), 0)
    before = car.read_bytes()
    assert_ends(run_weightmark(*CAR, "export", model, "--out", car), 1, "exists")
    assert_ends(run_weightmark(*CAR, "import", car, "--out", model), 1, "exists")
    assert car.read_bytes() == before


def _sent(tmp_path: Path, stored: Stored, root: bytes) -> Path:
    stored.root = root
    path = tmp_path / "sent.car"
    path.write_bytes(stored.car())
    return path


def _altered(stored: Stored) -> bytes:
    root = stored.add_files(FILES, UNIXFS_V1_2025)
    leaf = next(cid for cid, block in stored.blocks.items() if len(block) == 2**20)
    stored.blocks[leaf] = b"!" + stored.blocks[leaf][1:]
    return root


def _lacking(stored: Stored) -> bytes:
    root = stored.add_files(FILES, UNIXFS_V1_2025)
    del stored.blocks[next(cid for cid, block in stored.blocks.items() if len(block) == 2**20)]
    return root


def _stowaway(stored: Stored) -> bytes:
    stored.raw(b"stowaway")
    return stored.add_files(FILES, UNIXFS_V1_2025)


def _climbing(stored: Stored) -> bytes:
    return stored.directory({"..": stored.directory({"evil": stored.raw(b"x")})})


def _absolute(stored: Stored) -> bytes:
    return stored.directory({"/etc/evil": stored.raw(b"x")})


def _link(stored: Stored) -> bytes:
    return stored.directory({"a": stored.node(b"\x08\x04\x12\x0b/etc/passwd")})


def _bomb(stored: Stored) -> bytes:
    """A few blocks that stand for more than any disk holds."""
    root, size = stored.raw(bytes(2**20)), 2**20
    for _ in range(4):
        root, size = stored.file([size] * 1024, [root] * 1024, size * 1024), size * 1024
    return root


def _oversized(stored: Stored) -> bytes:
    return stored.raw(bytes(MAX_BLOCK_SIZE + 1))


ATTACKS = {
    "is not what its CID says": (_altered, 4),
    "lacks the block": (_lacking, 4),
    "that its root does not lead to": (_stowaway, 4),
    "a component '.' or '..'": (_climbing, 4),
    "with '/' in a name": (_absolute, 4),
    "neither a file nor a directory": (_link, 4),
    "bytes are needed": (_bomb, 3),
    "larger than 2097152 bytes": (_oversized, 4),
}


@pytest.mark.parametrize("message", ATTACKS)
def test_what_attackers_send_is_refused_and_leaves_nothing(
    run_weightmark: Weightmark, tmp_path: Path, message: str
) -> None:
    attack, status = ATTACKS[message]
    stored = Stored()
    car = _sent(tmp_path, stored, attack(stored))
    there = sorted(tmp_path.iterdir())
    assert_ends(run_weightmark(*CAR, "import", car, "--out", tmp_path / "out"), status, message)
    assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>", bytes(1000)])
def test_what_is_no_car_file(run_weightmark: Weightmark, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "sent.car").write_bytes(data)
    finished = run_weightmark(
        *CAR, "import", tmp_path / "sent.car", "--out", tmp_path / "out", "--json"
    )
    assert_ends(finished, 4, "bad-content")
    assert not (tmp_path / "out").exists()

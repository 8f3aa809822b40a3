"""Attacks on the files of a release, and on the paths in its manifest."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.command import Weightmark
from tests.e2e.releases import (
    Release,
    assert_ends,
    document,
    edit_manifest,
    files_of,
    problems,
    publish,
    write_model,
)

WEIGHTS = "model.safetensors"
NAMED = ("--name", "acme/digits", "--version", "1.0.0")


def flip_one_byte(model: Path) -> None:
    data = bytearray((model / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (model / WEIGHTS).write_bytes(data)


def flip_one_byte_and_keep_the_time(model: Path) -> None:
    before = (model / WEIGHTS).stat()
    flip_one_byte(model)
    os.utime(model / WEIGHTS, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(model: Path) -> None:
    os.truncate(model / WEIGHTS, 10)


def swap_contents(model: Path) -> None:
    one, other = model / "config.json", model / "tokenizer/vocabulary.txt"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def add(path: str) -> Callable[[Path], None]:
    def attack(model: Path) -> None:
        (model / path).parent.mkdir(parents=True, exist_ok=True)
        (model / path).write_bytes(b"evil")

    return attack


def remove(model: Path) -> None:
    (model / WEIGHTS).unlink()


def replace_by_a_directory(model: Path) -> None:
    remove(model)
    add(f"{WEIGHTS}/part")(model)


ATTACKS: dict[str, tuple[Callable[[Path], object], dict[str, list[str]]]] = {
    "one byte flipped": (flip_one_byte, {"altered": [WEIGHTS]}),
    "the same with the old time": (flip_one_byte_and_keep_the_time, {"altered": [WEIGHTS]}),
    "a file cut off": (cut, {"altered": [WEIGHTS]}),
    "contents of two files swapped": (
        swap_contents,
        {"altered": ["config.json", "tokenizer/vocabulary.txt"]},
    ),
    "a file removed": (remove, {"missing": [WEIGHTS]}),
    "a file renamed": (
        lambda model: (model / WEIGHTS).rename(model / "weights.safetensors"),
        {"missing": [WEIGHTS], "extra": ["weights.safetensors"]},
    ),
    "a file replaced by a directory": (
        replace_by_a_directory,
        {"missing": [WEIGHTS], "extra": [f"{WEIGHTS}/part"]},
    ),
    "code added": (add("modeling_evil.py"), {"extra": ["modeling_evil.py"]}),
    "compiled code added": (
        add("__pycache__/model.cpython-311.pyc"),
        {"extra": ["__pycache__/model.cpython-311.pyc"]},
    ),
    "a hidden file added": (add(".git/hooks/x"), {"extra": [".git/hooks/x"]}),
    "a file among the hub's leftovers": (
        add(".cache/huggingface/download/evil.metadata"),
        {"extra": [".cache/huggingface/download/evil.metadata"]},
    ),
    "a sidecar's name in a folder": (
        add("tokenizer/weightmark.json"),
        {"extra": ["tokenizer/weightmark.json"]},
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_files_that_are_not_the_published_ones(release: Release, name: str) -> None:
    attack, expected = ATTACKS[name]
    attack(release.model)
    assert problems(release.verify("--json"), 1) == expected


def test_what_is_wrong_is_shown_to_people(release: Release) -> None:
    flip_one_byte(release.model)
    (release.model / "evil.py").write_text("")
    finished = release.verify()
    assert_ends(finished, 1, WEIGHTS, "altered", "evil.py", "not listed", "NOT VERIFIED")


def test_files_of_two_releases_mixed(release: Release, following: Release) -> None:
    (following.model / WEIGHTS).write_bytes((release.model / WEIGHTS).read_bytes())
    assert problems(following.verify("--json"), 1) == {"altered": [WEIGHTS]}


def test_the_manifest_of_another_release(release: Release, following: Release) -> None:
    following.manifest.write_bytes(release.manifest.read_bytes())
    assert problems(following.verify("--json"), 1) == {"altered": [WEIGHTS]}


def test_a_manifest_adapted_to_altered_files(release: Release) -> None:
    flip_one_byte(release.model)
    created = release.weightmark("manifest", "create", release.model, *NAMED)
    assert_ends(created, 0)
    assert_ends(release.weightmark("manifest", "verify", release.model), 0, "no chain was read")
    finished = release.verify("--json")
    assert "registration" in problems(finished, 1)
    assert "has other content" in finished.stdout


def test_a_root_that_does_not_follow_from_the_files(release: Release) -> None:
    edit_manifest(release.manifest, artifact_root="0x" + "ab" * 32)
    found = problems(release.verify("--json"), 1)
    assert {"artifact-root", "registration"} <= found.keys()


def test_part_of_a_release(release: Release) -> None:
    (release.model / WEIGHTS).unlink()
    finished = release.verify("--only", "config*", "--json")
    verdict = document(finished)
    assert finished.returncode == 0
    assert verdict["partial"] is True
    (files,) = (check for check in verdict["checks"] if check["name"] == "files")
    assert files["outcome"] == "warned"
    assert files["paths"] == [WEIGHTS, "tokenizer/vocabulary.txt"]


def test_a_part_that_matches_nothing(release: Release) -> None:
    finished = release.weightmark("manifest", "verify", release.model, "--only", "*.gguf")
    assert_ends(finished, 4, "no file of the release matches *.gguf")


def test_an_added_file_fails_a_part_as_well(release: Release) -> None:
    (release.model / "evil.py").write_text("")
    finished = release.weightmark("manifest", "verify", release.model, "--only", "config*")
    assert_ends(finished, 1, "evil.py")


def test_files_hidden_under_ignored_paths(release: Release, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("allow_ignores = false\n")
    (release.model / "notes.log").write_text("harmless")
    release.manifest.unlink()
    ignoring = publish(release.weightmark, release.model, "2.0.0", "--ignore", "*.log")
    (release.model / "hidden.log").write_text("import os")
    assert_ends(ignoring.verify(), 0, "leaves out *.log", "hidden.log", "notes.log", "warning")
    assert "policy" in problems(ignoring.verify("--policy", policy, "--json"), 1)


def test_a_release_of_one_file(release: Release) -> None:
    weightmark, model = release.weightmark, release.model / WEIGHTS
    sidecar = release.model / f"{WEIGHTS}.weightmark.json"
    publish(weightmark, model, "1.0.0-onnx")
    assert [entry["path"] for entry in files_of(sidecar)] == [WEIGHTS]
    assert_ends(weightmark("verify", model), 0)

    other = model.rename(model.with_name("other.safetensors"))
    sidecar.rename(other.with_name("other.safetensors.weightmark.json"))
    finished = weightmark("verify", other, "--json")
    assert problems(finished, 1) == {"missing": [WEIGHTS], "extra": ["other.safetensors"]}


BAD_PATHS = {
    "../evil": "'.' or '..'",
    "a/../../evil": "'.' or '..'",
    "./config.json": "'.' or '..'",
    "/etc/passwd": "absolute",
    "C:/evil": "absolute",
    "a//b": "empty component",
    "": "empty component",
    "a\\..\\b": "backslash",
    "a\x00b": "control character",
    "a\x1b[2Jb": "control character",
    "cafe\u0301": "normal form C",
    "CONFIG.json": "collides with",
    "config.json/evil": "is a file as well",
}


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_bad_path_in_a_manifest(release: Release, path: str) -> None:
    entries = files_of(release.manifest)
    entries[0] = {**entries[0], "path": path}
    if path in ("CONFIG.json", "config.json/evil"):
        entries.append({**entries[0], "path": "config.json"})
    edit_manifest(release.manifest, files=sorted(entries, key=lambda entry: entry["path"]))
    finished = release.weightmark("manifest", "verify", release.model)
    assert_ends(finished, 4, "the manifest is refused", BAD_PATHS[path])
    assert "\x1b[2J" not in finished.stdout


def test_a_bad_path_is_refused_before_the_chain_is_asked(release: Release) -> None:
    entries = files_of(release.manifest)
    (release.model.parent / "evil").write_text("outside")
    edit_manifest(release.manifest, files=[{**entries[0], "path": "../evil"}])
    finished = release.verify("--json")
    assert problems(finished, 4).keys() == {"manifest"}
    assert "../evil" in finished.stdout


def test_a_path_twice_in_a_manifest(release: Release) -> None:
    entry = files_of(release.manifest)[0]
    edit_manifest(release.manifest, files=[entry, entry])
    finished = release.weightmark("manifest", "verify", release.model)
    assert_ends(finished, 4, "config.json", "collides")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"a\\b", "backslash"),
        (b"a\x1b[2Jb", "control character"),
        (b"\xff\xfe.bin", "not UTF-8"),
        (unicodedata.normalize("NFD", "caf\u00e9").encode(), "normal form C"),
        (b"CONFIG.JSON", "collides with"),
        (b"WEIGHTMARK.json", "collides with weightmark.json"),
    ],
)
def test_a_file_name_that_cannot_be_published(
    run_weightmark: Weightmark, tmp_path: Path, name: bytes, reason: str
) -> None:
    model = write_model(tmp_path / "model")
    (model / os.fsdecode(name)).write_bytes(b"x")
    for as_json in ([], ["--json"]):
        finished = run_weightmark("manifest", "create", model, *NAMED, *as_json)
        assert_ends(finished, 4, reason)
        assert "\x1b" not in finished.stdout + finished.stderr


@pytest.mark.parametrize("command", ["publish", "manifest create"])
def test_an_artifact_without_files(
    run_weightmark: Weightmark, tmp_path: Path, command: str
) -> None:
    (tmp_path / "model/empty").mkdir(parents=True)
    finished = run_weightmark(*command.split(), tmp_path / "model", *NAMED)
    assert_ends(finished, 4, "no file")


@pytest.mark.parametrize("command", ["publish", "manifest create", "verify", "manifest verify"])
def test_a_path_that_is_not_there(run_weightmark: Weightmark, command: str) -> None:
    named = NAMED if command in ("publish", "manifest create") else ()
    assert_ends(run_weightmark(*command.split(), "no-such-model", *named), 4, "no-such-model")


def test_a_file_that_changes_while_it_is_hashed(run_weightmark: Weightmark, tmp_path: Path) -> None:
    """The swap for a link, and each moment by itself, are in the tests of the files adapter."""
    model = write_model(tmp_path / "model")
    weights, done = model / "large.bin", Event()
    weights.touch()
    os.truncate(weights, 2**29)

    def keep_writing() -> None:
        with weights.open("r+b", buffering=0) as file:
            while not done.wait(0.001):
                file.seek(0)
                file.write(os.urandom(8))

    writer = Thread(target=keep_writing)
    writer.start()
    try:
        finished = run_weightmark("manifest", "create", model, *NAMED)
    finally:
        done.set()
        writer.join()
    assert_ends(finished, 4, "'large.bin' changed")
    assert not (model / "weightmark.json").exists()

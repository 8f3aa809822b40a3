"""The holes that were shown in the systems that Weightmark replaces: one test for each."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.command import CHECKOUT, Weightmark
from tests.e2e.releases import Release, assert_ends, edit_manifest, problems, publish, write_model

NAMED = ("--name", "acme/digits", "--version", "1.0.0")


def test_hole_1_a_failure_never_ends_with_0(release: Release, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert_ends(release.weightmark("verify", empty), 4, "weightmark.json")
    (release.model / "config.json").write_text("tampered")
    assert_ends(release.verify(), 1, "config.json")
    (release.model / "config.json").unlink()
    assert_ends(release.verify(), 1, "missing")
    edit_manifest(release.manifest, files=[])
    assert_ends(release.verify(), 4, "files")


def test_hole_2_every_file_is_covered(release: Release) -> None:
    added = [
        ".hidden", "__pycache__/x.pyc", "modeling_evil.py", "w.GGUF", "w.PTH", "w.bin", "w.pkl",
    ]  # fmt: skip
    for path in added:
        (release.model / path).parent.mkdir(exist_ok=True)
        (release.model / path).write_bytes(b"x")
    assert problems(release.verify("--json"), 1) == {"extra": added}


def test_hole_3_everything_that_is_shown_is_committed(release: Release) -> None:
    genuine = release.manifest.read_bytes()
    for member, forged in {
        "name": "acme/forged",
        "version": "9.9.9",
        "publisher": "0x52908400098527886E0F7030069857D2E4169EE7",
        "created": "2001-01-01T00:00:00Z",
        "created_by": "forged",
        "metadata": {"author": "forged"},
        "ignores": ["*.forged"],
    }.items():
        edit_manifest(release.manifest, **{member: forged})
        assert "registration" in problems(release.verify("--json"), 1), member
        release.manifest.write_bytes(genuine)
    assert_ends(release.verify(), 0)


def test_hole_4_nothing_outside_is_read_or_written(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    model, twin = write_model(tmp_path / "m"), tmp_path / "m-evil"
    twin.mkdir()
    (twin / "z").write_text("outside")
    (model / "z").symlink_to("../m-evil/z")
    assert_ends(run_weightmark("publish", model, *NAMED), 4, "../m-evil/z", "outside the artifact")
    (model / "z").unlink()
    (model / "folder").symlink_to(twin)
    assert_ends(run_weightmark("publish", model, *NAMED), 4, "'folder'", "outside the artifact")
    (model / "folder").unlink()
    for name in ("/esc/x", "../ESC/x", "../esc/x"):
        escaping = ("--name", name, "--version", "1.0.0")
        assert_ends(run_weightmark("publish", model, *escaping), 4, name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "m-evil"]


def test_hole_5_publishing_again_hashes_no_output_of_ours(release: Release) -> None:
    again = publish(release.weightmark, release.model, "1.0.0")
    following = publish(release.weightmark, release.model, "1.0.1")
    assert again.reference == release.reference
    assert_ends(following.verify(), 0, "3 of 3 files")


def test_hole_7_two_models_swapped_with_what_lies_beside_them(
    release: Release, following: Release
) -> None:
    """Each is genuine: only saying which one is wanted tells that they were swapped."""
    one, other = release.model, following.model
    verify = following.weightmark
    assert_ends(verify("verify", one, "--release", "me/acme/digits@1.1.0"), 1, "1.0.0, not 1.1.0")
    assert_ends(verify("verify", other, "--release", "me/acme/digits@1.0.0"), 1, "1.1.0, not 1.0.0")


def test_hole_8_no_pipeline_of_ours_hides_a_failure() -> None:
    workflows = [CHECKOUT / ".ci/run", *sorted((CHECKOUT / "scripts").iterdir())]
    for path in filter(Path.is_file, workflows):
        text = path.read_text("utf-8")
        assert "|| true" not in text, path
        assert "continue-on-error" not in text, path


def test_hole_9_keys_are_private_and_names_mean_one_thing(run_weightmark: Weightmark) -> None:
    password = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
    assert_ends(run_weightmark("keys", "generate", "release", env=password), 0)
    path = run_weightmark.home / "keys/release.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert_ends(run_weightmark("keys", "generate", "release", env=password), 1, "'release'")
    one, other = (f"local:0x{digit * 40}" for digit in "12")
    assert_ends(run_weightmark("trust", "add", "acme", one), 0)
    assert_ends(run_weightmark("trust", "add", "acme", other), 1, "'acme' stands for")


def test_hole_10_wrong_kinds_of_input_are_named(release: Release, tmp_path: Path) -> None:
    """`assert_ends` finds tracebacks."""
    weightmark, model = release.weightmark, release.model
    assert_ends(weightmark("find", model), 4, str(model))
    assert_ends(weightmark("manifest", "inspect", model / "config.json"), 4, "config.json")
    assert_ends(weightmark("verify", model, "--policy", model), 4, str(model))
    assert_ends(weightmark("verify", model, "--trust", model), 4, str(model))
    assert_ends(weightmark("verify", model / "config.json/below"), 4, "below")
    assert_ends(weightmark("publish", tmp_path / "missing", *NAMED), 4, "missing")
    (model / os.fsdecode(b"\xff.bin")).write_bytes(b"x")
    assert_ends(weightmark("verify", model), 4, "\\udcff.bin", "not UTF-8")

"""Steps 7 to 9: files, signatures and policy."""

from __future__ import annotations

import pytest

from tests.unit.services.world import (
    World,
    assert_problem,
    check_named,
)
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Signer, encode
from weightmark.domain.policy import Policy
from weightmark.domain.verdict import Outcome, Verdict
from weightmark.ports.artifacts import HashedFiles
from weightmark.services.sidecars import MANIFEST, UNCHECKED
from weightmark.services.verification.files import FileSelection, check_files


def problems(verdict: Verdict) -> dict[str, tuple[str, ...]]:
    return {check.name: check.paths for check in verdict.problems}


def test_an_altered_file(published: World) -> None:
    published.artifact.files["model.bin"] = b"WEIGHTS"
    verdict = published.verify()
    check = assert_problem(verdict, "altered", Outcome.FAILED, "1 file is altered", step=7)
    assert check.paths == ("model.bin",)
    assert verdict.exit_status == 1


def test_a_file_of_another_size_is_not_even_read(published: World) -> None:
    published.artifact.files["model.bin"] = b"more weights"
    published.artifact.hashed.clear()
    assert problems(published.verify()) == {"altered": ("model.bin",)}
    assert "model.bin" not in published.artifact.hashed


def test_a_missing_file(published: World) -> None:
    del published.artifact.files["config.json"], published.artifact.files["model.bin"]
    check = assert_problem(published.verify(), "missing", Outcome.FAILED, "2 files are missing")
    assert check.paths == ("config.json", "model.bin")


@pytest.mark.parametrize("path", ["evil.py", "__pycache__/a.pyc", ".hidden", "model.bin.bak"])
def test_an_extra_file(published: World, path: str) -> None:
    published.artifact.files[path] = b""
    check = assert_problem(published.verify(), "extra", Outcome.FAILED, "not listed")
    assert check.paths == (path,)


def test_a_renamed_file(published: World) -> None:
    published.artifact.files["renamed.bin"] = published.artifact.files.pop("model.bin")
    assert problems(published.verify()) == {"missing": ("model.bin",), "extra": ("renamed.bin",)}


def test_swapped_contents(published: World) -> None:
    files = published.artifact.files
    files["a"], files["b"] = b"one", b"two"
    published.publish("2")
    files["a"], files["b"] = b"two", b"one"
    assert problems(published.verify()) == {"altered": ("a", "b")}


@pytest.mark.parametrize(
    ("attribute", "message"),
    [("changing", "changed while it was read"), ("unreadable", "cannot be")],
)
def test_a_file_that_cannot_be_hashed(published: World, attribute: str, message: str) -> None:
    getattr(published.artifact, attribute).add("model.bin")
    verdict = published.verify()
    assert_problem(verdict, "files", Outcome.INVALID, message, step=7)
    assert verdict.exit_status == 4
    published.artifact.files["config.json"] = b"[]"
    assert published.verify().exit_status == 1


def test_a_file_of_which_nothing_is_said_is_not_passed(published: World) -> None:
    manifest, listing = published.evidence.manifest, published.artifact.list()
    entries = {each.path: each for each in manifest.files if each.path != "model.bin"}
    checks = check_files(listing, manifest, FileSelection(), HashedFiles(entries))
    assert [(check.name, check.paths) for check in checks] == [("altered", ("model.bin",))]


def test_an_artifact_that_cannot_be_listed(published: World) -> None:
    published.artifact.files["CONFIG.JSON"] = b""
    verdict = published.verify()
    assert_problem(verdict, "files", Outcome.INVALID, "collides", step=7)
    assert verdict.exit_status == 4


def test_a_part_is_checked_and_called_a_part(published: World) -> None:
    published.artifact.files.pop("tokenizer/vocabulary.txt")
    published.artifact.hashed.clear()
    verdict = published.verify(only=("*.bin", "config.*"))
    assert verdict.verified
    assert verdict.partial
    check = check_named(verdict, "files")
    assert check.outcome is Outcome.WARNED
    assert check.message.startswith("partial: 2 of 3 files")
    assert check.paths == ("tokenizer/vocabulary.txt",)
    assert sorted(published.artifact.hashed) == ["config.json", "model.bin"]
    assert published.records.releases() == ()


def test_a_part_with_a_file_that_is_not_listed_fails(published: World) -> None:
    published.artifact.files["evil.py"] = b""
    assert problems(published.verify(only=("*.bin",))) == {"extra": ("evil.py",)}


def test_a_part_that_is_altered_or_missing_fails(published: World) -> None:
    published.artifact.files["model.bin"] = b"WEIGHTS"
    published.artifact.files.pop("config.json")
    found = problems(published.verify(only=("model.bin", "config.json")))
    assert found == {"altered": ("model.bin",), "missing": ("config.json",)}


def test_a_part_of_nothing_is_no_verification(published: World) -> None:
    verdict = published.verify(only=("*.onnx", "x"))
    assert_problem(
        verdict, "selection", Outcome.INVALID, "no file of the release matches *.onnx or x"
    )
    assert verdict.exit_status == 4


def test_ignored_files_are_told_and_a_policy_can_refuse_them(world: World) -> None:
    world.artifact.files |= {"logs/a.log": b"", "logs/b.log": b""}
    world.publish(ignores=("logs/*",))
    verdict = world.verify()
    assert verdict.verified
    check = check_named(verdict, "ignored")
    assert (check.outcome, check.paths) == (Outcome.WARNED, ("logs/a.log", "logs/b.log"))
    assert "leaves out logs/*: 2 files" in check.message
    strict = world.verify(policy=Policy(allow_ignores=False))
    assert_problem(strict, "policy", Outcome.FAILED, "does not allow ignored files", step=9)
    assert strict.exit_status == 1


def test_ignores_that_hide_a_listed_file_make_it_missing(world: World) -> None:
    world.publish()
    manifest = world.evidence.manifest
    listing = world.artifact.list(("*",))
    checks = check_files(listing, manifest, FileSelection(), HashedFiles({}))
    assert [(check.name, len(check.paths)) for check in checks] == [("missing", 3)]


def test_a_digest_that_the_policy_does_not_allow(world: World) -> None:
    world.publish(algorithm=DigestAlgorithm.BLAKE3)
    assert world.verify().verified
    strict = world.verify(policy=Policy(digests=(DigestAlgorithm.SHA2_256,)))
    assert_problem(strict, "policy", Outcome.FAILED, "does not allow the digest blake3")


@pytest.mark.parametrize("name", UNCHECKED)
def test_a_sidecar_that_cannot_be_checked_is_not_passed(published: World, name: str) -> None:
    published.artifact.sidecars[name] = b"anything"
    verdict = published.verify()
    assert_problem(verdict, "sidecar", Outcome.UNCHECKED, f"{name} is present", step=8)
    assert verdict.exit_status == 3


def test_a_signature_that_the_manifest_demands_is_not_passed(world: World) -> None:
    world.publish()
    key = "ab" * 32
    manifest = world.evidence.manifest
    data = encode(type(manifest)(**{
        **{name: getattr(manifest, name) for name in manifest.__struct_fields__},
        "signers": (Signer("ed25519", key),),
    }))  # fmt: skip
    world.artifact.sidecars[MANIFEST] = data
    verdict = world.verify()
    check = check_named(verdict, "signers")
    assert (check.step, check.outcome) == (8, Outcome.FAILED)
    assert f"the ed25519 key {key}, which the manifest names, has not signed" in check.message


def test_without_signers_signatures_do_not_apply(published: World) -> None:
    assert check_named(published.verify(), "signers").outcome is Outcome.NOT_APPLICABLE

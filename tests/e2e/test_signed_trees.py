"""Many models: each is signed and verified on its own, and one that fails fails the whole."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.command import Weightmark
from tests.e2e.releases import Finished, assert_ends, document, new_weightmark
from tests.e2e.signed_trees import PATHS, SignedTree, new_tree
from tests.reference import Reference, reference, write_key, write_private_key
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    ISSUING,
    SIGNING,
    issue,
    write_certificates,
)

__all__ = ["reference"]

PUBLISHER = ("--publisher", "0x52908400098527886E0F7030069857D2E4169EE7")
DAY = 86_400


@pytest.fixture(scope="module")
def first_tree(tmp_path_factory: pytest.TempPathFactory) -> SignedTree:
    """Return a signed tree; tests take `tree`, and leave this one alone."""
    folder = tmp_path_factory.mktemp("first")
    tree = new_tree(new_weightmark(folder), folder)
    assert_ends(tree.sign(), 0, "4 models")
    return tree


@pytest.fixture
def tree(first_tree: SignedTree, tmp_path: Path) -> SignedTree:
    """Return a copy of it for one test."""
    return replace(first_tree, models=shutil.copytree(first_tree.models, tmp_path / "models"))


def failed(finished: Finished) -> dict[str, list[str]]:
    """Return the models that are not verified, each with the checks that failed; exit 1."""
    told = document(finished)
    assert (finished.returncode, told["verified"], told["exit_status"]) == (1, False, 1)
    assert [each["path"] for each in told["models"]] == PATHS
    return {
        each["path"]: [check["name"] for check in each["checks"] if check["outcome"] == "failed"]
        for each in told["models"]
        if not each["verified"]
    }


def standings(finished: Finished) -> dict[str, str]:
    """Return how each model stands."""
    told = document(finished)
    assert finished.returncode == told["exit_status"]
    return {each["path"]: each["standing"] for each in told["models"]}


def test_every_model_is_signed_once_and_verified(tree: SignedTree) -> None:
    before = {path: path.read_bytes() for path in tree.models.rglob("*.sig")}
    assert len(before) == len(PATHS)
    assert_ends(tree.sign(), 0, "kept      bert", "kept      top.GGUF", "4 models")
    assert {path: path.read_bytes() for path in tree.models.rglob("*.sig")} == before
    assert_ends(tree.verify(), 0, *PATHS, "verified", "4 models")
    assert [each["path"] for each in document(tree.verify("--json"))["models"]] == PATHS


@pytest.mark.covered
def test_every_command_in_text_and_as_json(run_weightmark: Weightmark, tmp_path: Path) -> None:
    tree = new_tree(run_weightmark, tmp_path)
    (tree.models / "alias.bin").symlink_to("/etc/hostname")
    assert_ends(tree.sign("--exclude", "top.*"), 4, "FAILED    alias.bin", "excluded  top.GGUF")
    assert_ends(tree.sign("--exclude", "alias.bin", "--json"), 0)
    assert_ends(tree.verify("--exclude", "alias.bin"), 0, "4 models")
    assert_ends(tree.verify("--json"), 4)
    assert_ends(tree.inventory("--max-age", "1d"), 1, "1 of 5 models")
    assert_ends(tree.inventory("--exclude", "alias.bin", "--json"), 0)


def tamper(models: Path) -> None:
    (models / "top.GGUF").write_bytes(b"evil")


def unsign(models: Path) -> None:
    (models / "top.GGUF.weightmark.sig").unlink()


def take_another(models: Path) -> None:
    shutil.copy(models / "one/model.pth.weightmark.sig", models / "top.GGUF.weightmark.sig")


def swap(models: Path) -> None:
    (models / "one").rename(models / "x")
    (models / "other").rename(models / "one")
    (models / "x").rename(models / "other")


def add_code(models: Path) -> None:
    (models / "bert/modeling_evil.py").write_text("import os")


@pytest.mark.parametrize(
    ("attack", "expected"),
    [
        (tamper, {"top.GGUF": ["altered"]}),
        (unsign, {"top.GGUF": ["no-signature", "signers"]}),
        (take_another, {"top.GGUF": ["altered", "place"]}),
        (swap, {"one/model.pth": ["place"], "other/model.pth": ["place"]}),
        (add_code, {"bert": ["unsigned"]}),
    ],
)
def test_holes_1_2_and_7_one_bad_model_fails_the_whole(
    tree: SignedTree, attack: Callable[[Path], None], expected: dict[str, list[str]]
) -> None:
    attack(tree.models)
    assert failed(tree.verify("--json")) == expected
    assert_ends(tree.verify(), 1, "NOT VERIFIED", f"{len(expected)} of 4 models", *expected)


def test_a_folder_that_becomes_a_model_is_not_signed(tree: SignedTree) -> None:
    (tree.models / "one/config.json").write_text("{}")
    assert_ends(tree.verify(), 1, "FAILED    one\n", "1 of 4 models")


def test_hole_2_no_suffix_is_passed_over(tree: SignedTree) -> None:
    names = ["w.bin", "w.pkl", "w.gguf", "w.PTH", "w.pt", "w.h5", "w.safetensors", "w.onnx"]
    for name in names:
        (tree.models / name).write_bytes(b"evil")
    found = standings(tree.inventory("--json"))
    assert [path for path, standing in found.items() if standing == "unsigned"] == sorted(names)


def test_hole_7_two_releases_swapped_with_manifests_and_signatures(
    tree: SignedTree, tmp_path: Path
) -> None:
    """Each of them is genuine, wherever it lies."""
    models = tmp_path / "releases"
    for name in ("one", "two"):
        (models / name).mkdir(parents=True)
        (models / name / "model.bin").write_text(name)
        making = ("manifest", "create", models / name, "--name", f"acme/{name}", "--version", "1")
        assert_ends(tree.weightmark(*making, *PUBLISHER), 0)
    releases = replace(tree, models=models)
    assert_ends(releases.sign(), 0)
    assert_ends(releases.verify(), 0)
    (models / "one").rename(models / "x")
    (models / "two").rename(models / "one")
    (models / "x").rename(models / "two")
    assert_ends(releases.verify(), 1, "is of 'one', and not of 'two'", "2 of 2 models")
    assert_ends(releases.verify("--anywhere"), 0, "is of 'one', and not of 'two'")


def test_hole_8_what_does_not_hold_is_not_signed_anew_unasked(tree: SignedTree) -> None:
    tamper(tree.models)
    finished = tree.sign()
    assert_ends(finished, 1, "FAILED    top.GGUF", "left as it is", "--replace", "1 of 4 models")
    assert_ends(tree.verify(), 1)
    assert_ends(tree.sign("--replace"), 0)
    assert_ends(tree.verify(), 0)


def test_a_selection(tree: SignedTree) -> None:
    unsign(tree.models)
    tamper(tree.models)
    for arguments in (
        ("--exclude", "top.*"),
        ("--include", "*.pth"),
        ("--include", "bert", "--include", "one/*.pth"),
    ):
        assert_ends(tree.verify(*arguments), 0)
    assert_ends(tree.verify("--exclude", "top.*"), 0, "excluded  top.GGUF", "3 models")
    told = document(tree.verify("--no-recursive", "--json"))
    assert [each["path"] for each in told["models"]] == ["bert", "top.GGUF"]


def test_hole_1_nothing_selected_is_not_good(tree: SignedTree, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for finished in (
        tree.verify("--include", "*.nothing"),
        tree.sign("--exclude", "*"),
        tree.inventory("--include", "*.nothing"),
        replace(tree, models=tmp_path / "empty").verify(),
    ):
        assert_ends(finished, 4, "there is no model in", "--include")
    assert_ends(replace(tree, models=tmp_path / "missing").verify(), 4, "no directory")
    assert_ends(replace(tree, models=tree.models / "top.GGUF").verify(), 4, "without --each")


def test_options_that_do_not_go_together(tree: SignedTree) -> None:
    assert_ends(tree.verify("--name", "acme/digits"), 2, "--name does not go with --each")
    assert_ends(tree.sign("--out", "x.sig"), 2, "--out does not go with --each")
    single = ("signature", "verify", tree.models / "bert", "--public-key", tree.public_key)
    for option in ("--no-recursive", "--anywhere"):
        assert_ends(tree.weightmark(*single, option), 2, f"{option} does not go without --each")
    nobody = ("signature", "verify", "--each", tree.models)
    assert_ends(tree.weightmark(*nobody), 2, "nobody vouches for")


def test_one_that_cannot_be_signed_does_not_keep_the_others_from_it(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    tree = new_tree(run_weightmark, tmp_path)
    (tree.models / "alias.bin").symlink_to("/etc/hostname")
    (tree.models / os.fsdecode(b"\xff.bin")).write_bytes(b"")
    os.mkfifo(tree.models / "pipe.bin")
    refused = ["alias.bin", "pipe.bin", "\udcff.bin"]
    finished = tree.sign("--json")
    told = document(finished)
    outcomes = {each["path"]: each.get("deed") for each in told["models"]}
    assert outcomes == {**dict.fromkeys(refused), **dict.fromkeys(PATHS, "created")}
    assert (finished.returncode, told["exit_status"]) == (4, 4)
    assert told["models"][0]["error"]["code"] == "unacceptable-artifact"
    assert_ends(tree.sign(), 4, "FAILED    alias.bin", "NOT SIGNED", "3 of 7 models")
    assert_ends(tree.verify(), 4, "FAILED    pipe.bin", "FAILED    \\udcff.bin", "3 of 7 models")


def test_an_inventory(tree: SignedTree) -> None:
    assert set(standings(tree.inventory("--max-age", "90d", "--json")).values()) == {"signed"}
    unsign(tree.models)
    add_code(tree.models)
    (tree.models / "one/model.pth.weightmark.sig").unlink()
    a_year_ago = {"SOURCE_DATE_EPOCH": str(int(time.time()) - 365 * DAY)}
    assert_ends(tree.sign("--include", "one/*", env=a_year_ago), 0)
    (tree.models / "other/model.pth.weightmark.sig").unlink()
    tomorrow = {"SOURCE_DATE_EPOCH": str(int(time.time()) + DAY)}
    assert_ends(tree.sign("--include", "other/*", env=tomorrow), 0)
    ages = {"one/model.pth": "signed", "other/model.pth": "signed"}
    expected = {"bert": "bad", **ages, "top.GGUF": "unsigned"}
    assert standings(tree.inventory("--json")) == expected
    ages = {"one/model.pth": "old", "other/model.pth": "undated"}
    finished = tree.inventory("--max-age", "90d", "--json")
    assert standings(finished) == {**expected, **ages}
    assert finished.returncode == 1
    assert document(finished)["counts"] == {
        "signed": 0, "old": 1, "undated": 1, "unsigned": 1, "bad": 1,
    }  # fmt: skip
    finished = tree.inventory("--max-age", "90d")
    assert_ends(finished, 1, "too long ago", "still to come", "4 of 4 models", "modeling_evil.py")
    assert_ends(tree.inventory("--max-age", "soon"), 4, "'soon' is not a duration")


def test_certificates(tree: SignedTree, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    root = issue("root", None, AUTHORITY, ISSUING)
    files = {
        name: write_certificates(tmp_path / name, [each])
        for name, each in {"root": root, "leaf": issue("signer", root, SIGNING, key=key)}.items()
    }
    signing = ("signature", "create", "--each", tree.models, "--certificate", files["leaf"])
    private = write_private_key(tmp_path / "key", key)
    assert_ends(tree.weightmark(*signing, "--key", private), 0, "created   bert")
    assert_ends(tree.weightmark(*signing, "--key", tree.key), 4, "another key")
    verifying = ("signature", "verify", "--each", tree.models, "--certificate-chain", files["root"])
    assert_ends(tree.weightmark(*verifying, "--at", "2026-06-01"), 0, "4 models")
    assert_ends(tree.weightmark(*verifying, "--at", "2027-06-01"), 1, "'CN=signer' is valid from")
    edwards = load_pem_private_key(tree.key.read_bytes(), None)
    assert isinstance(edwards, Ed25519PrivateKey)
    own = write_certificates(tmp_path / "edwards", [issue("signer", root, SIGNING, key=edwards)])
    signing = ("signature", "create", "--each", tree.models, "--certificate", own)
    assert_ends(tree.weightmark(*signing, "--key", tree.key), 2, "carries no certificates")
    useless = write_certificates(tmp_path / "useless", [issue("signer", root, key=key)])
    signing = ("signature", "create", "--each", tree.models, "--certificate", useless)
    assert_ends(tree.weightmark(*signing, "--key", private), 4, "would count", "digitalSignature")


def test_what_the_reference_signed(
    reference: Reference, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    """It names a folder by its base name, and tells no time."""
    tree = new_tree(run_weightmark, tmp_path)
    private, public = write_key(tmp_path, ec.SECP256R1())
    signed = replace(tree, public_key=public)
    for model in ("bert", "other"):
        signature = tree.models / model / "model.sig"
        assert reference.sign(tree.models / model, signature, private).status == 0
    selection = ("--include", "bert", "--include", "other")
    assert_ends(signed.verify(*selection), 0, "2 models")
    found = standings(signed.inventory(*selection, "--max-age", "90d", "--json"))
    assert found == {"bert": "undated", "other": "undated"}
    moved = (tree.models / "bert").rename(tree.models / "x")
    (tree.models / "other").rename(tree.models / "bert")
    moved.rename(tree.models / "other")
    assert_ends(signed.verify(*selection), 1, "is of 'bert', and not of 'other'")

"""Bundles that the reference of OpenSSF Model Signing verifies, and those that it writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.command import Weightmark
from tests.e2e.model_shapes import SHAPES, sidecar, tree
from tests.e2e.releases import assert_ends
from tests.reference import PYTHON, Reference, write_key, write_private_key, write_public_key
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    ISSUING,
    SIGNING,
    issue,
    write_certificates,
)

PUBLISHER = ("--publisher", "0x52908400098527886E0F7030069857D2E4169EE7")


@pytest.mark.parametrize("shape", ["one file", "nested folders"])
def test_the_reference_verifies_a_release_with_all_its_sidecars(
    shape: str, reference: Reference, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    model = SHAPES[shape](tmp_path / "model")
    key, public_key = write_key(tmp_path, ec.SECP256R1())
    named = ("--name", "acme/digits", "--version", "1.0.0", *PUBLISHER)
    assert_ends(run_weightmark("manifest", "create", model, *named), 0)
    assert_ends(run_weightmark("signature", "create", model, "--key", key), 0, "acme/digits@1.0.0")
    sidecar(model, "weightmark.sig").write_bytes(b"it may come later")
    assert reference.verify(model, sidecar(model), public_key).status == 0


def test_the_reference_signs_our_sidecars_as_files(
    reference: Reference, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    model = tree("model.onnx")(tmp_path / "model")
    key, public_key = write_key(tmp_path, ec.SECP256R1())
    named = ("--name", "acme/digits", "--version", "1.0.0", *PUBLISHER)
    assert_ends(run_weightmark("manifest", "create", model, *named), 0)
    assert reference.sign(model, sidecar(model), key).status == 0
    verify = ("signature", "verify", model, "--public-key", public_key)
    assert_ends(run_weightmark(*verify), 0, "all 2 files", "covers the files alone")
    manifest = model / "weightmark.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"1.0.0", b"2.0.0"))
    assert_ends(run_weightmark(*verify), 1, "not as in model.sig", "weightmark.json")
    manifest.unlink()
    assert_ends(run_weightmark(*verify), 1, "missing")


def test_blake3_which_only_the_reference_s_own_interface_writes(
    run_weightmark: Weightmark, reference: Reference, tmp_path: Path
) -> None:
    model = tree("a/b", "a-b")(tmp_path / "model")
    key, public_key = write_key(tmp_path, ec.SECP256R1())
    program = """
import sys
from model_signing import hashing, signing
model, key, signature = sys.argv[1:]
digests = hashing.Config().use_file_serialization(hashing_algorithm="blake3")
config = signing.Config().set_hashing_config(digests).use_elliptic_key_signer(private_key=key)
config.sign(model, signature)
"""
    files = (model, key, sidecar(model))
    subprocess.run([PYTHON, "-c", program, *files], check=True, capture_output=True)
    verify = ("signature", "verify", model, "--public-key", public_key)
    assert_ends(run_weightmark(*verify), 0, "all 2 files")
    (model / "a-b").write_bytes(b"altered")
    assert_ends(run_weightmark(*verify), 1, "not as in", "a-b")


def test_certificates_both_ways(
    reference: Reference, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    """They have expired since: to the reference they never do, and here they do."""
    root = issue("root", None, AUTHORITY, ISSUING)
    middle = issue("middle", root, AUTHORITY, ISSUING)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = issue("signer", middle, SIGNING, key=key)
    names = {"root": root, "middle": middle, "leaf": leaf}
    files = {name: write_certificates(tmp_path / name, [each]) for name, each in names.items()}
    model, private = (
        SHAPES["nested folders"](tmp_path / "model"),
        write_private_key(tmp_path / "key", key),
    )
    signature = sidecar(model)
    chain = ("--certificate", files["leaf"], "--certificate", files["middle"])
    verify = ("signature", "verify", model, "--certificate-chain", files["root"])

    assert_ends(run_weightmark("signature", "create", model, "--key", private, *chain), 0)
    assert reference.verify_certified(model, signature, files["root"]).status == 0
    signature.unlink()
    made = reference.sign_certified(model, signature, private, files["leaf"], files["middle"])
    assert made.status == 0, made.printed
    assert_ends(run_weightmark(*verify, "--at", "2026-06-01"), 0, "CN=signer")
    assert_ends(run_weightmark(*verify), 1, "is valid from")
    public_key = write_public_key(tmp_path / "key.pub", key)
    assert_ends(run_weightmark("signature", "verify", model, "--public-key", public_key), 3)
    assert reference.verify(model, signature, public_key).status == 1


def test_git_s_own_files_are_signed_by_us_and_left_out_by_the_reference(
    reference: Reference, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    model = tree("model.onnx", ".gitattributes")(tmp_path / "model")
    key, public_key = write_key(tmp_path, ec.SECP256R1())
    signature = sidecar(model)
    assert_ends(run_weightmark("signature", "create", model, "--key", key), 0)
    assert reference.verify(model, signature, public_key).status == 1
    assert reference.verify(model, signature, public_key, "--no-ignore-git-paths").status == 0

    signature.unlink()
    assert reference.sign(model, signature, key).status == 0
    verify = ("signature", "verify", model, "--public-key", public_key)
    assert_ends(run_weightmark(*verify), 1, ".gitattributes")
    assert_ends(run_weightmark(*verify, "--ignore", ".gitattributes"), 0, "you leave out")

"""Releases that are published with signatures, and attacks on them, by the real command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.command import PATIENCE
from tests.e2e.releases import (
    Release,
    assert_ends,
    document,
    new_weightmark,
    problems,
    publish,
    write_model,
)
from tests.reference import write_private_key
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    DAY,
    ISSUING,
    SIGNING,
    issue,
    write_certificates,
)
from weightmark.domain.signatures.decoding import decode_base64, encode_base64

NAMED = ("--name", "acme/digits")
ALGORITHMS = {
    "p256": "ecdsa-p256-sha256",
    "p384": "ecdsa-p384-sha384",
    "ed25519": "ed25519",
    "foreign": "ed25519",
}
SIGNING_KEYS = ("p256", "p384", "ed25519")


@pytest.fixture(scope="session")
def first_signed_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.0.0, signed with three keys. Tests take `signed`, and leave this one alone."""
    folder = tmp_path_factory.mktemp("signed")
    weightmark = new_weightmark(folder)
    for name, algorithm in ALGORITHMS.items():
        place = ("--out", weightmark.home / name, "--public-out", weightmark.home / f"{name}.pub")
        make = ("keys", "generate", "--algorithm", algorithm, "--no-password")
        assert_ends(weightmark(*make, *place), 0)
    signers = (option for key in SIGNING_KEYS for option in ("--sign-key", weightmark.home / key))
    return publish(weightmark, write_model(folder / "model"), "1.0.0", *signers)


@pytest.fixture
def signed(first_signed_release: Release, tmp_path: Path) -> Release:
    """Release 1.0.0, with files and state of this test alone."""
    return first_signed_release.copy(tmp_path)


def again(release: Release, version: str, *keys: str, name: str = "acme/digits") -> Any:
    """Publish the files of a release once more."""
    signers = [option for key in keys for option in ("--sign-key", release.home / key)]
    named = ("--name", name, "--version", version)
    return release.weightmark("publish", release.model, *named, *signers)


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a file of signatures, and leave its signatures as they are."""
    members = json.loads(path.read_bytes())
    change(members)
    path.write_text(json.dumps(members))


def test_a_release_is_signed_and_verified(signed: Release) -> None:
    manifest = json.loads(signed.manifest.read_bytes())
    assert {each["algorithm"] for each in manifest["signers"]} == {
        ALGORITHMS[key] for key in SIGNING_KEYS
    }
    verified = signed.verify("--json")
    checks = [each for each in document(verified)["checks"] if each["step"] == 8]
    assert verified.returncode == 0
    assert [each["name"] for each in checks].count("signature") == len(SIGNING_KEYS)
    assert {each["outcome"] for each in checks} == {"passed", "not-applicable"}
    assert_ends(signed.weightmark("manifest", "verify", signed.model), 0, "all 3 keys")
    named = [f"{each['algorithm']} {each['key']}" for each in manifest["signers"]]
    shown = signed.weightmark("manifest", "inspect", signed.model)
    assert_ends(shown, 0, f"signers        {', '.join(named)}\n")
    fingerprints = (
        option for each in manifest["signers"] for option in ("--fingerprint", each["key"])
    )
    assert_ends(signed.weightmark("signature", "verify", signed.model, *fingerprints), 0)


def test_without_signatures_no_cryptography_is_loaded(release: Release) -> None:
    """It takes as long to import as all the rest."""
    program = (
        "import sys\nfrom weightmark.cli.main import run\n"
        "assert run(['verify', sys.argv[1]]) == 0\nassert 'cryptography' not in sys.modules"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, release.model],
        env=release.weightmark.environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert_ends(finished, 0, "verified")


def test_publishing_again_leaves_everything_as_it_is(signed: Release) -> None:
    before = {path.name: path.read_bytes() for path in signed.model.glob("*.*")}
    assert_ends(again(signed, "1.0.0", *reversed(SIGNING_KEYS)), 0, "was published before")
    assert {path.name: path.read_bytes() for path in signed.model.glob("*.*")} == before
    (signed.model / "model.sig").unlink()
    assert_ends(again(signed, "1.0.0", *SIGNING_KEYS), 0, "was published before")
    assert_ends(signed.verify(), 0)


@pytest.mark.parametrize("name", ["model.sig", "weightmark.sig"])
def test_a_signature_that_was_removed(signed: Release, name: str) -> None:
    (signed.model / name).unlink()
    assert set(problems(signed.verify("--json"), 1)) == {"signers"}
    assert_ends(signed.weightmark("manifest", "verify", signed.model), 1, "has not signed")


def test_one_signature_of_several_that_was_removed(signed: Release) -> None:
    edit(signed.model / "weightmark.sig", lambda members: members["signatures"].pop())
    assert set(problems(signed.verify("--json"), 1)) == {"signers"}


def test_a_signature_replayed_for_another_version(signed: Release) -> None:
    old = (signed.model / "model.sig").read_bytes()
    assert_ends(again(signed, "2.0.0", *SIGNING_KEYS), 0)
    assert_ends(signed.verify(), 0, "acme/digits@2.0.0")
    (signed.model / "model.sig").write_bytes(old)
    assert set(problems(signed.verify("--json"), 1)) == {"coverage", "signers"}


def test_two_signed_models_swapped(signed: Release, tmp_path: Path) -> None:
    cats = replace(signed, model=write_model(tmp_path / "cats"))
    (cats.model / "config.json").write_text('{"classes": 2}\n')
    assert_ends(again(cats, "1.0.0", *SIGNING_KEYS, name="acme/cats"), 0)
    whole = cats.verify("--release", "me/acme/digits@1.0.0", "--json")
    assert set(problems(whole, 1)) == {"reference"}
    for name in ("model.sig", "weightmark.sig"):
        shutil.copy(signed.model / name, cats.model / name)
    assert {"sidecar", "coverage", "signers"} == set(problems(cats.verify("--json"), 1))


def test_renamed_files_with_the_same_root_of_the_reference(signed: Release) -> None:
    (signed.model / "config.json").rename(signed.model / "configuration.json")
    assert set(problems(signed.verify("--json"), 1)) == {"missing", "extra"}


def test_a_key_of_p384_that_is_labelled_p256(signed: Release) -> None:
    def relabel(members: dict[str, Any]) -> None:
        for each in members["signatures"]:
            each["algorithm"] = each["algorithm"].replace("p384-sha384", "p256-sha256")

    edit(signed.model / "weightmark.sig", relabel)
    assert_ends(signed.verify(), 1, "that it calls ecdsa-p256-sha256")


def test_a_file_under_a_path_that_a_signature_ignores(signed: Release) -> None:
    def ignore(members: dict[str, Any]) -> None:
        payload = json.loads(decode_base64(members["payload"], "payload"))
        payload["predicate"]["serialization"]["ignore_paths"].append("evil")
        members["payload"] = encode_base64(json.dumps(payload).encode())

    (signed.model / "evil").mkdir()
    (signed.model / "evil/__init__.py").write_text("")
    assert set(problems(signed.verify("--json"), 1)) == {"extra"}
    edit(signed.model / "weightmark.sig", ignore)
    assert set(problems(signed.verify("--json"), 1)) == {"extra", "signature", "signers"}


def test_a_second_signature_by_a_foreign_key(signed: Release) -> None:
    key = ("--key", signed.home / "foreign")
    assert_ends(signed.weightmark("signature", "create", signed.model, *key), 0, "added")
    assert_ends(signed.verify(), 0, "nobody here vouches for that key, and it decides nothing")


@pytest.mark.parametrize("name", ["model.sig", "weightmark.sig"])
def test_a_forged_sidecar(signed: Release, name: str) -> None:
    (signed.model / name).write_bytes(b'{"mediaType":"application/json"}')
    assert set(problems(signed.verify("--json"), 4)) == {"signature-file", "signers"}


def test_a_key_that_is_ended_on_the_chain(signed: Release) -> None:
    """Ended after the registration, the release stays good; ended before it, it fails."""
    add = ("publisher", "add-key", signed.home / "p256.pub", "--yes")
    assert_ends(signed.weightmark(*add), 0)
    late = signed.verify("--json")
    assert set(problems(late, 1)) == {"signing-key"}

    assert_ends(again(signed, "2.0.0", *SIGNING_KEYS), 0)
    assert_ends(signed.verify(), 0, "on the chain, and counted", "the manifest alone vouches")
    key = json.loads(signed.manifest.read_bytes())["signers"]
    (fingerprint,) = (each["key"] for each in key if each["algorithm"] == ALGORITHMS["p256"])
    end = ("publisher", "end-key", fingerprint, "--yes")
    assert_ends(signed.weightmark(*end), 0)
    assert_ends(signed.verify(), 0, "on the chain, and counted")
    assert_ends(signed.weightmark(*end, "--until", "2020-01-01"), 0)
    assert_ends(signed.verify(), 1, "counts from", "2020-01-01T00:00:00Z")


def test_a_certificate_counts_at_the_time_of_the_registration(
    signed: Release, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    private = write_private_key(tmp_path / "key", key)
    root = issue("root", None, AUTHORITY, ISSUING, start=now - 9 * DAY, end=now + 9 * DAY)
    roots = write_certificates(tmp_path / "root.pem", [root])
    (signed.model / "weightmark.sig").unlink()

    def certificate(start: datetime, end: datetime) -> Path:
        leaf = issue("signer", root, SIGNING, key=key, start=start, end=end)
        return write_certificates(tmp_path / "leaf.pem", [leaf])

    publishing = ("publish", signed.model, *NAMED, "--version", "2.0.0", "--sign-key", private)
    expired = ("--certificate", certificate(now - 2 * DAY, now - DAY))
    assert_ends(signed.weightmark(*publishing, *expired), 4, "is valid from", "registered")
    assert_ends(signed.weightmark("show", f"me/{NAMED[1]}@2.0.0"), 1)
    chain = ("--certificate", roots, "--certificate", certificate(now - DAY, now + DAY))
    assert_ends(signed.weightmark(*publishing, *chain), 0)
    assert_ends(signed.verify(), 3, "cannot be checked", "--certificate-chain")
    assert_ends(signed.verify("--certificate-chain", roots), 0, "CN=signer")
    expired = ("--certificate", certificate(now - 2 * DAY, now - DAY))
    signing = ("signature", "create", signed.model, "--key", private, "--replace", *expired)
    assert_ends(signed.weightmark(*signing), 0)
    assert_ends(signed.verify("--certificate-chain", roots), 1, "is valid from")


def test_a_shared_secret_proves_nothing_to_others(signed: Release) -> None:
    password = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
    make = ("keys", "generate", "secret", "--algorithm", "hmac-sha256")
    assert_ends(signed.weightmark(*make, env=password), 0)
    named = (signed.model, *NAMED, "--version", "2.0.0", "--sign-key", "secret")
    for command in ("publish", "manifest create"):
        refused = signed.weightmark(*command.split(), *named, env=password)
        assert_ends(refused, 2, "proves nothing to others")


def test_signatures_of_another_release_are_not_left_behind(signed: Release) -> None:
    before = signed.manifest.read_bytes()
    assert_ends(again(signed, "2.0.0"), 1, "made for another manifest", "--sign-key")
    assert signed.manifest.read_bytes() == before
    assert_ends(signed.verify(), 0)


def test_a_fifo_in_place_of_a_signature(release: Release) -> None:
    os.mkfifo(release.model / "model.sig")
    assert_ends(
        release.weightmark("publish", release.model, *NAMED, "--version", "2.0.0"), 4, "FIFO"
    )
    assert_ends(release.verify(), 4, "model.sig", "FIFO")


def test_whoever_only_looks_or_signs_for_others(signed: Release, tmp_path: Path) -> None:
    model = write_model(tmp_path / "other")
    command = ("publish", model, *NAMED, "--version", "3.0.0", "--sign-key", signed.home / "p256")
    assert_ends(signed.weightmark(*command, "--dry-run"), 0)
    assert not list(model.glob("*.sig"))
    request = tmp_path / "request.json"
    assert_ends(signed.weightmark(*command, "--sign-only", "--request", request), 0)
    assert (model / "model.sig").exists()
    assert_ends(signed.weightmark("submit", request), 0)
    assert_ends(signed.weightmark("verify", model), 0)


def test_one_file_with_its_manifest_elsewhere(signed: Release, tmp_path: Path) -> None:
    file, manifest = tmp_path / "model.onnx", tmp_path / "elsewhere.json"
    file.write_bytes(b"weights")
    command = ("publish", file, *NAMED, "--version", "3.0.0", "--out", manifest)
    assert_ends(signed.weightmark(*command, "--sign-key", signed.home / "p256"), 0)
    assert (tmp_path / "model.onnx.model.sig").exists()
    assert_ends(signed.weightmark("verify", file, "--manifest", manifest), 0)


def test_somebody_else_signs_first(signed: Release, tmp_path: Path) -> None:
    model = write_model(tmp_path / "other")
    mine, theirs = ("--sign-key", signed.home / "p256"), ("--signer", signed.home / "ed25519.pub")
    named = (model, *NAMED, "--version", "3.0.0", *mine, *theirs)
    assert_ends(signed.weightmark("publish", *named), 1, "has not signed", "manifest create")
    assert_ends(signed.weightmark("log", "me/acme/digits"), 0, "1.0.0")

    assert_ends(signed.weightmark("manifest", "create", *named), 0)
    assert_ends(signed.weightmark("publish", *named), 1, "has not signed")
    signing = ("signature", "create", model, "--key", signed.home / "ed25519")
    assert_ends(signed.weightmark(*signing), 0)
    assert_ends(signed.weightmark("publish", *named), 0)
    assert_ends(signed.weightmark("verify", model), 0, "all 2 keys")


def test_a_manifest_that_is_signed_before_it_is_published(signed: Release, tmp_path: Path) -> None:
    model = write_model(tmp_path / "other")
    named = (*NAMED, "--version", "3.0.0", "--sign-key", signed.home / "ed25519")
    assert_ends(signed.weightmark("manifest", "create", model, *named), 0)
    before = (model / "weightmark.sig").read_bytes()
    assert_ends(signed.weightmark("publish", model, *named), 0)
    assert (model / "weightmark.sig").read_bytes() == before
    assert_ends(signed.weightmark("verify", model), 0)

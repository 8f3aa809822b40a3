"""Signing and verifying with the real command, and attacks on it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.command import Weightmark
from tests.e2e.releases import Finished, assert_ends, document, edit_manifest, problems, write_model

PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"
ETHEREUM = {"WEIGHTMARK_PRIVATE_KEY": "01" * 32}
ACCOUNT = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
KEYS: dict[str, Callable[[], PrivateKeyTypes]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
    "other": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with keys, and what verifies their signatures."""
    folder = tmp_path_factory.mktemp("keys")
    for name, make in KEYS.items():
        key = make()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / name).write_bytes(private)
        (folder / name).chmod(0o600)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


class Signed:
    """A release that can be signed and verified."""

    def __init__(self, weightmark: Weightmark, model: Path, keys: Path) -> None:
        self.weightmark, self.model, self.keys = weightmark, model, keys

    def describe(self, version: str = "1.0.0", name: str = "acme/digits") -> None:
        (self.model / "weightmark.json").unlink(missing_ok=True)
        named = ("--name", name, "--version", version, "--publisher", PUBLISHER)
        assert_ends(self.weightmark("manifest", "create", self.model, *named), 0)

    def sign(self, key: str, *options: str | Path, **more: Any) -> Finished:
        chosen = ("--key", self.keys / key) if key else ()
        return self.weightmark("signature", "create", self.model, *chosen, *options, **more)

    def verify(self, key: str, *options: str | Path) -> Finished:
        trusted = ("--public-key", self.keys / f"{key}.pub") if key else ()
        return self.weightmark("signature", "verify", self.model, *trusted, *options)


@pytest.fixture
def signed(run_weightmark: Weightmark, tmp_path: Path, keys: Path) -> Signed:
    """Return a model that nobody describes yet."""
    return Signed(run_weightmark, write_model(tmp_path / "model"), keys)


@pytest.mark.parametrize("key", ["p256", "ed25519", "rsa"])
def test_a_release_is_signed_and_verified(signed: Signed, key: str) -> None:
    signed.describe()
    made = document(signed.sign(key, "--json"))
    assert made["covers"]["name"] == "acme/digits"
    assert Path(made["signature"]).exists()
    told = document(signed.verify(key, "--name", "acme/digits", "--version", "1.0.0", "--json"))
    assert told["verified"]
    assert told["release"] == f"{PUBLISHER}/acme/digits@1.0.0"
    (found,) = told["signatures"]
    assert (found["key"], found["shared_secret"]) == (made["key"], False)
    assert (found["address"], found["subject"], made["address"]) == (None, None, None)
    assert found["first_signed"] == made["first_signed"]
    by_fingerprint = ("signature", "verify", signed.model, "--fingerprint", made["key"])
    assert_ends(signed.weightmark(*by_fingerprint), 0, "acme/digits@1.0.0")
    assert_ends(signed.sign(key), 0, "kept")
    assert_ends(signed.verify("other"), 1, "other.pub' has not signed")


def test_the_publisher_s_account_signs_as_well(signed: Signed) -> None:
    signed.describe()
    assert_ends(signed.sign("ed25519"), 0, "created", "weightmark.sig")
    assert_ends(signed.sign("", env=ETHEREUM), 0, "added", ACCOUNT)
    finished = signed.verify("ed25519", "--address", ACCOUNT)
    assert_ends(finished, 0)
    assert re.search(rf"ethereum key [0-9a-f]{{64}} \({ACCOUNT}\)", finished.stdout)
    assert_ends(signed.verify("", "--address", PUBLISHER), 1, f"{PUBLISHER} has not signed")


def test_a_shared_secret_is_marked_everywhere(signed: Signed) -> None:
    password = {"WEIGHTMARK_KEY_PASSWORD": "a password"}
    made = signed.weightmark(
        "keys", "generate", "shared", "--algorithm", "hmac-sha256", env=password
    )
    assert_ends(made, 0)
    create = ("signature", "create", signed.model, "--key", "shared")
    shown = signed.weightmark(*create, env=password)
    assert_ends(shown, 0, "shared secret")
    # For people, in words.
    assert "True" not in shown.stdout
    verify = ("signature", "verify", signed.model, "--hmac-key", "shared")
    assert_ends(signed.weightmark(*verify, env=password), 0, "whoever can verify it could have")
    (told,) = document(signed.weightmark(*verify, "--json", env=password))["signatures"]
    assert told["shared_secret"]
    assert_ends(signed.verify("", "--public-key", "shared"), 2, "--hmac-key shared")


def test_nobody_is_trusted(signed: Signed) -> None:
    """A garbage signature as much as a good one."""
    assert_ends(signed.sign("p256"), 0)
    assert_ends(signed.verify(""), 2, "proves nothing", "--public-key")
    (signed.model / "model.sig").write_bytes(b"garbage")
    assert_ends(signed.verify(""), 2, "proves nothing")
    assert_ends(signed.verify("p256"), 4, "model.sig: the bundle cannot be read")


def test_files_that_were_added_altered_removed_or_renamed(signed: Signed) -> None:
    assert_ends(signed.sign("p256"), 0)
    (signed.model / "__pycache__").mkdir()
    (signed.model / "__pycache__/evil.pyc").write_bytes(b"")
    (signed.model / "tokenizer/vocabulary.txt").rename(signed.model / "renamed.txt")
    (signed.model / "config.json").write_text("{}")
    assert problems(signed.verify("p256", "--json"), 1) == {
        "altered": ["config.json"],
        "missing": ["tokenizer/vocabulary.txt"],
        "unsigned": ["__pycache__/evil.pyc", "renamed.txt"],
    }
    assert problems(signed.verify("p256", "--ignore", "[!t]*", "--json"), 1) == {
        "left-out": ["config.json", "model.safetensors"],
        "missing": ["tokenizer/vocabulary.txt"],
    }


PARENT = {
    "relation": "finetuned",
    "ref": f"1:{PUBLISHER}/acme/base@1.0.0",
    "artifact_root": f"0x{'00' * 32}",
}


def test_everything_that_is_shown_is_signed(signed: Signed) -> None:
    """A manifest that was edited, in each member that people read."""
    signed.describe()
    assert_ends(signed.sign("ed25519"), 0)
    original = (signed.model / "weightmark.json").read_bytes()
    edits: list[dict[str, object]] = [
        {"name": "acme/other"}, {"version": "2.0.0"}, {"created": "2020-01-01T00:00:00Z"},
        {"created_by": "somebody"}, {"metadata": {"author": "somebody"}}, {"ignores": ["*.pyc"]},
        {"publisher": ACCOUNT}, {"parents": [PARENT]}, {"datasets": [{"name": "digits"}]},
    ]  # fmt: skip
    for members in edits:
        (signed.model / "weightmark.json").write_bytes(original)
        edit_manifest(signed.model / "weightmark.json", **members)
        finished = signed.verify("ed25519", "--json")
        assert problems(finished, 1) == {"coverage": []}, members
        assert (document(finished)["signatures"], document(finished)["covers"]) == ([], None)


def test_a_signature_of_another_version_or_model(signed: Signed) -> None:
    signed.describe("1.0.0")
    assert_ends(signed.sign("p256"), 0)
    for version, name in (("2.0.0", "acme/digits"), ("1.0.0", "acme/other")):
        signed.describe(version, name)
        assert_ends(signed.verify("p256"), 1, "made for another manifest")
        assert_ends(signed.sign("p256"), 1, "left as it is", "--replace")
    assert_ends(signed.sign("p256", "--replace"), 0, "replaced")
    assert_ends(signed.verify("p256", "--name", "acme/digits"), 1, "acme/other, not acme/digits")


def test_two_signed_models_swapped_with_their_signatures(
    signed: Signed, run_weightmark: Weightmark, tmp_path: Path, keys: Path
) -> None:
    other = Signed(run_weightmark, write_model(tmp_path / "other"), keys)
    (other.model / "config.json").write_text("{}")
    signed.describe(name="acme/digits")
    other.describe(name="acme/cats")
    for each in (signed, other):
        assert_ends(each.sign("p256"), 0)
    signatures = [(each.model / "model.sig").read_bytes() for each in (signed, other)]
    (signed.model / "model.sig").write_bytes(signatures[1])
    assert_ends(signed.verify("p256"), 1, "config.json")
    (signed.model / "model.sig").write_bytes(signatures[0])
    signed.model.rename(tmp_path / "away")
    other.model.rename(signed.model)
    assert_ends(signed.verify("p256"), 0, "acme/cats@1.0.0")
    assert_ends(signed.verify("p256", "--name", "acme/digits"), 1, "acme/cats, not acme/digits")


def test_a_single_file_that_was_renamed(signed: Signed) -> None:
    signed.model = signed.model / "model.safetensors"
    assert_ends(signed.sign("p256"), 0, "model.safetensors.model.sig")
    assert_ends(signed.verify("p256"), 0)
    for path in (signed.model, signed.model.with_name("model.safetensors.model.sig")):
        path.rename(path.with_name(path.name.replace("model.safetensors", "evil.safetensors")))
    signed.model = signed.model.with_name("evil.safetensors")
    assert_ends(signed.verify("p256"), 1, "other names")


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data))


def test_an_algorithm_s_label_is_checked_against_the_key(signed: Signed) -> None:
    assert_ends(signed.sign("rsa"), 0)
    path = signed.model / "weightmark.sig"
    edit(path, lambda each: each["signatures"][0].update(algorithm="ed25519"))
    assert_ends(signed.verify("rsa"), 1, "rsa-pss-sha256 key", "that it calls ed25519")
    path.unlink()
    assert_ends(signed.sign("p384"), 0, "ecdsa-p384-sha384")
    signed.describe()
    fingerprint = document(signed.sign("p384", "--replace", "--json"))["key"]
    label = {"algorithm": "ecdsa-p256-sha256", "key": fingerprint}
    edit_manifest(signed.model / "weightmark.json", signers=[label])
    assert_ends(signed.sign("p384", "--replace"), 0)
    assert_ends(signed.verify("p384"), 1, "ecdsa-p256-sha256 key", "is one of ecdsa-p384-sha384")


def test_a_key_that_the_manifest_names_has_to_sign_the_manifest(signed: Signed) -> None:
    """Whoever signed the same files once has not signed for the release."""
    fingerprint = document(signed.sign("ed25519", "--json"))["key"]
    signed.describe()
    signer = {"algorithm": "ed25519", "key": fingerprint}
    edit_manifest(signed.model / "weightmark.json", signers=[signer])
    assert_ends(signed.sign("p256"), 0)
    assert_ends(signed.verify("p256"), 1, "which the manifest names, has not signed")
    assert_ends(signed.sign("ed25519", "--replace"), 0)
    assert_ends(signed.verify("p256"), 0, "acme/digits@1.0.0")


def test_nothing_is_overwritten_unasked(signed: Signed, tmp_path: Path) -> None:
    (signed.model / "model.sig").write_text("mine")
    assert_ends(signed.sign("p256"), 1, "model.sig is there", "--replace")
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    assert_ends(signed.sign("p256", "--out", mine), 4, "cannot be read")
    assert_ends(signed.sign("p256", "--out", mine, "--replace"), 4, "cannot be read")
    assert_ends(signed.sign("p256", "--out", signed.model / "inside.sig"), 4, "inside the artifact")
    (signed.model / "model.sig").unlink()
    out = tmp_path / "far.sig"
    assert_ends(signed.sign("p256", "--out", out), 0, "far.sig")
    assert_ends(signed.sign("p256", "--out", out), 1, "is there")
    assert_ends(signed.verify("p256"), 1, "there is no model.sig")
    assert_ends(signed.verify("p256", "--signature", out), 0)
    assert mine.read_text() == "mine"


def test_replacing_drops_nobody_unsaid(signed: Signed, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "weightmark.sig", "--replace")
    for options in ((), out):
        assert_ends(signed.sign("ed25519", *options), 0, "created")
        assert_ends(signed.sign("rsa", *options), 0, "added")
        assert_ends(signed.sign("ed25519", "--replace", *options), 0, "replaced")
    assert_ends(signed.verify("rsa", "--public-key", signed.keys / "ed25519.pub"), 0)
    (signed.model / "config.json").write_text("[]")
    for options in ((), out):
        replaced = signed.sign("rsa", "--replace", *options)
        assert_ends(replaced, 0, "replaced", "by others that are not in", "any more: 1")


def test_what_cannot_be_read(signed: Signed, tmp_path: Path) -> None:
    assert_ends(signed.sign("p256"), 0)
    os.mkfifo(tmp_path / "fifo")
    signature = ("--signature", tmp_path / "fifo")
    assert_ends(signed.verify("p256", *signature), 4, "FIFO")
    assert_ends(signed.verify("p256", "--signature", "nowhere"), 4, "nowhere' is not there")
    assert_ends(signed.verify("nobody"), 4, "nobody.pub")
    assert_ends(signed.verify("p256", "--fingerprint", "xyz"), 4, "'xyz' is not a fingerprint")
    assert_ends(signed.verify("p256", "--address", "xyz"), 4, "xyz")
    assert_ends(signed.verify("p256", "--at", "yesterday"), 4, "'yesterday' is not a time")
    assert_ends(signed.verify("p256", "--at", "2026-11-21"), 2, "--certificate-chain")
    assert_ends(signed.verify("", "--public-key", signed.keys / "p256"), 4, "private key")
    assert_ends(signed.sign("nobody"), 4, "nobody")
    assert_ends(signed.sign(""), 4, "no key is configured")
    empty = tmp_path / "empty"
    empty.mkdir()
    create = signed.weightmark("signature", "create", empty, "--key", signed.keys / "p256")
    assert_ends(create, 4, "no files", "it needs at least one file")
    (empty / os.fsdecode(b"\xff")).write_bytes(b"")
    assert_ends(signed.weightmark("signature", "create", empty, "--key", signed.keys / "p256"), 4)


def test_a_folder_whose_name_is_no_text(signed: Signed) -> None:
    signed.model = signed.model.rename(signed.model.with_name(os.fsdecode(b"\xff")))
    assert_ends(signed.sign("p256"), 0)
    assert_ends(signed.verify("p256"), 0)


def test_keys_that_sign_at_once_are_all_kept(signed: Signed) -> None:
    secrets = [f"{number:02}" * 32 for number in range(1, 5)]
    with ThreadPoolExecutor(len(secrets)) as pool:
        runs = pool.map(lambda each: signed.sign("", env={"WEIGHTMARK_PRIVATE_KEY": each}), secrets)
        assert {run.returncode for run in runs} == {0}
    told = json.loads((signed.model / "weightmark.sig").read_bytes())
    assert len(told["signatures"]) == len(secrets)
    assert_ends(signed.verify("", "--address", ACCOUNT), 0)


def test_inspecting_claims_nothing(signed: Signed) -> None:
    signed.describe()
    assert_ends(signed.sign("ed25519"), 0)
    path = signed.model / "weightmark.sig"
    shown = signed.weightmark("signature", "inspect", path)
    assert_ends(shown, 0, "nobody vouches for", "acme/digits", "config.json")
    told = document(signed.weightmark("signature", "inspect", path, "--json"))
    assert {each["what"] for each in told if each["verified"]} == {"signature"}
    edit(path, lambda each: each["signatures"][0].update(sig="AAAA"))
    told = document(signed.weightmark("signature", "inspect", path, "--json"))
    assert not any(each["verified"] for each in told)
    assert_ends(signed.weightmark("signature", "inspect", signed.model), 4, "directory")
    other = signed.weightmark("signature", "inspect", signed.model / "weightmark.json")
    assert_ends(other, 4, "weightmark.json' is no file of signatures", "hint: name a model.sig")

"""What earlier tools promised of keys, manifests and signatures and broke, and holes of theirs.

`docs/earlier-tools.md` lists every promise with its test; those that have a place elsewhere are
there.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from tests.command import Weightmark
from tests.e2e.releases import assert_ends, document, edit_manifest, write_model
from tests.reference import write_key, write_public_key
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.domain.manifest import parse_timestamp
from weightmark.domain.signatures.bundle import encode_bundle, hint_of
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import Resource, Statement, encode_statement

NAMED = ("--name", "acme/digits", "--version", "1.0.0")
PUBLISHER = ("--publisher", "0x52908400098527886E0F7030069857D2E4169EE7")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


def test_hashtraceai_s_created(run_weightmark: Weightmark, model: Path, tmp_path: Path) -> None:
    """The time at which a manifest was made is in it, is shown, and is signed."""
    private, public = write_key(tmp_path, ec.SECP256R1())
    before = datetime.now(UTC).replace(microsecond=0)
    create = ("manifest", "create", model, *NAMED, *PUBLISHER, "--sign-key", private)
    assert_ends(run_weightmark(*create), 0)
    created = document(run_weightmark("manifest", "inspect", model, "--json"))["created"]
    assert before <= parse_timestamp(created) <= datetime.now(UTC)
    assert_ends(run_weightmark("manifest", "inspect", model), 0, created)
    edit_manifest(model / "weightmark.json", created="2020-01-01T00:00:00Z")
    verify = ("signature", "verify", model, "--public-key", public)
    assert_ends(run_weightmark(*verify), 1, "made for another manifest")
    reproducible = {"SOURCE_DATE_EPOCH": "1763715600"}
    assert_ends(run_weightmark(*create, env=reproducible), 0)
    assert_ends(run_weightmark("manifest", "inspect", model), 0, "2025-11-21T09:00:00Z")


@pytest.mark.parametrize(
    "key",
    [Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())],
    ids=["ed25519", "p256"],
)
def test_modelseal_s_encrypted_keys(
    run_weightmark: Weightmark,
    model: Path,
    tmp_path: Path,
    key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    """As it writes them: one signs from its file, and taken over, by its name."""
    given, password = tmp_path / "private.pem", {"WEIGHTMARK_KEY_PASSWORD": "super-secret"}
    encryption = BestAvailableEncryption(b"super-secret")
    given.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    sign = ("signature", "create", model, "--key")
    assert_ends(run_weightmark(*sign, given), 4, "nobody can be asked", "WEIGHTMARK_KEY_PASSWORD")
    wrong = {"WEIGHTMARK_KEY_PASSWORD": "super-secre"}
    assert_ends(run_weightmark(*sign, given, env=wrong), 4, "password")
    assert_ends(run_weightmark(*sign, given, env=password), 0, "created")
    imported = ("keys", "import", "theirs", "--from-file", given)
    assert_ends(run_weightmark(*imported, env=password), 0, "imported")
    assert_ends(run_weightmark(*sign, "theirs", env=password), 0, "kept")
    verify = ("signature", "verify", model, "--public-key", "theirs")
    assert_ends(run_weightmark(*verify), 0)


def test_clarity_s_register_and_info(run_weightmark: Weightmark, model: Path) -> None:
    """A model is described, again as well, and what is known of it is shown: whole, or by file."""
    create = ("manifest", "create", model, *NAMED, *PUBLISHER)
    for _ in range(2):
        assert_ends(run_weightmark(*create), 0, "weightmark.json")
    assert_ends(run_weightmark("manifest", "verify", model), 0)
    digest = f"1220{hashlib.sha256((model / 'config.json').read_bytes()).hexdigest()}"
    shown = run_weightmark("manifest", "inspect", model)
    assert_ends(shown, 0, "acme/digits", "1.0.0", "config.json", digest)
    told = document(run_weightmark("manifest", "inspect", model / "weightmark.json", "--json"))
    size = (model / "config.json").stat().st_size
    assert told["files"][0] == {"path": "config.json", "size": size, "digest": digest}


def test_clarity_s_trailing_options(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    """An option may stand behind what it is about, or before: each answer is the same."""
    private, public = write_key(tmp_path, ec.SECP256R1())
    assert_ends(run_weightmark("signature", "create", model, "--key", private), 0)
    trusted = ("--public-key", public)
    orders: list[tuple[str | Path, ...]] = [
        (model, *trusted, "--json"),
        ("--json", *trusted, model),
        (*trusted, model, "--json"),
    ]
    answers = [run_weightmark("signature", "verify", *arguments) for arguments in orders]
    assert {each.returncode for each in answers} == {0}
    assert len({each.stdout for each in answers}) == 1


def test_hole_5_signing_again_signs_no_output_of_ours(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    """Neither signatures, of both files, nor the manifest that comes between them."""
    trusted: list[str | Path] = []
    for name, algorithm in (("one", "ecdsa-p256-sha256"), ("two", "ed25519")):
        place = ("--out", tmp_path / name, "--public-out", tmp_path / f"{name}.pub")
        make = ("keys", "generate", "--algorithm", algorithm, "--no-password", *place)
        assert_ends(run_weightmark(*make), 0)
        trusted += ["--public-key", tmp_path / f"{name}.pub"]

    def sign(*options: str) -> None:
        for name in ("one", "two"):
            create = ("signature", "create", model, "--key", tmp_path / name)
            assert document(run_weightmark(*create, *options, "--json"))["files"] == 3

    sign()
    sign()
    assert_ends(run_weightmark("manifest", "create", model, *NAMED, *PUBLISHER), 0)
    sign("--replace")
    sign()
    assert_ends(run_weightmark("signature", "verify", model, *trusted), 0, "all 3 files")


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../outside", "a\\outside"])
def test_hole_4_a_signature_leads_nowhere_outside(
    run_weightmark: Weightmark, tmp_path: Path, name: str
) -> None:
    """Whoever is trusted has signed it, and what it names is there with that content."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer, public = PrivateKeySigner(key), write_public_key(tmp_path / "key.pub", key)
    model = tmp_path / "model"
    model.mkdir()
    (model / "inside").write_bytes(b"x")
    (tmp_path / "outside").write_bytes(b"x")
    digest = f"1220{hashlib.sha256(b'x').hexdigest()}"
    resources = (Resource("inside", digest), Resource(name, digest))
    payload = encode_statement(Statement("model", resources, signed="2026-11-21T09:00:00Z"))
    value = signer.sign(Envelope(payload, ()).message)
    signature = Signature(value, hint=hint_of(signer.public_key))
    (model / "model.sig").write_bytes(encode_bundle(Envelope(payload, (signature,))))
    verify = ("signature", "verify", model, "--public-key", public)
    assert_ends(run_weightmark(*verify), 4, "model.sig", "is refused")

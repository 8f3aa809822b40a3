"""What earlier tools wrote becomes a release manifest, by the real command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import assert_ends, document
from tests.earlier import (
    CLARITY_LIST,
    FILES,
    HASHTRACEAI,
    KEYS,
    MODELSEAL,
    SECRET,
    UNSIGNED,
    clarity_files,
    write_files,
)

NAMED = ("--name", "acme/digits", "--version", "2.0.0")
RSA, ED25519 = (("--public-key", KEYS / name) for name in ("rsa.pub", "ed25519.pub"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return files that HashTraceAI and modelseal have signed."""
    return write_files(tmp_path / "model", FILES)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return files that Clarity has signed, with what it wrote."""
    return write_files(tmp_path / "models", clarity_files())


@pytest.mark.covered
def test_an_imported_model_is_published_and_verified(
    run_weightmark: Weightmark, model: Path
) -> None:
    (model / "signed_manifest.json").write_bytes(MODELSEAL["ed25519"].read_bytes())
    finished = run_weightmark("manifest", "import", model / "signed_manifest.json", *ED25519)
    assert_ends(finished, 0, "of modelseal is imported", "NOT SIGNED: signer_id", "signed: author")
    assert_ends(run_weightmark("manifest", "verify", model), 0, "digits@1.2.0", "5 of 5 files")
    inspected = document(run_weightmark("manifest", "inspect", model, "--json"))
    assert inspected["metadata"] == {"author": "Zoë", "framework": "pytorch"}


@pytest.mark.covered
def test_a_manifest_with_its_signature_beside(run_weightmark: Weightmark, model: Path) -> None:
    path = HASHTRACEAI["beside"]
    finished = run_weightmark("manifest", "import", path, model, *RSA, *NAMED, "--json")
    assert_ends(finished, 0)
    told = document(finished)
    assert (told["tool"], told["signed"]) == ("HashTraceAI", {"created_by": "<TARS>"})
    assert told["written"]["manifest"] == str(model / "weightmark.json")
    assert told["verdict"]["verified"]
    other = ("--signature", HASHTRACEAI["beside, with a name"].with_name("manifest.json.sig"))
    finished = run_weightmark("manifest", "import", path, model, *RSA, *NAMED, *other)
    assert_ends(finished, 1, "not signed by the key", "NOT SIGNED: created_by")


def test_nothing_is_written_unless_everything_is_verified(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    importing = ("manifest", "import", MODELSEAL["ed25519"], model)
    assert_ends(run_weightmark(*importing), 2, "nobody vouches for", "--public-key")
    assert_ends(run_weightmark(*importing, *RSA), 1, "NOT VERIFIED", "of rsa-pss-sha256")
    assert_ends(run_weightmark(*importing, "--public-key", tmp_path / "none.pem"), 4, "none.pem")
    assert_ends(run_weightmark(*importing, *ED25519, "--unsigned"), 2, "choose one of")
    (model / "modeling_evil.py").write_text("import os")
    assert_ends(run_weightmark(*importing, *ED25519), 1, "modeling_evil.py", "--ignore")
    assert_ends(
        run_weightmark("manifest", "import", model, model, *RSA), 4, "'model' cannot be read"
    )
    assert_ends(run_weightmark("manifest", "import", KEYS / "rsa.pub", model, *RSA), 4, "no JSON")
    assert not (model / "weightmark.json").exists()


def test_a_key_by_its_name(run_weightmark: Weightmark, model: Path) -> None:
    keeping = ("keys", "import", "alice", "--from-file", KEYS / "ed25519.pub")
    assert_ends(run_weightmark(*keeping), 0)
    importing = ("manifest", "import", MODELSEAL["ed25519"], model, "--public-key")
    assert_ends(run_weightmark(*importing, "alice"), 0, "is imported")
    password = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
    assert_ends(run_weightmark("keys", "generate", "coins", env=password), 0)
    assert_ends(run_weightmark(*importing, "coins"), 4, "no earlier tool has signed")


@pytest.mark.covered
def test_an_unsigned_manifest_needs_a_word(
    run_weightmark: Weightmark, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere.json"
    importing = ("manifest", "import", UNSIGNED, model, *NAMED, "--out", out)
    assert_ends(run_weightmark(*importing), 1, "it is not signed", "--unsigned")
    assert not out.exists()
    imported = run_weightmark(*importing, "--unsigned")
    assert_ends(imported, 0, "anybody can have made it", "4 files are as listed", str(out))
    assert not (model / "weightmark.json").exists()
    assert_ends(run_weightmark("manifest", "verify", model, "--manifest", out), 0, "2.0.0")


def test_files_of_clarity(run_weightmark: Weightmark, models: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{SECRET}\n")
    importing = ("manifest", "import", models / CLARITY_LIST.name, *NAMED)
    given = {"WEIGHTMARK_HMAC_KEY": SECRET}
    for finished in (
        run_weightmark(*importing, "--hmac-key", secret),
        run_weightmark(*importing, env=given),
    ):
        assert_ends(finished, 0, "shared secret", "3 files are as listed")
        assert SECRET not in finished.stdout + finished.stderr
    assert_ends(run_weightmark("manifest", "verify", models), 0, "7 of 7 files")
    kept = [path for folder in (models, run_weightmark.home) for path in folder.rglob("*")]
    assert [path for path in kept if path.is_file() and SECRET.encode() in path.read_bytes()] == []
    sidecar = models / "pat/model.pth.sig"
    assert_ends(run_weightmark("manifest", "import", sidecar, *NAMED, env=given), 0, "1 file is")
    assert_ends(run_weightmark(*importing), 4, "shared secret", "WEIGHTMARK_HMAC_KEY")
    assert_ends(run_weightmark(*importing, env={"WEIGHTMARK_HMAC_KEY": "other"}), 1, "another key")

"""Keys that sign models: made, taken over, shared, and never in the open by accident."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from tests.command import BINARIES, PATIENCE, Weightmark
from tests.e2e.releases import assert_ends, document, write_model

pytestmark = pytest.mark.covered

WORDS = "correct horse"
PASSWORD = {"WEIGHTMARK_KEY_PASSWORD": WORDS}
ALGORITHMS = (
    "ecdsa-p256-sha256",
    "ecdsa-p384-sha384",
    "ecdsa-p521-sha512",
    "ed25519",
    "rsa-pss-sha256",
    "hmac-sha256",
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def generate(weightmark: Weightmark, *arguments: str | Path) -> dict[str, Any]:
    made: dict[str, Any] = document(
        weightmark("keys", "generate", *arguments, "--json", env=PASSWORD)
    )
    return made


@pytest.mark.usefixtures("no_umask")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_encrypted_private_and_signs(
    run_weightmark: Weightmark, tmp_path: Path, algorithm: str
) -> None:
    made = generate(run_weightmark, "release", "--algorithm", algorithm)
    assert (made["algorithm"], made["protection"]) == (algorithm, "password")
    assert made["shared_secret"] is (algorithm == "hmac-sha256")
    path = Path(made["path"])
    assert path == run_weightmark.home / "keys/release.pem"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert b"BEGIN PRIVATE KEY" not in path.read_bytes()
    assert document(run_weightmark("keys", "show", "release", "--json")) == made
    assert document(run_weightmark("keys", "list", "--json")) == [made]

    model = write_model(tmp_path / "model")
    sign = ("signature", "create", model, "--key", "release", "--json")
    wrong = run_weightmark(*sign, env={"WEIGHTMARK_KEY_PASSWORD": "wrong"})
    assert document(wrong)["error"]["code"] == "bad-key"
    signed = run_weightmark(*sign, env=PASSWORD)
    assert_ends(signed, 0)
    assert document(signed)["key"] == made["fingerprint"]


def test_what_is_there_is_never_overwritten(run_weightmark: Weightmark, tmp_path: Path) -> None:
    """Hole 9: whatever its kind, the name is taken; and files of the caller's own are as well."""
    own, public = tmp_path / "private.pem", tmp_path / "public.pem"
    generate(run_weightmark, "release", "--algorithm", "ed25519")
    generate(run_weightmark, "--algorithm", "ed25519", "--out", own, "--public-out", public)
    folder = run_weightmark.home / "keys"
    before = {path: path.read_bytes() for path in (folder / "release.pem", own, public)}
    again: list[tuple[str | Path, ...]] = [
        ("generate", "release"),
        ("generate", "release", "--algorithm", "hmac-sha256"),
        ("import", "release", "--from-file", own),
        ("import", "release", "--from-file", public),
        ("generate", "--algorithm", "ed25519", "--out", own),
        ("generate", "--algorithm", "ed25519", "--out", tmp_path / "new", "--public-out", public),
        ("generate", "new", "--algorithm", "ed25519", "--public-out", public),
        ("show", "release", "--out", public),
    ]
    for arguments in again:
        finished = run_weightmark("keys", *arguments, env=PASSWORD)
        assert_ends(finished, 1, "exists, and is left as it is")
    assert {path: path.read_bytes() for path in before} == before
    assert {path.name for path in folder.iterdir()} == {"names.lock", "release.pem"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["private.pem", "public.pem"]


def test_of_two_at_once_one_has_the_name(run_weightmark: Weightmark) -> None:
    """Their files differ by kind, and only one is made."""
    generate = ("keys", "generate", "release", "--algorithm")
    with (
        run_weightmark.started(*generate, "ed25519", env=PASSWORD) as one,
        run_weightmark.started(*generate, "ethereum", env=PASSWORD) as other,
    ):
        finished = [one.finish(PATIENCE), other.finish(PATIENCE)]
    assert sorted(each.returncode for each in finished) == [0, 1], finished
    assert "'release' exists" in "".join(each.stderr for each in finished)
    listed = document(run_weightmark("keys", "list", "--json"))
    assert [each["name"] for each in listed] == ["release"]


@pytest.mark.usefixtures("no_umask")
def test_files_go_where_they_are_asked_to(run_weightmark: Weightmark, tmp_path: Path) -> None:
    """HashTraceAI took --priv and --pub, and wrote elsewhere."""
    own, public = tmp_path / "private.pem", tmp_path / "public.pem"
    out = ("--out", own, "--public-out", public)
    made = generate(run_weightmark, "--algorithm", "rsa-pss-sha256", "--bits", "4096", *out)
    assert made["path"] == str(own)
    assert (mode(own), mode(public)) == (0o600, 0o644)
    key = load_pem_private_key(own.read_bytes(), WORDS.encode())
    assert getattr(key, "key_size", 0) == 4096
    assert load_pem_public_key(public.read_bytes()) == key.public_key()
    assert not (run_weightmark.home / "keys").exists()

    model = write_model(tmp_path / "model")
    assert_ends(run_weightmark("signature", "create", model, "--key", own, env=PASSWORD), 0)
    assert_ends(run_weightmark("signature", "verify", model, "--public-key", public), 0)


def test_an_empty_password_is_refused_and_none_is_asked_for(run_weightmark: Weightmark) -> None:
    empty = {"WEIGHTMARK_KEY_PASSWORD": ""}
    made = ("keys", "generate", "release", "--algorithm", "ed25519")
    assert_ends(run_weightmark(*made, env=empty), 4, "an empty password")
    assert_ends(run_weightmark(*made), 4, "A new password is needed, and nobody can be asked")
    assert list(run_weightmark.home.iterdir()) == []
    open_one = run_weightmark(*made, "--no-password")
    assert_ends(open_one, 0)
    assert "warning: the key is not encrypted" in open_one.stderr
    assert mode(run_weightmark.home / "keys/release.pem") == 0o600
    for algorithm in ("ethereum", "hmac-sha256"):
        refused = ("keys", "generate", "other", "--algorithm", algorithm, "--no-password")
        assert_ends(run_weightmark(*refused), 2, "are always encrypted")


def test_a_password_from_a_descriptor_costs_what_the_others_do(run_weightmark: Weightmark) -> None:
    reader, writer = os.pipe()
    os.write(writer, WORDS.encode() + b"\n")
    os.close(writer)
    finished = subprocess.run(
        [BINARIES / "weightmark", "keys", "generate", "release", "--algorithm", "ed25519"],
        env=run_weightmark.environment(env={"WEIGHTMARK_KEY_PASSWORD_FILE": f"/dev/fd/{reader}"}),
        pass_fds=[reader],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    os.close(reader)
    assert_ends(finished, 0)
    written = (run_weightmark.home / "keys/release.pem").read_bytes()
    load_pem_private_key(written, WORDS.encode())
    sealed = b64decode(b"".join(written.splitlines()[1:-1]))
    assert b"\x02\x03" + (600_000).to_bytes(3) in sealed


def test_keys_of_one_command_may_have_a_password_each(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    (tmp_path / "second").write_text("second words\n")
    passwords = {
        "WEIGHTMARK_KEY_ONE_PASSWORD": "first words",
        "WEIGHTMARK_KEY_TWO_PEM_PASSWORD_FILE": str(tmp_path / "second"),
    }
    path = tmp_path / "two.pem"
    for algorithm, place in (("ed25519", ("one",)), ("ecdsa-p256-sha256", ("--out", path))):
        make = ("keys", "generate", *place, "--algorithm", algorithm)
        assert_ends(run_weightmark(*make, env=passwords), 0)
    load_pem_private_key(path.read_bytes(), b"second words")
    named = ("--name", "acme/digits", "--version", "1", "--sign-key", "one", "--sign-key", path)
    create = ("manifest", "create", write_model(tmp_path / "model"), *named)
    assert_ends(run_weightmark(*create, env=passwords), 0)
    del passwords["WEIGHTMARK_KEY_ONE_PASSWORD"]
    refused = run_weightmark(*create, env=passwords)
    assert_ends(refused, 4, "one is needed", "WEIGHTMARK_KEY_ONE_PASSWORD for this key alone")
    refused = run_weightmark(*create, env={**passwords, "WEIGHTMARK_KEY_PASSWORD": "second words"})
    assert_ends(refused, 4, "password", "one")


def test_keys_of_others_are_taken_over(run_weightmark: Weightmark, tmp_path: Path) -> None:
    theirs = ec.generate_private_key(ec.SECP384R1())
    given = tmp_path / "theirs.pem"
    given.write_bytes(theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    imported = ("keys", "import", "theirs", "--from-file", given, "--json")
    wrong = run_weightmark(*imported, "--algorithm", "ed25519", env=PASSWORD)
    assert_ends(wrong, 2)
    made = document(run_weightmark(*imported, env=PASSWORD))
    assert (made["algorithm"], made["protection"]) == ("ecdsa-p384-sha384", "password")

    # The public part is shared, and whoever gets it gives it a name.
    shared = run_weightmark("keys", "show", "theirs", "--public")
    public = tmp_path / "public.pem"
    public.write_text(shared.stdout)
    other = document(run_weightmark("keys", "import", "them", "--from-file", public, "--json"))
    assert other["fingerprint"] == made["fingerprint"]
    assert other["protection"] == "public key alone"
    listed = run_weightmark("keys", "list")
    assert_ends(listed, 0, "public key alone", made["fingerprint"])
    model = write_model(tmp_path / "model")
    sign = ("signature", "create", model, "--key")
    assert_ends(run_weightmark(*sign, "them"), 4, "'them' is a public key alone")
    assert_ends(run_weightmark(*sign, "theirs", env=PASSWORD), 0)
    assert_ends(run_weightmark("signature", "verify", model, "--public-key", "them"), 0)


def test_a_shared_secret_of_others(run_weightmark: Weightmark, tmp_path: Path) -> None:
    given = tmp_path / "secret"
    imported = ("keys", "import", "team", "--from-file", given, "--algorithm", "hmac-sha256")
    given.write_bytes(b"short\n")
    assert_ends(run_weightmark(*imported, env=PASSWORD), 4, "of 5 bytes cannot be used")
    given.write_bytes(bytes(range(10, 42)))
    finished = run_weightmark(*imported, env=PASSWORD)
    assert_ends(finished, 0, "shared secret: whoever verifies can sign")
    refused = run_weightmark("keys", "show", "team", "--public")
    assert_ends(refused, 4, "'team' is a shared secret, and has no public part")

    # What somebody made is taken over as what it is: no other secret, and no secret of its text.
    kept = run_weightmark.home / "keys/team.pem"
    for name, algorithm in (("same", ("--algorithm", "hmac-sha256")), ("again", ())):
        taking = ("keys", "import", name, "--from-file", kept, *algorithm, "--json")
        taken = document(run_weightmark(*taking, env=PASSWORD))
        assert taken["fingerprint"] in kept.read_text()
    generate(run_weightmark, "pair", "--algorithm", "ed25519", "--public-out", tmp_path / "public")
    taking = ("keys", "import", "public", "--from-file", tmp_path / "public", *imported[5:])
    assert_ends(run_weightmark(*taking, env=PASSWORD), 2, "ed25519, and not of hmac-sha256")
    unknown = ("keys", "import", "unknown", "--from-file", given)
    assert_ends(run_weightmark(*unknown, env=PASSWORD), 4, "--algorithm hmac-sha256")


def test_the_public_part_of_an_ethereum_key(run_weightmark: Weightmark) -> None:
    """Opened, the keystore tells the fingerprint that signatures have; listed, the account."""
    made = generate(run_weightmark, "account")
    show = ("keys", "show", "account", "--public", "--json")
    assert_ends(run_weightmark(*show), 4)
    told = document(run_weightmark(*show, env=PASSWORD))
    key = load_pem_public_key(told["public_key"].encode())
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (told["fingerprint"], made["fingerprint"]) == (hashlib.sha256(der).hexdigest(), None)
    assert told["address"] == made["address"]
    assert_ends(run_weightmark("keys", "list"), 0, made["address"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "needs a name, or a file of its own"),
        (("release", "--out", "file"), "needs a name, or a file of its own"),
        (("release", "--bits", "4096"), "only a key of RSA"),
        (("release", "--algorithm", "rsa-pss-sha256", "--bits", "2048"), "2048"),
        (("release", "--algorithm", "hmac-sha256", "--public-out", "file"), "no public part"),
        (("release", "--algorithm", "rsa"), "rsa"),
        (("--out", "file", "--public-out", "file"), "cannot hold the private and the public key"),
    ],
)
def test_what_contradicts_itself(
    run_weightmark: Weightmark, arguments: tuple[str, ...], reason: str
) -> None:
    finished = run_weightmark("keys", "generate", *arguments, env=PASSWORD)
    assert_ends(finished, 2, reason)


def test_a_key_that_signs_models_sends_no_transactions(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    generate(run_weightmark, "release", "--algorithm", "ed25519")
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", "acme/digits", "--version", "1", "--key", "release")
    finished = run_weightmark(*publish, "--json", env=PASSWORD)
    assert finished.returncode == 4
    told = json.loads(finished.stdout)["error"]
    assert told["code"] == "bad-key"
    assert told["message"] == "the key 'release' is one of ed25519, and sends no transactions"

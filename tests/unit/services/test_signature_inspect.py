"""What a file of signatures says with nobody trusted, and what programs are told of signatures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.services.signed import (
    ED25519,
    ETHEREUM,
    KEYRING,
    P256,
    SECRET,
    edit_payload,
    files,
    order_of,
    release,
    sign_now,
    signed,
    verify,
)
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import SignatureFileError
from weightmark.ports.signing import Signer
from weightmark.services.signatures.create import SigningDeed
from weightmark.services.signatures.files import (
    BUNDLE,
    ENVELOPE,
    SignedFile,
    encode_file,
    file_for,
)
from weightmark.services.signatures.inspect import Line, inspect_signatures
from weightmark.services.signatures.reports import signature_verdict_document, signing_document
from weightmark.services.signatures.tree_reports import (
    inventory_document,
    tree_verdict_document,
)
from weightmark.services.signatures.trees import InventoryEntry, Standing, TreeVerdict


def lines_of(file: SignedFile) -> dict[str, list[Line]]:
    """Return what a file says, by what it is about."""
    lines = inspect_signatures(file, KEYRING)
    return {what: [each for each in lines if each.what == what] for what in (e.what for e in lines)}


def read(signer: Signer, **changes: str) -> SignedFile:
    """Return a file of one signature of a release; members of its statement may be changed."""
    artifact, name = signed(release(), signer), file_for(signer.identity.algorithm)
    if changes:
        edit_payload(artifact, name, **changes)
    return SignedFile.read(artifact, name)


@pytest.mark.parametrize("signer", [ED25519, ETHEREUM, P256], ids=["ed25519", "ethereum", "p256"])
def test_a_signature_is_one_of_the_key_that_it_carries(signer: Signer) -> None:
    (line,) = lines_of(read(signer))["signature"]
    assert line.is_verified
    assert signer.identity.fingerprint in line.text
    assert line.text.endswith("which nobody vouches for here")


def test_a_shared_secret_is_nowhere_and_so_its_signature_is_unchecked() -> None:
    (line,) = lines_of(read(SECRET))["signature"]
    assert not line.is_verified
    assert "nobody here knows its key" in line.text


@pytest.mark.parametrize("signer", [ED25519, ETHEREUM, P256], ids=["ed25519", "ethereum", "p256"])
def test_an_altered_statement_is_shown_and_not_called_verified(signer: Signer) -> None:
    lines = lines_of(read(signer, more="x"))
    assert [each.is_verified for each in lines["signature"]] == [False]
    assert "is not one of the key that it names" in lines["signature"][0].text
    assert lines["subject"]


def test_nothing_but_signatures_is_ever_called_verified() -> None:
    lines = lines_of(read(ED25519))
    assert set(lines) == {
        "signature",
        "subject",
        "first signed",
        "manifest hash",
        "artifact root",
        "ignored",
        "file",
    }
    verified = {what for what, found in lines.items() if any(e.is_verified for e in found)}
    assert verified == {"signature"}


def test_what_a_statement_does_not_tell_is_said_to_be_unknown() -> None:
    file = read(P256)
    (first, *_) = file.statement.resources
    silent = replace(
        file.statement,
        resources=(replace(first, size=None), replace(first, size=7)),
        ignored_paths=("one", "other"),
        artifact_root=b"",
        manifest_hash=b"",
        signed="",
    )
    lines = lines_of(replace(file, statement=silent))
    assert lines["first signed"] == [Line("first signed", "at a time that is unknown")]
    assert not {"manifest hash", "artifact root"} & lines.keys()
    assert [each.text for each in lines["ignored"]] == ["one", "other"]
    assert [each.text.split("  ")[1] for each in lines["file"]] == ["unknown size", "7 bytes"]


def test_a_file_tells_its_form_by_its_content_and_not_by_its_name() -> None:
    for signer, other in ((P256, ENVELOPE), (ED25519, BUNDLE)):
        file = read(signer)
        data = encode_file(file.name, file.envelope)
        assert SignedFile.parse(other, data).envelope == file.envelope
        with pytest.raises(SignatureFileError):
            SignedFile.parse(other, data[:-1])


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda each: each.label)
def test_only_signatures_of_nist_curves_are_put_into_a_bundle(algorithm: KeyAlgorithm) -> None:
    assert (file_for(algorithm) == BUNDLE) is algorithm.label.startswith("ecdsa-")


def test_programs_are_told_the_release_only_where_it_is_covered() -> None:
    covering = signing_document(sign_now(order_of(release()), ETHEREUM), ETHEREUM, "x")
    assert covering["covers"] is not None
    assert covering["covers"]["manifest_hash"].startswith("0x")
    assert (covering["deed"], covering["dropped"]) == (SigningDeed.CREATED, 0)
    assert covering["address"] == ethereum_address(ETHEREUM.public_key)
    bare = signing_document(sign_now(order_of(files()), SECRET), SECRET, "x")
    assert (bare["covers"], bare["address"], bare["shared_secret"]) == (None, None, True)


def test_what_is_not_verified_tells_programs_of_no_signer_and_no_release() -> None:
    good = signature_verdict_document(verify(signed(release(), ETHEREUM, SECRET), ETHEREUM, SECRET))
    assert good["covers"] is not None
    told = {each["algorithm"]: each for each in good["signatures"]}
    assert told["ethereum"]["address"] == ethereum_address(ETHEREUM.public_key)
    assert (told["hmac-sha256"]["address"], told["hmac-sha256"]["subject"]) == (None, None)
    assert told["hmac-sha256"]["first_signed"]
    altered = signed(release(), ED25519)
    altered.files["config.json"] = b"{ }"
    bad = signature_verdict_document(verify(altered, ED25519))
    assert (bad["verified"], bad["signatures"], bad["covers"]) == (False, [], None)


def test_one_model_that_fails_is_a_tree_that_is_not_verified() -> None:
    good = verify(signed(release(), ED25519), ED25519)
    bad = replace(good, verdict=Verdict((Check(8, "signature", Outcome.FAILED, "wrong"),)))
    whole = tree_verdict_document(TreeVerdict({"a": good}))
    assert (whole["verified"], whole["exit_status"]) == (True, 0)
    mixed = tree_verdict_document(TreeVerdict({"a": good, "b": bad}, ("cache",)))
    assert (mixed["verified"], mixed["exit_status"], mixed["excluded"]) == (False, 1, ["cache"])
    assert [(each["path"], each["verified"]) for each in mixed["models"]] == [
        ("a", True),
        ("b", False),
    ]


def test_an_inventory_counts_every_standing_even_where_there_is_none() -> None:
    signed_model = InventoryEntry("a", Standing.SIGNED)
    empty = inventory_document((), ())
    assert (empty["exit_status"], set(empty["counts"].values())) == (0, {0})
    assert empty["counts"].keys() == set(Standing)
    assert inventory_document((signed_model,), ())["models"][0]["first_signed"] is None
    for standing in set(Standing) - {Standing.SIGNED}:
        found = inventory_document((signed_model, InventoryEntry("b", standing)), ("x",))
        assert (found["exit_status"], found["counts"][standing]) == (1, 1)

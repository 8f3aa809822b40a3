"""Certificates in bundles: we refuse whatever the reference refuses, and some more.

What we refuse beyond it is listed in ``docs/formats.md``, each with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.e2e.mutations import mutations
from tests.e2e.test_signatures_mutations import stricter_rows
from tests.reference import Reference
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    DAY,
    ISSUING,
    NOW,
    SIGNING,
    Issued,
    issue,
    usage,
    write_certificates,
)
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.signing.certificate_files import CertifiedSigner, read_roots
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.ports.artifacts import no_progress
from weightmark.services.signatures.create import SigningOrder, draft, sign
from weightmark.services.signatures.keys import TrustedSigners
from weightmark.services.signatures.verify import SignatureRequest, verify_signatures

KEY = ec.generate_private_key(ec.SECP256R1())
KEYRING = PublicKeyring()
CODE, TLS = (
    x509.ExtendedKeyUsage([purpose])
    for purpose in (ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH)
)
ROOT = issue("root", None, AUTHORITY, ISSUING)
NAMESAKE = issue("root", None, AUTHORITY, ISSUING)
BETWEEN = issue("between", ROOT, AUTHORITY, ISSUING)
ENDED = issue("ended", ROOT, AUTHORITY, ISSUING, end=NOW - DAY)
SIGNER = issue("signer", ROOT, SIGNING)
BOUNDED = issue("bounded", ROOT, x509.BasicConstraints(ca=True, path_length=0), ISSUING)
BELOW = issue("below", BOUNDED, AUTHORITY, ISSUING)


def leaf(issuer: Issued, *extensions: x509.ExtensionType) -> Issued:
    return issue("leaf", issuer, *extensions, key=KEY)


# Chains, and what both answer; or, where ours alone refuses it, the row of the document's table.
CHAINS: Mapping[str, tuple[list[Issued], int | str]] = {
    "good": ([leaf(BETWEEN, SIGNING), BETWEEN], 0),
    "with its root": ([leaf(BETWEEN, SIGNING), ROOT, BETWEEN], 0),
    "for code": ([leaf(BETWEEN, CODE), BETWEEN], 0),
    "with a gap": ([leaf(BETWEEN, SIGNING)], 1),
    "for nothing": ([leaf(BETWEEN), BETWEEN], 1),
    "for servers": ([leaf(BETWEEN, TLS), BETWEEN], 1),
    "by no authority": ([leaf(SIGNER, SIGNING), SIGNER], 1),
    "by a namesake of the root": ([leaf(NAMESAKE, SIGNING), NAMESAKE], 1),
    "too long": ([leaf(BELOW, SIGNING), BELOW, BOUNDED], 1),
    "ended": (
        [issue("leaf", BETWEEN, SIGNING, key=KEY, end=NOW - DAY), BETWEEN],
        "one that is not valid at the time `--at`",
    ),
    "not begun": (
        [issue("leaf", BETWEEN, SIGNING, key=KEY, start=NOW + DAY), BETWEEN],
        "one that is not valid at the time `--at`",
    ),
    "authority that ended": (
        [leaf(ENDED, SIGNING), ENDED],
        "one that is not valid at the time `--at`",
    ),
    "for code with another usage": (
        [leaf(BETWEEN, CODE, usage("key_agreement")), BETWEEN],
        "one whose key usage is there, without signatures",
    ),
    "for servers with the usage": (
        [leaf(BETWEEN, TLS, SIGNING), BETWEEN],
        "one whose extended key usage is there, without the signing of code",
    ),
}


class Case:
    """A model, and what verifies the certificates of its bundle."""

    def __init__(self, folder: Path, reference: Reference) -> None:
        self.model = folder / "model"
        self.model.mkdir()
        (self.model / "weights").write_bytes(b"weights")
        self.roots = write_certificates(folder / "roots", [ROOT])
        self.reference = reference

    def bundle(self, chain: list[Issued]) -> bytes:
        signer = CertifiedSigner(PrivateKeySigner(KEY), [each.certificate for each in chain])
        order = SigningOrder(LocalArtifact(self.model), "model", NOW, anew=True)
        return sign(draft(order, signer, no_progress), signer, KEYRING).data

    def answers(self, data: bytes) -> tuple[int, int]:
        """Return the exit statuses of the reference and of ours."""
        signature = self.model / "model.sig"
        signature.write_bytes(data)
        told = self.reference.verify_certified(self.model, signature, self.roots)
        trust = TrustedSigners((), read_roots([self.roots]), NOW)
        request = SignatureRequest(LocalArtifact(self.model), trust)
        found = verify_signatures(request, KEYRING, no_progress)
        return told.status, found.verdict.exit_status


@pytest.fixture(scope="module")
def case(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("certificates"), reference)


@pytest.mark.parametrize(("chain", "expected"), CHAINS.values(), ids=CHAINS)
def test_chains(case: Case, chain: list[Issued], expected: int | str) -> None:
    both = (0, 1) if isinstance(expected, str) else (expected, expected)
    assert case.answers(case.bundle(chain)) == both


def test_the_document_lists_what_is_stricter() -> None:
    stricter = [row for _, row in CHAINS.values() if isinstance(row, str)]
    assert stricter_rows("And of certificates") == list(dict.fromkeys(stricter))


def test_every_place_of_the_certificates_spoiled(case: Case) -> None:
    chain, _ = CHAINS["good"]
    spoiled = [
        (name, data)
        for name, data in mutations(case.bundle(chain))
        if name.startswith(".verificationMaterial")
    ]
    answers = [(name, case.answers(data)) for name, data in spoiled]
    assert [name for name, (theirs, ours) in answers if theirs and not ours] == []
    stricter = {name for name, (theirs, ours) in answers if ours and not theirs}
    assert {name for name in stricter if not name.endswith((" twice", "rawBytes longer"))} == set()


def reorder(certificates: list[object]) -> None:
    certificates.reverse()


@pytest.mark.parametrize("change", [reorder, list.clear], ids=["reordered", "none"])
def test_the_signer_s_certificate_comes_first(
    case: Case, change: Callable[[list[object]], None]
) -> None:
    document = json.loads(case.bundle(CHAINS["good"][0]))
    change(document["verificationMaterial"]["x509CertificateChain"]["certificates"])
    theirs, ours = case.answers(json.dumps(document).encode())
    assert theirs == 1
    assert ours in {1, 4}

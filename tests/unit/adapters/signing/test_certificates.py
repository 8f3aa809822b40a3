"""Who is vouched for, when and for what; the certificates differ in one thing from good ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    DAY,
    ISSUING,
    NOW,
    SIGNING,
    Issued,
    issue,
    outdated,
    usage,
    write_certificates,
)
from weightmark.adapters.signing.certificate_files import (
    certified_signers,
    read_certificates,
    read_roots,
)
from weightmark.adapters.signing.certificates import TrustedRoots, check_signing
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import encoded
from weightmark.domain.signatures.envelope import MAX_CERTIFICATES
from weightmark.errors import KeyFileError, MissingPathError, UntrustedCertificateError
from weightmark.ports.signing import Certified

CODE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
TLS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")

ROOT = issue("root", None, AUTHORITY, ISSUING)
BETWEEN = issue("between", ROOT, AUTHORITY, ISSUING)
LEAF = issue("signer", BETWEEN, SIGNING)
LOOP = [issue("loop", None, AUTHORITY, ISSUING, key=LEAF.key) for _ in range(12)]


def certified(root: Issued, *chain: Issued) -> Certified:
    return TrustedRoots([root.certificate]).certified([each.der for each in chain], NOW)


def test_a_chain_leads_to_a_trusted_root() -> None:
    found = certified(ROOT, LEAF, BETWEEN)
    assert found.subject == "CN=signer"
    assert found.verifier.public_key == encoded(LEAF.certificate.public_key())
    assert certified(ROOT, LEAF, ROOT, BETWEEN).subject == "CN=signer"


@pytest.mark.parametrize("extensions", [(SIGNING, CODE), (CODE,)], ids=["both", "purpose"])
def test_what_says_that_it_is_for_signatures(extensions: Sequence[x509.ExtensionType]) -> None:
    assert certified(ROOT, issue("signer", BETWEEN, *extensions), BETWEEN).subject == "CN=signer"


def test_an_authority_that_says_that_it_is_for_signatures() -> None:
    between = issue("between", ROOT, AUTHORITY, ISSUING, CODE)
    assert certified(ROOT, issue("signer", between, SIGNING), between).subject == "CN=signer"


def test_a_certificate_without_a_subject_counts_too() -> None:
    leaf = issue("", ROOT, SIGNING, x509.SubjectAlternativeName([x509.RFC822Name("a@b.example")]))
    number = f"{leaf.certificate.serial_number:x}"
    assert certified(ROOT, leaf).subject == f"the certificate {number}"


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()], ids=lambda each: each.name)
def test_other_curves(curve: ec.EllipticCurve) -> None:
    root = issue("root", None, AUTHORITY, key=ec.generate_private_key(curve))
    leaf = issue("signer", root, SIGNING, key=ec.generate_private_key(curve))
    assert certified(root, leaf).subject == "CN=signer"


def test_an_authority_with_rsa() -> None:
    root = issue("root", None, AUTHORITY, key=rsa.generate_private_key(65537, 2048))
    assert certified(root, issue("signer", root, SIGNING)).subject == "CN=signer"


def test_a_certificate_that_is_its_own_root() -> None:
    alone = issue("alone", None, SIGNING)
    assert certified(alone, alone).subject == "CN=alone"


def namesake() -> Issued:
    return issue("root", None, AUTHORITY, ISSUING)


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        ([issue("signer", BETWEEN, SIGNING, end=NOW - DAY), BETWEEN], "r' is .* until 2026-05-31T"),
        (
            [issue("signer", BETWEEN, SIGNING, start=NOW + DAY), BETWEEN],
            "r' is valid from 2026-06-02T",
        ),
        ([issue("signer", BETWEEN), BETWEEN], "it has no key usage"),
        ([outdated(issue("old"))], "'CN=old' is one of X.509 version 1"),
        ([issue("signer", BETWEEN, usage("key_encipherment")), BETWEEN], "usage does not include"),
        ([issue("signer", BETWEEN, usage("key_agreement"), CODE), BETWEEN], "does not include"),
        ([issue("signer", BETWEEN, SIGNING, TLS), BETWEEN], "does not include the signing of code"),
        ([issue("signer", BETWEEN, SIGNING, UNKNOWN), BETWEEN], "critical"),
        ([LEAF], "no certificate leads to a root"),
        ([issue("alone", None, SIGNING)], "no certificate leads to a root"),
        ([issue("signer", namesake(), SIGNING)], "signature does not match"),
        ([issue("other", LEAF, SIGNING), LEAF, BETWEEN], "basicConstraints"),
        ([issue("signer", LOOP[0], SIGNING), *LOOP], "Z: Exceeded maximum signature check"),
    ],
    ids=[
        "expired",
        "not yet",
        "no usage",
        "version 1",
        "another usage",
        "another usage with the purpose",
        "TLS",
        "critical extension",
        "gap",
        "foreign",
        "namesake",
        "signer as authority",
        "authorities that vouch for each other",
    ],
)
def test_signers_that_nobody_vouches_for(chain: list[Issued], reason: str) -> None:
    with pytest.raises(UntrustedCertificateError, match=reason) as caught:
        certified(ROOT, *chain)
    assert "encountered" not in caught.value.message


@pytest.mark.parametrize(
    ("extensions", "days", "reason"),
    [
        ([AUTHORITY, ISSUING], -1, "'CN=between' is valid from .* until 2026-05-31T"),
        ([x509.BasicConstraints(ca=False, path_length=None)], 1, "cA must be asserted"),
        ([], 1, "no basicConstraints"),
        ([AUTHORITY, SIGNING], 1, "usage does not include certificates"),
        ([AUTHORITY, UNKNOWN], 1, "critical"),
        ([AUTHORITY, ISSUING, TLS], 1, "authority's extended key usage does not include"),
    ],
    ids=["expired", "no authority", "no constraints", "usage", "critical extension", "TLS"],
)
def test_what_does_not_lead_to_a_root(
    extensions: list[x509.ExtensionType], days: int, reason: str
) -> None:
    between = issue("between", ROOT, *extensions, end=NOW + days * DAY)
    with pytest.raises(UntrustedCertificateError, match=reason):
        certified(ROOT, issue("signer", between, SIGNING), between)


def test_roots_are_bound_by_what_they_say() -> None:
    short = issue("root", None, x509.BasicConstraints(ca=True, path_length=0), key=ROOT.key)
    with pytest.raises(UntrustedCertificateError, match="path length"):
        certified(short, LEAF, BETWEEN)
    old = issue("root", None, AUTHORITY, key=ROOT.key, end=NOW - DAY)
    with pytest.raises(UntrustedCertificateError, match="'CN=root' is valid from"):
        certified(old, LEAF, BETWEEN)


def test_the_time_is_that_of_the_caller_and_not_the_certificates_own_start() -> None:
    roots = TrustedRoots([ROOT.certificate])
    chain = [LEAF.der, BETWEEN.der]
    assert roots.certified(chain, NOW + 29 * DAY).subject == "CN=signer"
    for when in (NOW + 31 * DAY, NOW - 31 * DAY):
        with pytest.raises(UntrustedCertificateError, match=f"at {when:%Y-%m-%d}T00:00:00Z"):
            roots.certified(chain, when)


def test_a_certificate_between_is_no_root() -> None:
    """The reference does not take one for a root either; it helps to find the way to one."""
    with pytest.raises(KeyFileError, match="none of these certificates is a root"):
        TrustedRoots([BETWEEN.certificate, LEAF.certificate])
    roots = TrustedRoots([BETWEEN.certificate, ROOT.certificate])
    assert roots.certified([LEAF.der], NOW).subject == "CN=signer"


@pytest.mark.parametrize(
    "chain",
    [
        [],
        [b""],
        [LEAF.der[:-1]],
        [LEAF.der, b"\x30\x00"],
        # The key usage is an octet string in the place of bits.
        [LEAF.der.replace(b"\x03\x02\x07\x80", b"\x04\x02\x07\x80")],
        [LEAF.der] * (MAX_CERTIFICATES + 1),
    ],
    ids=["none", "empty", "cut", "one of them", "a part", "too many"],
)
def test_what_is_no_chain(chain: list[bytes]) -> None:
    with pytest.raises(KeyFileError):
        TrustedRoots([ROOT.certificate]).certified(chain, NOW)


def test_certificates_are_read_from_files(tmp_path: Path) -> None:
    chain = write_certificates(tmp_path / "chain.pem", [LEAF, BETWEEN])
    root = write_certificates(tmp_path / "root.pem", [ROOT])
    found = read_certificates([chain, root])
    assert found == (LEAF.certificate, BETWEEN.certificate, ROOT.certificate)
    assert read_roots([root]).certified([LEAF.der, BETWEEN.der], NOW).subject == "CN=signer"
    with pytest.raises(MissingPathError):
        read_certificates([tmp_path / "nothing"])
    (tmp_path / "text").write_text("no certificate")
    with pytest.raises(KeyFileError, match="text holds no certificates"):
        read_certificates([tmp_path / "text"])


def test_a_signer_carries_the_certificates_of_its_key() -> None:
    """Its own comes first, whatever the order of the files; another signer has none of them."""
    signer, other = PrivateKeySigner(LEAF.key), PrivateKeySigner(ROOT.key)
    own, between = LEAF.certificate, BETWEEN.certificate
    carrying, plain = certified_signers([signer, other], [between, own, between, own])
    assert carrying.certificates == (LEAF.der, BETWEEN.der)
    assert (carrying.identity, carrying.public_key) == (signer.identity, signer.public_key)
    assert plain is other
    found = certified(ROOT, LEAF, BETWEEN)
    assert found.verifier.verify(b"message", carrying.sign(b"message"))
    with pytest.raises(KeyFileError, match="one of another key"):
        certified_signers([other], [own, between])


def test_of_two_certificates_of_one_key_none_is_left_out_unsaid() -> None:
    second = issue("second", ROOT, SIGNING, key=LEAF.key).certificate
    with pytest.raises(KeyFileError, match="several of these certificates are of one key"):
        certified_signers([PrivateKeySigner(LEAF.key)], [LEAF.certificate, second])


@pytest.mark.parametrize("days", [-400, 400])
def test_a_release_is_signed_with_a_certificate_that_is_valid_then(days: int) -> None:
    """Later no verification of the release passes; signatures alone count when others say."""
    signer, at = PrivateKeySigner(LEAF.key), NOW + days * DAY
    (untimely,) = certified_signers([signer], [LEAF.certificate], at)
    with pytest.raises(KeyFileError, match="the certificate 'CN=signer' is valid from"):
        untimely.sign(b"message")
    for time in (None, NOW):
        (timely,) = certified_signers([signer], [LEAF.certificate], time)
        assert timely.sign(b"message")


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (issue("own", ROOT), "'CN=own' would count: .* has no key usage"),
        (issue("own", ROOT, usage("key_agreement")), "key usage does not include signatures"),
        (issue("own", ROOT, SIGNING, TLS), "does not include the signing of code"),
        (outdated(issue("own")), "one of X.509 version 1"),
    ],
    ids=["no usage", "another usage", "TLS", "version 1"],
)
def test_certificates_whose_signatures_never_count(own: Issued, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason) as caught:
        check_signing([own.certificate])
    assert "digitalSignature" in caught.value.hint
    check_signing([LEAF.certificate, issue("own", ROOT, CODE).certificate])


@pytest.mark.parametrize(
    ("authority", "reason"),
    [
        (issue("other", ROOT, SIGNING), "'CN=other' would count: it is no authority's"),
        (issue("other", ROOT, x509.BasicConstraints(ca=False, path_length=None)), "no authority's"),
        (issue("other", ROOT, AUTHORITY, SIGNING), "key usage does not include certificates"),
        (issue("other", ROOT, AUTHORITY, TLS), "does not include the signing of code"),
        (outdated(issue("other")), "one of X.509 version 1"),
    ],
    ids=["a signer", "no authority", "another usage", "TLS", "version 1"],
)
def test_authorities_who_can_vouch_for_nobody(authority: Issued, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason):
        check_signing([LEAF.certificate], [BETWEEN.certificate, authority.certificate])
    check_signing([LEAF.certificate], [BETWEEN.certificate, ROOT.certificate])

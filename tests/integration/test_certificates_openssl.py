"""Certificates are judged as OpenSSL judges them, which the reference of Model Signing asks."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.reference import PYTHON
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    DAY,
    ISSUING,
    NOW,
    SIGNING,
    Issued,
    issue,
    usage,
)
from weightmark.adapters.signing.certificates import TrustedRoots
from weightmark.errors import UntrustedCertificateError

# Reads lists of certificates in hex, a root and then a chain; prints whether OpenSSL accepts each.
OPENSSL = """
import datetime, json, sys
from OpenSSL import crypto
def parsed(each):
    return crypto.load_certificate(crypto.FILETYPE_ASN1, bytes.fromhex(each))
def accepts(root, leaf, *others):
    store = crypto.X509Store()
    store.add_cert(parsed(root))
    store.set_time(datetime.datetime.fromisoformat(sys.argv[1]))
    context = crypto.X509StoreContext(store, parsed(leaf), [parsed(each) for each in others])
    try:
        context.verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True
print(json.dumps([accepts(*each) for each in json.load(sys.stdin)]))
"""
PATH_0 = x509.BasicConstraints(ca=True, path_length=0)
NO_AUTHORITY = x509.BasicConstraints(ca=False, path_length=None)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
TLS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
CODE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])

ROOT = issue("root", None, AUTHORITY, ISSUING)
BETWEEN = issue("between", ROOT, AUTHORITY, ISSUING)
LEAF = issue("signer", BETWEEN, SIGNING)


def signer(*extensions: x509.ExtensionType) -> list[Issued]:
    return [ROOT, issue("signer", BETWEEN, *extensions), BETWEEN]


def under(root: Issued, *extensions: x509.ExtensionType) -> list[Issued]:
    between = issue("between", root, *extensions)
    return [root, issue("signer", between, SIGNING), between]


def chains() -> dict[str, list[Issued]]:
    """Return what is judged alike: a root, and the chain from the signer on."""
    short = issue("root", None, PATH_0, key=ROOT.key)
    old = issue("root", None, AUTHORITY, key=ROOT.key, end=NOW - DAY)
    p384, p521 = (ec.generate_private_key(curve) for curve in (ec.SECP384R1(), ec.SECP521R1()))
    other = issue("root", None, AUTHORITY, key=p521)
    with_rsa = issue("root", None, AUTHORITY, key=rsa.generate_private_key(65537, 2048))
    alone = issue("alone", None, SIGNING)
    return {
        "good": [ROOT, LEAF, BETWEEN],
        "with its root": [ROOT, LEAF, BETWEEN, ROOT],
        "gap": [ROOT, LEAF],
        "namesake": [issue("root", None, AUTHORITY, ISSUING), LEAF, BETWEEN],
        "alone": [alone, alone],
        "alone and unknown": [ROOT, alone],
        "expired": [ROOT, issue("signer", BETWEEN, SIGNING, end=NOW - DAY), BETWEEN],
        "not yet": [ROOT, issue("signer", BETWEEN, SIGNING, start=NOW + DAY), BETWEEN],
        "expired root": [old, LEAF, BETWEEN],
        "path length": [short, LEAF, BETWEEN],
        "path length kept": [short, issue("signer", short, SIGNING)],
        "signer as authority": [ROOT, issue("other", LEAF, SIGNING), LEAF, BETWEEN],
        "no authority": under(ROOT, NO_AUTHORITY),
        "no constraints": under(ROOT),
        "no issuing": under(ROOT, AUTHORITY, SIGNING),
        "critical extension": signer(SIGNING, UNKNOWN),
        "critical extension between": under(ROOT, AUTHORITY, UNKNOWN),
        "purpose": signer(CODE),
        "P-384": [other, issue("signer", other, SIGNING, key=p384)],
        "RSA": [with_rsa, issue("signer", with_rsa, SIGNING)],
    }


def stricter() -> dict[str, list[Issued]]:
    """Return what we refuse and OpenSSL does not ask for."""
    deep = [ROOT]
    for number in range(9):
        deep.insert(0, issue(f"authority {number}", deep[0], AUTHORITY))
    return {
        "no usage": signer(),
        "another usage": signer(usage("key_encipherment")),
        "another usage with the purpose": signer(usage("key_encipherment"), CODE),
        "TLS": signer(SIGNING, TLS),
        "TLS between": under(ROOT, AUTHORITY, ISSUING, TLS),
        "deep": [ROOT, issue("signer", deep[0], SIGNING), *deep],
    }


def ours(root: Issued, *chain: Issued) -> bool:
    try:
        TrustedRoots([root.certificate]).certified([each.der for each in chain], NOW)
    except UntrustedCertificateError:
        return False
    return True


def theirs(cases: Sequence[Sequence[Issued]]) -> list[bool]:
    finished = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", OPENSSL, NOW.replace(tzinfo=None).isoformat()],
        input=json.dumps([[each.der.hex() for each in case] for case in cases]),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers: list[bool] = json.loads(finished.stdout)
    return answers


def test_certificates_are_judged_alike_or_more_strictly() -> None:
    if not Path(PYTHON).exists():
        message = f"OpenSSL's judgement is asked with {PYTHON}; run scripts/setup"
        if os.environ.get("WEIGHTMARK_REQUIRE_PEERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    alike, strict = chains(), stricter()
    asked = theirs([*alike.values(), *strict.values()])
    told = dict(zip((*alike, *strict), asked, strict=True))
    assert {name: ours(*case) for name, case in alike.items()} == {
        name: told[name] for name in alike
    }
    assert [name for name, case in strict.items() if ours(*case)] == []
    assert [name for name in strict if not told[name]] == []
    assert {told[name] for name in alike} == {True, False}

"""The two files that carry a statement with its signatures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP521R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.domain.signatures.documents import (
    CERTIFIED,
    HINT,
    PAYLOAD,
    SIGNED_BY_KEY,
    SIGNED_BY_TWO,
    Spoil,
    base64_of,
    spoiled,
)
from weightmark.domain.signatures import envelope as module
from weightmark.domain.signatures.bundle import decode_bundle, encode_bundle, hint_of
from weightmark.domain.signatures.envelope import MAX_SIGNATURES, Envelope
from weightmark.domain.signatures.envelope_file import decode_envelope, encode_envelope
from weightmark.errors import SignatureFileError


def material(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]
    return found


def signed(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["dsseEnvelope"]
    return found


def test_the_message_is_the_pre_authentication_encoding() -> None:
    """The example of the specification's protocol.md, with our type."""
    expected = b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    assert Envelope(b"hello world", ()).message == expected


@pytest.mark.parametrize("envelope", [SIGNED_BY_KEY, CERTIFIED])
def test_a_bundle_comes_back(envelope: Envelope) -> None:
    assert decode_bundle(encode_bundle(envelope)) == envelope


def test_an_envelope_comes_back() -> None:
    assert decode_envelope(encode_envelope(SIGNED_BY_TWO)) == SIGNED_BY_TWO


def test_a_bundle_has_the_form_that_the_reference_writes() -> None:
    assert json.loads(encode_bundle(SIGNED_BY_KEY)) == {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": HINT}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64_of(PAYLOAD),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64_of(b"value"), "keyid": ""}],
        },
    }


@pytest.mark.parametrize("curve", [SECP256R1(), SECP521R1()])
def test_a_hint_is_the_hash_of_the_key_in_pem(curve: Any) -> None:
    key = generate_private_key(curve).public_key()
    der, pem = (
        key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        for encoding in (Encoding.DER, Encoding.PEM)
    )
    assert hint_of(der) == hashlib.sha256(pem).hexdigest()


ACCEPTED: dict[str, Spoil] = {
    "no key id": lambda each: signed(each)["signatures"][0].pop("keyid"),
    "a key id that is null": lambda each: signed(each)["signatures"][0].update(keyid=None),
    "no log entries": lambda each: material(each).pop("tlogEntries"),
    "a key of an older version": lambda each: material(each)["publicKey"].update(
        rawBytes="a2V5", keyDetails="PKIX_ECDSA_P256_SHA_256"
    ),
}


@pytest.mark.parametrize("spoil", ACCEPTED.values(), ids=ACCEPTED)
def test_what_else_is_a_bundle(spoil: Spoil) -> None:
    assert decode_bundle(spoiled(encode_bundle(SIGNED_BY_KEY), spoil)) == SIGNED_BY_KEY


@pytest.mark.parametrize("key", [{}, {"hint": None}])
def test_a_bundle_without_a_hint(key: dict[str, object]) -> None:
    data = spoiled(encode_bundle(SIGNED_BY_KEY), lambda each: material(each).update(publicKey=key))
    assert decode_bundle(data).signatures[0].hint == ""


REFUSED: dict[str, Spoil] = {
    "no media type": lambda each: each.pop("mediaType"),
    "another media type": lambda each: each.update(
        mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"
    ),
    "no material": lambda each: each.pop("verificationMaterial"),
    "no envelope": lambda each: each.pop("dsseEnvelope"),
    "an unknown member": lambda each: each.update(extra=1),
    "an unknown member of the material": lambda each: material(each).update(extra=1),
    "an unknown member of the envelope": lambda each: signed(each).update(extra=1),
    "an unknown member of the signature": lambda each: signed(each)["signatures"][0].update(a=1),
    "neither key nor certificate": lambda each: material(each).pop("publicKey"),
    "both": lambda each: material(each).update(
        x509CertificateChain={"certificates": [{"rawBytes": "YQ=="}]}
    ),
    "no certificates": lambda each: each.update(
        verificationMaterial={"x509CertificateChain": {"certificates": []}}
    ),
    "an entry of a log": lambda each: material(each).update(tlogEntries=[{}]),
    "another payload type": lambda each: signed(each).update(payloadType="text/plain"),
    "no payload": lambda each: signed(each).pop("payload"),
    "a payload that is no base64": lambda each: signed(each).update(payload="YR=="),
    "no signature": lambda each: signed(each).update(signatures=[]),
    "two signatures": lambda each: signed(each)["signatures"].append({"sig": "YQ=="}),
    "an empty signature": lambda each: signed(each)["signatures"][0].update(sig=""),
    "a signature that is no base64": lambda each: signed(each)["signatures"][0].update(sig="?"),
}


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=REFUSED)
def test_what_is_no_bundle(spoil: Spoil) -> None:
    with pytest.raises(SignatureFileError):
        decode_bundle(spoiled(encode_bundle(SIGNED_BY_KEY), spoil))


FOREIGN: dict[str, Spoil] = {
    "no payload type": lambda each: each.pop("payloadType"),
    "another payload type": lambda each: each.update(payloadType="text/plain"),
    "an unknown member": lambda each: each.update(extra=1),
    "an unknown member of a signature": lambda each: each["signatures"][0].update(extra=1),
    "no key id": lambda each: each["signatures"][0].pop("keyid"),
    "a malformed key id": lambda each: each["signatures"][0].update(keyid="AB" * 32),
    "the key of another id": lambda each: each["signatures"][0].update(keyid="ab" * 32),
    "no algorithm": lambda each: each["signatures"][0].pop("algorithm"),
    "an unknown algorithm": lambda each: each["signatures"][0].update(algorithm="rot13"),
    "no signature": lambda each: each.update(signatures=[]),
    "two by one key": lambda each: each["signatures"].append(each["signatures"][0]),
}


@pytest.mark.parametrize("spoil", FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_envelope(spoil: Spoil) -> None:
    with pytest.raises(SignatureFileError):
        decode_envelope(spoiled(encode_envelope(SIGNED_BY_TWO), spoil))


def test_a_payload_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAYLOAD_SIZE", len(PAYLOAD) - 1)
    with pytest.raises(SignatureFileError, match="the statement is larger than"):
        decode_bundle(encode_bundle(SIGNED_BY_KEY))
    with pytest.raises(SignatureFileError, match="the statement is larger than"):
        decode_envelope(encode_envelope(SIGNED_BY_TWO))


def test_values_are_bounded_before_they_are_built_and_no_envelope_has_as_many() -> None:
    signature = SIGNED_BY_TWO.signatures[0]
    keys = [b"%d" % number for number in range(MAX_SIGNATURES)]
    envelope = Envelope(
        PAYLOAD,
        tuple(
            replace(signature, public_key=key, fingerprint=hashlib.sha256(key).hexdigest())
            for key in keys
        ),
    )
    assert decode_envelope(encode_envelope(envelope)) == envelope
    repeated = b"{" + b'"payload":"ab",' * 1000
    for decode, data in (
        (decode_envelope, encode_envelope(envelope)),
        (decode_bundle, encode_bundle(SIGNED_BY_KEY)),
    ):
        with pytest.raises(SignatureFileError, match="holds more than 1000 values"):
            decode(repeated + data[1:])

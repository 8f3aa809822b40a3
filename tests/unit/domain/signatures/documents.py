"""Valid files of signatures as JSON values, for tests to spoil."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import Resource, Statement, encode_statement
from weightmark.domain.signing_keys import KeyAlgorithm

KEY = b"a key in DER"
FINGERPRINT = hashlib.sha256(KEY).hexdigest()
HINT = "ab" * 32
STATEMENT = Statement(
    subject="acme/digits",
    resources=(
        Resource("a/b", "1220" + "01" * 32, 1),
        Resource("a-b", "1220" + "02" * 32, 2),
        Resource("ä", "1220" + "03" * 32, 0),
    ),
    ignored_paths=("model.sig",),
    artifact_root=b"\x0a" * 32,
    manifest_hash=b"\x0b" * 32,
    signed="2026-11-21T09:00:00Z",
    keys=(KEY,),
)
PAYLOAD = encode_statement(STATEMENT)
SIGNED_BY_KEY = Envelope(PAYLOAD, (Signature(b"value", hint=HINT),))
CERTIFIED = Envelope(PAYLOAD, (Signature(b"value", certificates=(b"leaf", b"root")),))
SIGNED_BY_TWO = Envelope(
    PAYLOAD,
    (
        Signature(b"one", KeyAlgorithm.ED25519, FINGERPRINT, public_key=KEY),
        Signature(b"two", KeyAlgorithm.HMAC_SHA256, "cd" * 32),
    ),
)
BLAKE3 = DigestAlgorithm.BLAKE3

Spoil = Callable[[dict[str, Any]], object]


def spoiled(data: bytes, spoil: Spoil) -> bytes:
    """Return a document after a function has changed its values."""
    document: dict[str, Any] = json.loads(data)
    spoil(document)
    return json.dumps(document).encode()


def base64_of(data: bytes) -> str:
    """Return base64, padded."""
    return base64.b64encode(data).decode()

"""Each place of a bundle spoiled: we refuse whatever the reference refuses, and some more.

What we refuse beyond it is listed in ``docs/formats.md``, each with its reason.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.command import CHECKOUT
from tests.e2e.mutations import mutations
from tests.reference import Reference, write_public_key
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.domain.signatures.bundle import encode_bundle, hint_of
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.ports.artifacts import no_progress
from weightmark.services.signatures.create import SigningOrder, draft, sign
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners
from weightmark.services.signatures.verify import SignatureRequest, verify_signatures

KEY = ec.generate_private_key(ec.SECP256R1())
SIGNER = PrivateKeySigner(KEY)
KEYRING = PublicKeyring()
TRUST = TrustedSigners(
    (RequiredKey("the key", KEYRING.verifier(SIGNER.public_key)),), None, datetime.now(UTC)
)
LOG_ENTRY = {
    "logIndex": "0",
    "logId": {"keyId": "YQ=="},
    "kindVersion": {"kind": "dsse", "version": "0.0.1"},
    "inclusionProof": {"logIndex": "0", "rootHash": "YQ==", "treeSize": "1", "hashes": []},
    "canonicalizedBody": "YQ==",
}
DOCUMENT = CHECKOUT / "docs/formats.md"

# The rows of the document's table, and which mutations they are about: the first that fits.
ROWS: Mapping[str, str] = {
    "a member that occurs twice": r"[^\]] twice$",
    "a second signature": r"signatures\[\] twice$",
    "base64 with other characters or padding": r"(payload|sig|keys\[\]) longer$",
    "a member of ours that is malformed or not true": r"\.(weightmark|size)\b|weightmark_artifact",
    "a value of another type, or null": r"(name|links|paths(\[\])?) (null|of another type)$|^null",
    "a `hash_type` that is not that of the files": r"\.hash_type ",
    "a digest in capitals": r"\.digest in capitals$",
    "names of members in snake case": r"^snake case$",
    "time stamps, and entries of a transparency log": r"^(time stamps|log entry)$",
    "an ignored path that is absolute": r"^ignored /",
    "a path that is not in its one form": r"^path ",
    "no files": r"^no files$",
    "a statement of version 0.2": r"^version 0\.2$",
    "a file under an ignored path": r"^hidden file$",
}


@dataclass(frozen=True)
class Case:
    """A model with a bundle, and what verifies it."""

    model: Path
    public_key: Path
    reference: Reference

    @property
    def signature(self) -> Path:
        return self.model / "model.sig"

    def beside(self, name: str) -> Case:
        """Return a copy of the model that has one file more."""
        copy = shutil.copytree(self.model, self.model.with_name(f"with {name}"))
        (copy / name).write_text("hidden")
        return replace(self, model=copy)

    def empty(self) -> Case:
        """Return a model that has no files."""
        folder = self.model.with_name("empty")
        folder.mkdir()
        return replace(self, model=folder)

    def answers(self, data: bytes) -> tuple[int, int]:
        """Return the exit statuses of the reference and of ours."""
        self.signature.write_bytes(data)
        told = self.reference.verify(self.model, self.signature, self.public_key)
        request = SignatureRequest(LocalArtifact(self.model), TRUST)
        found = verify_signatures(request, KEYRING, no_progress)
        return told.status, found.verdict.exit_status


@pytest.fixture(scope="module")
def case(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("mutations")
    (folder / "model/sub").mkdir(parents=True)
    (folder / "model/a").write_bytes(b"one")
    (folder / "model/sub/b").write_bytes(b"two")
    return Case(folder / "model", write_public_key(folder / "key.pub", KEY), reference)


@pytest.fixture(scope="module")
def envelope(case: Case) -> Envelope:
    order = SigningOrder(LocalArtifact(case.model), "model", datetime.now(UTC))
    return sign(draft(order, SIGNER, no_progress), SIGNER, KEYRING).envelope


def resigned(payload: bytes) -> bytes:
    """Return the bundle of a payload that the same key signs."""
    value = SIGNER.sign(Envelope(payload, ()).message)
    return encode_bundle(Envelope(payload, (Signature(value, hint=hint_of(SIGNER.public_key)),)))


def edited(data: bytes, edit: Callable[[Any], object]) -> bytes:
    document = json.loads(data)
    edit(document)
    return json.dumps(document).encode()


def test_every_place_of_a_bundle_spoiled(case: Case, envelope: Envelope) -> None:
    bundle, payload = encode_bundle(envelope), envelope.payload
    assert case.answers(bundle) == (0, 0)
    spoiled = [
        *mutations(bundle),
        *((f"payload{name}", resigned(data)) for name, data in mutations(payload)),
        *_extras(bundle, payload),
    ]
    answers = [(name, case.answers(data)) for name, data in spoiled]
    answers += [
        ("hidden file", case.beside(".gitattributes").answers(bundle)),
        ("no files", case.empty().answers(resigned(edited(payload, _without_files)))),
    ]
    assert [name for name, (theirs, ours) in answers if theirs and not ours] == []
    assert {ours for _, (_, ours) in answers} == {0, 1, 4}
    stricter = {name for name, (theirs, ours) in answers if ours and not theirs}
    rows = {
        name: next((row for row in ROWS if re.search(ROWS[row], name)), "") for name in stricter
    }
    assert [name for name, row in rows.items() if not row] == []
    assert set(rows.values()) == ROWS.keys()


def test_the_document_lists_what_is_stricter() -> None:
    assert stricter_rows("Where our reading is stricter than the reference") == list(ROWS)


def stricter_rows(heading: str) -> list[str]:
    """Return the first cells of the document's table below some words."""
    table = DOCUMENT.read_text().partition(heading)[2].partition("\n\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE)[2:]


def _extras(bundle: bytes, payload: bytes) -> Iterator[tuple[str, bytes]]:
    yield "snake case", bundle.replace(b"mediaType", b"media_type")
    stamps: dict[str, Any] = {"timestampVerificationData": {"rfc3161Timestamps": []}}
    yield "time stamps", edited(bundle, lambda each: each["verificationMaterial"].update(stamps))
    entry = partial(dict.update, tlogEntries=[LOG_ENTRY])
    yield "log entry", edited(bundle, lambda each: entry(each["verificationMaterial"]))
    yield "null member", edited(bundle, lambda each: each.update(messageSignature=None))
    ignored = partial(dict.update, ignore_paths=["/etc"])
    changed = edited(payload, lambda each: ignored(each["predicate"]["serialization"]))
    yield "ignored /etc", resigned(changed)
    for path in ("./a", "a/", "../model/a", "/a", "sub/../a"):
        rename = partial(_first_file, name=path)
        yield f"path {path}", resigned(edited(payload, rename))
    yield "version 0.2", resigned(edited(payload, _as_of_version_0_2))


def _first_file(statement: dict[str, Any], **members: object) -> None:
    statement["predicate"]["resources"][0].update(members)


def _without_files(statement: dict[str, Any]) -> None:
    statement["predicate"]["resources"].clear()
    statement["subject"][0]["digest"] = {"sha256": hashlib.sha256().hexdigest()}


def _as_of_version_0_2(statement: dict[str, Any]) -> None:
    """Give each file as a subject, as the reference did before its first version."""
    files = statement["predicate"]["resources"]
    subjects = [{"name": each["name"], "digest": {"sha256": each["digest"]}} for each in files]
    statement["subject"] = subjects
    statement["predicateType"] = "https://model_signing/Digests/v0.1"


def test_no_altered_signature_verifies(case: Case, envelope: Envelope) -> None:
    """Each byte flipped, and cut at each place."""
    (signature,) = envelope.signatures
    value = signature.value
    altered = [
        value[:place] + bytes([byte ^ 1]) + value[place + 1 :] for place, byte in enumerate(value)
    ]
    altered += [value[:length] for length in range(1, len(value))]
    bundles = [
        encode_bundle(replace(envelope, signatures=(replace(signature, value=each),)))
        for each in altered
    ]
    assert {case.answers(data) for data in bundles} == {(1, 1)}


def test_raw_signatures_are_refused(case: Case, envelope: Envelope) -> None:
    r, s = decode_dss_signature(envelope.signatures[0].value)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    signature = replace(envelope.signatures[0], value=raw)
    assert case.answers(encode_bundle(replace(envelope, signatures=(signature,)))) == (1, 1)

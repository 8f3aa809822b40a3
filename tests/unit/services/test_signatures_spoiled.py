"""Each place of a file of several signatures spoiled: it verifies only where it says the same."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.mutations import mutations
from tests.fakes.artifact import FakeArtifact
from tests.ports.signing_keys import signer_of
from tests.unit.services.signed import ED25519, ETHEREUM, SECRET, release, signed, verify
from weightmark.domain.signatures.decoding import decode_base64, encode_base64
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.ports.signing import Signer

NAME = "weightmark.sig"
SIGNERS = (ED25519, ETHEREUM, SECRET, signer_of(KeyAlgorithm.RSA_PSS_SHA256))
# The order says nothing, and who trusts a key has it.
EQUAL = re.compile(r"reordered$|\.publicKey (removed|null)$")


@pytest.fixture(scope="module")
def artifact() -> FakeArtifact:
    """Return a release with one envelope that all of them have signed."""
    return signed(release(), *SIGNERS)


def answer(artifact: FakeArtifact, data: bytes, *signers: Signer) -> int:
    """Return the exit status with other bytes in the file's place."""
    spoilt = FakeArtifact(artifact.files, {**artifact.sidecars, NAME: data})
    return verify(spoilt, *(signers or SIGNERS)).verdict.exit_status


def test_every_place_of_an_envelope_spoiled(artifact: FakeArtifact) -> None:
    data = artifact.sidecars[NAME]
    assert answer(artifact, data) == 0
    answers = {name: answer(artifact, spoilt) for name, spoilt in mutations(data)}
    accepted = {name for name, status in answers.items() if not status}
    assert accepted == {name for name in answers if EQUAL.search(name)}
    assert set(answers.values()) == {0, 1, 4}


def test_every_place_of_what_is_signed_altered() -> None:
    """Nobody has signed any of it: also where it says the same in another way."""
    artifact = signed(release(), ED25519)
    document = json.loads(artifact.sidecars[NAME])
    payload = decode_base64(document["payload"], "payload")
    for name, spoilt in mutations(payload):
        altered = json.dumps({**document, "payload": encode_base64(spoilt)}).encode()
        assert spoilt == payload or answer(artifact, altered, ED25519) in {1, 4}, name


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda each: each.identity.algorithm.label)
def test_every_byte_of_a_signature_flipped(signer: Signer) -> None:
    artifact = signed(release(), signer)
    document = json.loads(artifact.sidecars[NAME])
    (signature,) = document["signatures"]
    value = decode_base64(signature["sig"], "signature")
    for place, byte in enumerate(value):
        flipped = value[:place] + bytes([byte ^ 1]) + value[place + 1 :]
        altered = {**document, "signatures": [{**signature, "sig": encode_base64(flipped)}]}
        assert answer(artifact, json.dumps(altered).encode(), signer) == 1, place

"""Looking for who made the signatures of a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ports.signing_keys import signer_of
from tests.unit.services.signed import ED25519, KEYRING, NOW, files, key_of, signed
from weightmark.adapters.signing import ethereum, public_keys
from weightmark.adapters.signing.ethereum import recovered_public_key
from weightmark.domain.signatures.envelope import Envelope
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.keys import Examiner, TrustedSigners


class CountingEnvelope(Envelope):
    """Counts how often the message is built, which is as long as the payload."""

    built = 0

    @property
    def message(self) -> bytes:
        type(self).built += 1
        return super().message


def test_the_message_is_built_once_and_who_signed_by_ethereum_is_recovered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signers = [signer_of(KeyAlgorithm.ETHEREUM, number) for number in range(2)]
    file = SignedFile.read(signed(files(), *signers, ED25519), "weightmark.sig")
    counting = CountingEnvelope(file.envelope.payload, file.envelope.signatures)
    recovered: list[bytes] = []

    def recover(message: bytes, signature: bytes) -> bytes | None:
        recovered.append(signature)
        return recovered_public_key(message, signature)

    for module in (ethereum, public_keys):
        monkeypatch.setattr(module, "recovered_public_key", recover)
    trust = TrustedSigners((key_of(signers[0]),), None, NOW)
    findings = tuple(Examiner(KEYRING, trust).examine(replace(file, envelope=counting)))
    assert [each.verifier and each.verifier.identity for each in findings] == [
        each.identity for each in (*signers, ED25519)
    ]
    assert recovered == [each.value for each in file.envelope.signatures[:2]]
    assert CountingEnvelope.built == 1

"""What every signer and verifier does, whatever its algorithm and wherever its key is."""

from __future__ import annotations

import hashlib

import pytest

from tests.ports.signing_keys import signer_of, verifier_of
from tests.softhsm import PIN
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.signing.token import TokenSigner
from weightmark.adapters.signing.token_uri import TokenUri
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError
from weightmark.ports.signing import Signer

MESSAGE = b"DSSEv1 28 application/vnd.in-toto+json 2 {}"


IN_PROCESS = [pytest.param((each, ""), id=each.label) for each in KeyAlgorithm]
ON_TOKEN = [
    pytest.param((KeyAlgorithm.ECDSA_P256_SHA256, "p256"), id="P-256 on a token"),
    pytest.param((KeyAlgorithm.RSA_PSS_SHA256, "rsa"), id="RSA on a token"),
]


@pytest.fixture(params=[*IN_PROCESS, *ON_TOKEN])
def kind(request: pytest.FixtureRequest) -> tuple[KeyAlgorithm, str]:
    """Return an algorithm, and the name of a key if it is on a token."""
    found: tuple[KeyAlgorithm, str] = request.param
    return found


@pytest.fixture
def algorithm(kind: tuple[KeyAlgorithm, str]) -> KeyAlgorithm:
    return kind[0]


@pytest.fixture
def signer(request: pytest.FixtureRequest, kind: tuple[KeyAlgorithm, str]) -> Signer:
    algorithm, name = kind
    if not name:
        return signer_of(algorithm)
    uri = TokenUri.parse(request.getfixturevalue("token").uri(name))
    return TokenSigner(uri, lambda _: PIN)


def test_a_signature_verifies(signer: Signer) -> None:
    verifier = verifier_of(signer)
    for message in (MESSAGE, b"", bytes(100_000)):
        assert verifier.verify(message, signer.sign(message))


def test_a_key_is_known_by_its_algorithm_and_fingerprint(
    signer: Signer, algorithm: KeyAlgorithm
) -> None:
    assert signer.identity.algorithm is algorithm
    assert verifier_of(signer).identity == signer.identity
    assert verifier_of(signer).public_key == signer.public_key
    assert signer.certificates == ()
    hashed = hashlib.sha256(signer.public_key).hexdigest()
    assert (signer.identity.fingerprint == hashed) is not algorithm.is_shared_secret
    assert (signer.public_key == b"") is algorithm.is_shared_secret


def test_another_message_does_not_verify(signer: Signer) -> None:
    signature = signer.sign(MESSAGE)
    verifier = verifier_of(signer)
    for message in (MESSAGE[:-1], MESSAGE + b" ", b"", MESSAGE.upper()):
        assert not verifier.verify(message, signature)


def test_no_altered_signature_verifies(signer: Signer) -> None:
    """Each byte altered, cut at each place, prolonged; that of no key, and of another one."""
    signature = signer.sign(MESSAGE)
    verifier = verifier_of(signer)
    altered = [
        signature[:place] + bytes([byte ^ flip]) + signature[place + 1 :]
        for place, byte in enumerate(signature)
        for flip in (1, 0x80)
    ]
    altered += [signature[:length] for length in range(len(signature))]
    altered += [signature + b"\0", b"\0" + signature, bytes(len(signature)), bytes(10_000)]
    altered += [signer_of(signer.identity.algorithm, 1).sign(MESSAGE)]
    assert [each.hex() for each in altered if verifier.verify(MESSAGE, each)] == []


def test_no_signature_of_another_algorithm_verifies(signer: Signer) -> None:
    others = [each for each in KeyAlgorithm if each is not signer.identity.algorithm]
    verifier = verifier_of(signer)
    assert not any(verifier.verify(MESSAGE, signer_of(each).sign(MESSAGE)) for each in others)


def test_a_signer_does_not_show_itself(signer: Signer) -> None:
    assert repr(signer).startswith(("<weightmark.", "SharedSecret(…"))


def test_an_ethereum_key_is_recovered_from_its_signature() -> None:
    signer = signer_of(KeyAlgorithm.ETHEREUM)
    ring = PublicKeyring()
    found = ring.recovered(MESSAGE, signer.sign(MESSAGE))
    assert found is not None
    assert (found.identity, found.public_key) == (signer.identity, signer.public_key)
    other = ring.recovered(MESSAGE + b" ", signer.sign(MESSAGE))
    assert other is None or other.identity != signer.identity
    assert ring.recovered(MESSAGE, b"") is None


@pytest.mark.parametrize("damage", [lambda key: key[:-1], lambda key: key + b"\0", lambda _: b""])
def test_what_is_no_public_key(signer: Signer, damage: object) -> None:
    assert callable(damage)
    with pytest.raises(KeyFileError, match="no SubjectPublicKeyInfo"):
        PublicKeyring().verifier(damage(signer.public_key))

"""The files of signatures that are beside an artifact, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weightmark.domain.signatures.bundle import ALGORITHMS, decode_bundle, encode_bundle
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE, Envelope
from weightmark.domain.signatures.envelope_file import decode_envelope, encode_envelope
from weightmark.domain.signatures.statement import Statement, decode_statement
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.ports.artifacts import Artifact

BUNDLE = "model.sig"
ENVELOPE = "weightmark.sig"
SIGNATURE_FILES = (BUNDLE, ENVELOPE)


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file of signatures: who signed, and what.

    Attributes:
        name: How messages name it.
        envelope: The payload and its signatures.
        statement: What the payload says.
    """

    name: str
    envelope: Envelope
    statement: Statement

    @classmethod
    def read(cls, artifact: Artifact, name: str) -> SignedFile:
        """Take a sidecar.

        Raises:
            MissingPathError: It is not there.
            ArtifactError: It is not a regular file, or is too large.
            SignatureFileError: It is malformed.
        """
        decode = decode_bundle if name == BUNDLE else decode_envelope
        return cls._of(name, artifact.read_sidecar(name, MAX_SIGNATURE_FILE_SIZE), decode)

    @classmethod
    def parse(cls, name: str, data: bytes) -> SignedFile:
        """Take a file of either form, by its first member's.

        Raises:
            SignatureFileError: It is malformed.
        """
        # Every bundle has this member, and no envelope may.
        decode = decode_bundle if b'"mediaType"' in data else decode_envelope
        return cls._of(name, data, decode)

    @classmethod
    def _of(cls, name: str, data: bytes, decode: Callable[[bytes], Envelope]) -> SignedFile:
        envelope = decode(data)
        # As long as the payload, which takes several times its memory to be read.
        del data
        return cls(name, envelope, decode_statement(envelope.payload))


def file_for(algorithm: KeyAlgorithm) -> str:
    """Return which file holds the signatures of an algorithm."""
    return BUNDLE if algorithm in ALGORITHMS else ENVELOPE


def encode_file(name: str, envelope: Envelope) -> bytes:
    """Return the bytes of a file of signatures."""
    return encode_bundle(envelope) if name == BUNDLE else encode_envelope(envelope)

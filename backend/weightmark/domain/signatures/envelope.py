"""What both files of signatures have in common: a payload, and who signed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from weightmark.domain.manifest import MAX_SIGNERS
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import SignatureFileError

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

# Whatever a manifest can list, can be signed: of two files' entries with equal paths, that of a
# statement is 17 bytes longer, and the shortest of a manifest are longer than 80 bytes.
MAX_PAYLOAD_SIZE = 80 * 2**20
# The payload in base64, and room for signatures and certificates.
MAX_SIGNATURE_FILE_SIZE = MAX_PAYLOAD_SIZE // 3 * 4 + 4 * 2**20
# Of a file of signatures, the statement in it being one: 64 signatures have some 300.
MAX_SIGNATURE_FILE_VALUES = 1_000
MAX_SIGNATURES = MAX_SIGNERS
# A chain of one's own authority has three or four.
MAX_CERTIFICATES = 16

# An RSA signature of 16,384 bits is the longest one: 2,732 characters.
SignatureText = Annotated[str, Meta(min_length=1, max_length=4096)]
# A key of RSA with 16,384 bits, or a certificate, in base64.
KeyText = Annotated[str, Meta(min_length=1, max_length=4096)]
CertificateText = Annotated[str, Meta(min_length=1, max_length=65_536)]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope. Nothing of it but ``value`` proves anything.

    Attributes:
        value: What the key gave.
        algorithm: What the file says that it is; None where it says nothing.
        fingerprint: The key's, as the file says; empty where it says nothing.
        hint: The sha256 of the key in PEM, as a bundle has it; empty where it says nothing.
        public_key: The key that the file carries for it, in DER; or empty.
        certificates: What a bundle carries to vouch for the key, in DER, the signer's first.
    """

    value: bytes
    algorithm: KeyAlgorithm | None = None
    fingerprint: str = ""
    hint: str = ""
    public_key: bytes = b""
    certificates: tuple[bytes, ...] = ()

    @property
    def names_its_key(self) -> bool:
        """Whether the file says by which key it is."""
        return bool(self.fingerprint or self.hint or self.certificates)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The exact bytes that were signed, and at least one signature of them."""

    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def message(self) -> bytes:
        """What keys sign: the pre-authentication encoding of DSSE, version 1.

        See https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md.
        """
        length = len(self.payload)
        return f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {length} ".encode() + self.payload


def check_payload(payload: bytes) -> bytes:
    """Accept a payload by its size.

    Raises:
        SignatureFileError: It is larger than `MAX_PAYLOAD_SIZE`.
    """
    if len(payload) > MAX_PAYLOAD_SIZE:
        raise SignatureFileError(f"the statement is larger than {MAX_PAYLOAD_SIZE} bytes")
    return payload

"""What the files of earlier tools say, in one shape for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from weightmark.domain.signing_keys import KeyAlgorithm


class Scheme(Enum):
    """How an earlier tool signed; the value is how people call it."""

    ED25519 = "Ed25519"
    ECDSA_P256 = "ECDSA with P-256"
    RSA_PSS = "RSA-PSS"
    RSA_PKCS1 = "RSA PKCS #1 v1.5"

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The kind of key that such a signature is made with."""
        match self:
            case Scheme.ED25519:
                return KeyAlgorithm.ED25519
            case Scheme.ECDSA_P256:
                return KeyAlgorithm.ECDSA_P256_SHA256
            case Scheme.RSA_PSS | Scheme.RSA_PKCS1:
                return KeyAlgorithm.RSA_PSS_SHA256


@dataclass(frozen=True, slots=True)
class FileClaim:
    """What a manifest says of a file: its sha256 in hex, and its length in bytes if it tells."""

    sha256: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class FileCode:
    """What a sidecar says of a file: its HMAC-SHA256 in hex, and its length in bytes."""

    code: str
    size: int


@dataclass(frozen=True, slots=True)
class Description:
    """What a file says of a model, as far as a release manifest has a place for it."""

    name: str = ""
    version: str = ""
    created_by: str = ""
    framework: str = ""
    author: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class EarlierManifest:
    """A list of files, signed as a whole with a private key, or not at all.

    Attributes:
        tool: What wrote it.
        files: What it says of each file, by its path.
        scheme: How it is signed, by its own account.
        message: The signed bytes.
        signature: The signature, or None where that would lie beside the file.
        covered: What else the signature covers, by the names that the file uses.
        uncovered: What the file shows, and no signature covers.
        description: What the signature covers of a model's description.
        public_key: The key that the file carries, in PEM, which nothing vouches for; or empty.
    """

    tool: str
    files: Mapping[str, FileClaim]
    scheme: Scheme
    message: bytes
    signature: bytes | None
    covered: Mapping[str, str] = field(default_factory=dict)
    uncovered: Mapping[str, str] = field(default_factory=dict)
    description: Description = field(default_factory=Description)
    public_key: bytes = b""


@dataclass(frozen=True, slots=True)
class EarlierCodes:
    """Codes of single files under a shared secret. They cover contents alone, not even names.

    Attributes:
        tool: What wrote them.
        files: The code of each file, by its path: from the file that holds them.
        uncovered: What the file shows besides, and nothing covers.
    """

    tool: str
    files: Mapping[str, FileCode]
    uncovered: Mapping[str, str] = field(default_factory=dict)

"""Certificates in files, and signers that carry theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from weightmark.adapters.signing.certificates import (
    TrustedRoots,
    check_signing,
    check_time,
    checked,
)
from weightmark.adapters.signing.public_keys import encoded
from weightmark.adapters.state.atomic import read_small
from weightmark.errors import KeyFileError, MissingPathError
from weightmark.ports.signing import Signer


class CertifiedSigner:
    """A signer, with the certificates that vouch for its key."""

    def __init__(
        self,
        signer: Signer,
        certificates: Sequence[x509.Certificate],
        at: datetime | None = None,
    ) -> None:
        """Take a signer, the certificate of its key before others, and when that has to be valid.

        Without a time it signs at any: whoever verifies says which one counts.
        """
        self._signer = signer
        self._own = certificates[0]
        self._at = at
        self.certificates = tuple(each.public_bytes(Encoding.DER) for each in certificates)
        self.identity = signer.identity
        self.public_key = signer.public_key

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message; see `weightmark.ports.signing.Signer`."""
        if self._at is not None:
            check_time(self._own, self._at)
        return self._signer.sign(message)


def certified_signers(
    signers: Sequence[Signer],
    certificates: Sequence[x509.Certificate],
    at: datetime | None = None,
) -> tuple[Signer, ...]:
    """Return signers with the certificates that vouch for their keys; each carries its own first.

    A signer whose key has none is as it was; what is of nobody's key leads from each to a root.
    With a time, none signs whose own is not valid then.

    Raises:
        KeyFileError: None is of a signer's key, or several are of one, or signatures with one
            could never count.
    """
    own: dict[bytes, x509.Certificate] = {}
    others: list[x509.Certificate] = []
    keys = {each.public_key for each in signers}
    for certificate in dict.fromkeys(certificates):
        key = encoded(certificate.public_key())
        if key not in keys:
            others.append(certificate)
        elif own.setdefault(key, certificate) != certificate:
            raise KeyFileError(
                "several of these certificates are of one key that signs",
                hint="name the one that is to vouch for it",
            )
    if not own:
        raise KeyFileError(
            "each certificate is one of another key than one that signs",
            hint="name the key's own certificate, and those that lead from it to a root",
        )
    check_signing([*own.values()], others)
    return tuple(
        CertifiedSigner(each, [own[each.public_key], *others], at)
        if each.public_key in own
        else each
        for each in signers
    )


def read_certificates(paths: Sequence[Path]) -> tuple[x509.Certificate, ...]:
    """Return the certificates in files of PEM, in their order.

    Raises:
        MissingPathError: A file is not there.
        KeyFileError: It holds no certificate, or something else.
        ConfigurationError: It cannot be read.
    """
    return tuple(certificate for path in paths for certificate in _read(path))


def read_roots(paths: Sequence[Path]) -> TrustedRoots:
    """Return the roots in files of PEM, and what may lead to them.

    Raises:
        MissingPathError: A file is not there.
        KeyFileError: It holds no certificate, or something else, or no root is in any.
        ConfigurationError: It cannot be read.
    """
    return TrustedRoots(read_certificates(paths))


def _read(path: Path) -> list[x509.Certificate]:
    data = read_small(path)
    if data is None:
        raise MissingPathError(f"there is no file of certificates {path}")
    try:
        return [*map(checked, x509.load_pem_x509_certificates(data))]
    except ValueError:
        raise KeyFileError(
            f"{path} holds no certificates in PEM", hint="they begin with -----BEGIN CERTIFICATE"
        ) from None

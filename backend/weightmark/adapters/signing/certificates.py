"""Certificates that vouch for a signer's key: RFC 5280, for signatures of files and not for TLS."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from weightmark.adapters.signing.public_keys import verifier_of
from weightmark.domain.signatures.envelope import MAX_CERTIFICATES
from weightmark.errors import KeyFileError, UntrustedCertificateError
from weightmark.ports.signing import Certified

# What reading a part of a certificate raises.
_MALFORMED = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_STEPS = re.compile(
    r"^validation failed: |fatal error: |candidates exhausted: |all candidates exhausted.*|"
    r"invalid extension: [0-9.]+: |Python extension validator failed: ValueError: |"
    r" \(encountered processing .*\)$"
)
_MAX_SUBJECT = 200
_TIME = "%Y-%m-%dT%H:%M:%SZ"
# What the library says of a certificate that it does not name.
_UNTIMELY = "cert is not valid at validation time"
_OUTDATED = "certificate must be an X509v3 certificate"

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

_PURPOSES = (ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


class TrustedRoots:
    """Root certificates that are trusted, and others that may lead to them."""

    def __init__(self, certificates: Sequence[x509.Certificate]) -> None:
        """Take certificates; those that are signed by themselves are trusted.

        Raises:
            KeyFileError: None is.
        """
        self._roots = [each for each in certificates if _is_root(each)]
        self._others = [each for each in certificates if each not in self._roots]
        if not self._roots:
            raise KeyFileError(
                "none of these certificates is a root: one that is signed by its own key",
                hint="name the file of the authority's root certificate",
            )

    def certified(self, certificates: Sequence[bytes], at: datetime) -> Certified:
        """Return the key of the first certificate, if the others lead from it to a root.

        Raises:
            KeyFileError: One of them is malformed, or the key is of no kind that counts.
            UntrustedCertificateError: No chain leads to a root, or one is not valid at that time,
                or not for signatures.
        """
        if not 0 < len(certificates) <= MAX_CERTIFICATES:
            raise KeyFileError(f"{len(certificates)} certificates are none, or too many")
        leaf, *others = map(_parse, certificates)
        builder = PolicyBuilder().store(Store(self._roots)).time(at)
        verifier = builder.extension_policies(
            ca_policy=_AUTHORITIES, ee_policy=_SIGNERS
        ).build_client_verifier()
        subject = _name(leaf)
        try:
            verifier.verify(leaf, [*others, *self._others])
        except VerificationError as error:
            raise UntrustedCertificateError(
                f"no trusted certificate vouches for '{subject}' at {at:{_TIME}}: "
                f"{_reason(error, (leaf, *others, *self._others, *self._roots), at)}",
                hint="it counts at the time of the registration, else at --at TIME, else now; the "
                "roots are those of --certificate-chain FILE",
            ) from None
        return Certified(verifier_of(leaf.public_key()), subject)


def checked(certificate: x509.Certificate) -> x509.Certificate:
    """Return a certificate of which all parts can be read: they are read when they are used.

    Raises:
        KeyFileError: One is malformed, or of a kind that is not known.
    """
    try:
        _ = certificate.version, certificate.subject, certificate.extensions
        certificate.public_key()
    except _MALFORMED:
        raise _malformed() from None
    return certificate


def check_signing(own: Sequence[x509.Certificate], others: Sequence[x509.Certificate] = ()) -> None:
    """Make sure that signatures with certificates can count, whoever vouches for them, and when.

    Args:
        own: Those of keys that sign.
        others: Those of authorities, which vouch for them.

    Raises:
        KeyFileError: One is of an old version, or for something else.
    """
    for each in own:
        _check_kind(
            each,
            _check_signer,
            "have one issued with the key usage digitalSignature, and, if it has an extended key "
            "usage, with codeSigning",
        )
    for each in others:
        _check_kind(each, _check_authority, "leave it out, or take a signer that another names")


def check_time(certificate: x509.Certificate, at: datetime) -> None:
    """Make sure that a certificate is valid at a time.

    Raises:
        KeyFileError: It is not.
    """
    if not _is_valid_at(certificate, at):
        raise KeyFileError(
            f"the certificate {_validity(certificate)}",
            hint="it counts when the release is registered: have one issued that is valid then",
        )


def _check_kind(
    certificate: x509.Certificate, check: Callable[[x509.Certificate], None], hint: str
) -> None:
    try:
        check(certificate)
    except ValueError as error:
        raise KeyFileError(
            f"no signature with the certificate '{_name(certificate)}' would count: {error}",
            hint=hint,
        ) from None


def _check_signer(certificate: x509.Certificate) -> None:
    _check_version(certificate)
    _check_usage(None, certificate, _extension(certificate, x509.KeyUsage))
    _check_purpose(None, certificate, _extension(certificate, x509.ExtendedKeyUsage))


def _check_authority(certificate: x509.Certificate) -> None:
    _check_version(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise ValueError("it is no authority's, and of no key that signs")
    _check_issuing(None, certificate, _extension(certificate, x509.KeyUsage))
    _check_delegated(None, certificate, _extension(certificate, x509.ExtendedKeyUsage))


def _check_version(certificate: x509.Certificate) -> None:
    if not _is_current(certificate):
        raise ValueError(f"it is {_old(certificate)}")


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    found = (each.value for each in certificate.extensions)
    return next((each for each in found if isinstance(each, kind)), None)


def _parse(data: bytes) -> x509.Certificate:
    try:
        return checked(x509.load_der_x509_certificate(data))
    except ValueError:
        raise _malformed() from None


def _malformed() -> KeyFileError:
    return KeyFileError("a certificate is malformed, or of a kind that is not known")


def _name(certificate: x509.Certificate) -> str:
    # Some have alternative names alone.
    subject = certificate.subject.rfc4514_string()
    return (subject or f"the certificate {certificate.serial_number:x}")[:_MAX_SUBJECT]


def _reason(
    error: VerificationError, certificates: Sequence[x509.Certificate], at: datetime
) -> str:
    """Return what is wrong, and with which certificate, in place of the library's own steps."""
    reason = _STEPS.sub("", str(error))
    for each in certificates:
        if reason == _UNTIMELY and not _is_valid_at(each, at):
            return _validity(each)
        if reason == _OUTDATED and not _is_current(each):
            return f"'{_name(each)}' is {_old(each)}"
    return reason or "no certificate leads to a root that is trusted"


def _is_valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _validity(certificate: x509.Certificate) -> str:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return f"'{_name(certificate)}' is valid from {start:{_TIME}} until {end:{_TIME}}"


def _is_current(certificate: x509.Certificate) -> bool:
    return certificate.version is x509.Version.v3


def _old(certificate: x509.Certificate) -> str:
    version = certificate.version.value + 1
    return f"one of X.509 version {version}, and only version 3 says what it is for"


def _is_root(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check_issuing(_: object, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an authority's key usage does not include certificates")


def _check_delegated(
    _: object, __: x509.Certificate, purposes: x509.ExtendedKeyUsage | None
) -> None:
    """Keep an authority for something else, as for servers, from naming signers."""
    if purposes is not None and not any(each in purposes for each in _PURPOSES):
        raise ValueError("an authority's extended key usage does not include the signing of code")


def _check_usage(_: object, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.digital_signature:
        raise ValueError("its key usage does not include signatures")


def _check_purpose(
    _: object, certificate: x509.Certificate, purposes: x509.ExtendedKeyUsage | None
) -> None:
    if purposes is not None and not any(each in purposes for each in _PURPOSES):
        raise ValueError("its extended key usage does not include the signing of code")
    if purposes is None and _extension(certificate, x509.KeyUsage) is None:
        raise ValueError("it does not say that it is for signatures: it has no key usage")


_AUTHORITIES = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_issuing)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _check_delegated)
)
_SIGNERS = (
    ExtensionPolicy.permit_all()
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_usage)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _check_purpose)
)

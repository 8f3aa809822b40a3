"""Whom a caller trusts to sign: names and files that are given, and the keys that they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.atomic import read_small
from weightmark.bootstrap.application import Application, unix_time
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.signing_keys import KeyAlgorithm, parse_fingerprint
from weightmark.domain.times import parse_time
from weightmark.errors import MissingPathError, UsageError
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners

if TYPE_CHECKING:
    from weightmark.ports.signing import Roots


@dataclass(frozen=True, slots=True)
class SignerOptions:
    """Whom a caller trusts, as it is given.

    Attributes:
        public_keys: Names of keys, or files in PEM or DER.
        fingerprints: In hex.
        addresses: Ethereum accounts.
        hmac_keys: Names of shared secrets, or their files.
        certificates: Files of certificates in PEM.
        at: When the signers' certificates have to be valid; empty for now.
    """

    public_keys: Sequence[str] = ()
    fingerprints: Sequence[str] = ()
    addresses: Sequence[str] = ()
    hmac_keys: Sequence[str] = ()
    certificates: Sequence[Path] = ()
    at: str = ""


def trusted_signers(application: Application, given: SignerOptions) -> TrustedSigners:
    """Return whom a caller trusts; secrets may be asked for.

    Raises:
        UsageError: A time is given, and no certificates.
        MissingPathError: A key is not there.
        KeyFileError: A key cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
    """
    keys = (
        *(required_key(application, each) for each in given.public_keys),
        *(
            RequiredKey(f"the key {each}", fingerprint=parse_fingerprint(each).hex())
            for each in given.fingerprints
        ),
        *(
            RequiredKey(f"the account {each}", address=checksum_address(each))
            for each in given.addresses
        ),
        *(
            RequiredKey(f"the shared secret '{each}'", application.accounts.secret_key(each))
            for each in given.hmac_keys
        ),
    )
    now = unix_time()
    at = datetime.fromtimestamp(parse_time(given.at, now) if given.at else now, UTC)
    if given.at and not given.certificates:
        raise UsageError(
            "only certificates have to be valid at a time, and none are trusted",
            hint="--certificate-chain FILE names some",
        )
    return TrustedSigners(keys, _roots(given.certificates), at)


def required_key(application: Application, text: str) -> RequiredKey:
    """Return a public key by its name among the keys of this machine, or from a file.

    Raises:
        UsageError: It is a shared secret.
        MissingPathError: It is not there.
        KeyFileError: It is no public key, or of no kind or size that counts.
        ConfigurationError: The file cannot be read.
    """
    from weightmark.adapters.signing.public_key_files import read_public_key
    from weightmark.adapters.signing.public_keys import PublicKeyring

    label = f"the key '{text}'"
    if text in application.keys.names():
        info = application.keys.info(text)
        if info.algorithm is KeyAlgorithm.HMAC_SHA256:
            raise UsageError(
                f"'{text}' is a shared secret, and no public key", hint=f"--hmac-key {text}"
            )
        if info.public_key:
            return RequiredKey(label, PublicKeyring().verifier(info.public_key))
        return RequiredKey(label, fingerprint=info.fingerprint, address=info.address)
    data = read_small(Path(text))
    if data is None:
        raise MissingPathError(
            f"there is no public key '{text}'",
            hint="name a file in PEM or DER, or one of 'weightmark keys list'",
        )
    return RequiredKey(label, read_public_key(data, text))


def _roots(paths: Sequence[Path]) -> Roots | None:
    if not paths:
        return None
    from weightmark.adapters.signing.certificate_files import read_roots

    return read_roots(paths)

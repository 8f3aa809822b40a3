"""What is made of a manifest's options, and what a manifest's signatures are checked with.

The manifest commands need no more than this, and start the sooner: no chain is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application, unix_time
from weightmark.bootstrap.paths import single_file
from weightmark.bootstrap.trusted_signers import SignerOptions, required_key, trusted_signers
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.identifiers import check_name, check_version, checksum_address
from weightmark.domain.manifest import Metadata
from weightmark.domain.signing_keys import refuse_shared_secret
from weightmark.errors import KeyFileError, NoKeyError
from weightmark.services.manifests import ManifestDraft
from weightmark.services.verification.signatures import SignatureMeans

if TYPE_CHECKING:
    from weightmark.ports.signing import Keyring, Verifier
    from weightmark.services.signatures.release import ReleaseSigner

NOBODY = SignerOptions()


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """What a caller says of a release.

    Attributes:
        name: The model's name.
        version: The release's version.
        publisher: The publisher's address; by default that of the configured key.
        created_by: Free text: a person, a pipeline, a commit.
        metadata: What people may want to know of the model.
        ignores: Patterns of files to leave out.
    """

    name: str = ""
    version: str = ""
    publisher: str | None = None
    created_by: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    ignores: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReleaseKeys:
    """Who signs a release.

    Attributes:
        sign_keys: Keys that sign it here: their names, their files, or URIs of their tokens.
        certificates: Files of certificates: those of such keys, and those that vouch for them.
        signers: Public keys whose holders sign it elsewhere: names, or files.
    """

    sign_keys: Sequence[str] = ()
    certificates: Sequence[Path] = ()
    signers: Sequence[str] = ()


NO_KEYS = ReleaseKeys()


def manifest_draft(application: Application, said: ReleaseOptions) -> ManifestDraft:
    """Return what a publisher says of a release, made now, with the configured digest.

    Raises:
        ValueFormatError: A name, version, address or digest does not have its form.
        KeyFileError: No publisher is given, and there is no key.
        ConfigurationError: ``SOURCE_DATE_EPOCH`` is not a time.
    """
    check_name(said.name)
    check_version(said.version)
    digest = application.settings.digest or DigestAlgorithm.SHA2_256
    return replace(import_draft(application, said), algorithm=DigestAlgorithm.parse(digest))


def import_draft(application: Application, said: ReleaseOptions) -> ManifestDraft:
    """Return what a caller says of a release, as far as they do; its digests are sha2-256.

    Raises:
        ValueFormatError: The address does not have its form.
        KeyFileError: No publisher is given, and there is no key.
        ConfigurationError: ``SOURCE_DATE_EPOCH`` is not a time.
    """
    return ManifestDraft(
        publisher=checksum_address(said.publisher or _own_address(application)),
        name=said.name,
        version=said.version,
        created=application.creation_time(),
        created_by=said.created_by,
        metadata=said.metadata,
        ignores=tuple(said.ignores),
    )


def _own_address(application: Application) -> str:
    try:
        return application.accounts.address(application.network)
    except NoKeyError as error:
        raise NoKeyError(
            error.message,
            hint=f"{error.hint}; where nothing is sent, --publisher ADDRESS takes its place",
        ) from None


def release_signer(application: Application, source: Path, keys: ReleaseKeys) -> ReleaseSigner:
    """Return what signs a release: with keys that are opened now, before anything is done.

    Certificates have to be valid when they sign: they count at the registration.

    Args:
        application: What is configured.
        source: A directory or a file.
        keys: Who signs.

    Raises:
        UnavailableError: A key's token is out of reach.
        UsageError: One of them is a shared secret.
        KeyFileError: A key or a certificate cannot be used.
        MissingPathError: A key or a certificate is not there.
    """
    from weightmark.bootstrap.signing import with_certificates
    from weightmark.services.signatures.release import ReleaseSigner

    signers = tuple(map(application.accounts.named_signer, keys.sign_keys))
    for signer in signers:
        refuse_shared_secret(signer.identity.algorithm)
    return ReleaseSigner(
        public_keyring,
        application.creation_time(),
        with_certificates(signers, keys.certificates, datetime.fromtimestamp(unix_time(), UTC)),
        tuple(_verifier(application, each) for each in keys.signers),
        bool(single_file(source)),
    )


def _verifier(application: Application, text: str) -> Verifier:
    verifier = required_key(application, text).verifier
    if verifier is None:
        raise KeyFileError(
            f"the public part of the key '{text}' is not at hand",
            hint=f"'weightmark keys show {text} --public --out FILE' writes it: name that file",
        )
    return verifier


def signature_means(application: Application, trusted: SignerOptions = NOBODY) -> SignatureMeans:
    """Return what the signatures of a release are checked with.

    Args:
        application: What is configured.
        trusted: Who has to have signed, beside those whom the manifest names.

    Raises:
        MissingPathError: A key or a certificate is not there.
        KeyFileError: A key or a certificate cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
    """
    return SignatureMeans(public_keyring, trusted_signers(application, trusted))


def public_keyring() -> Keyring:
    """Return what makes verifiers. It takes long to import, and most releases have no signature."""
    from weightmark.adapters.signing.public_keys import PublicKeyring

    return PublicKeyring()

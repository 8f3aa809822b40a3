"""What is made of a manifest's options, and what a manifest's signatures are checked with.

The manifest commands need no more than this, and start the sooner: no chain is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.signatures import (
    SignerOptions,
    signature_trust,
    single_file,
    trusted_public_key,
)
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


def manifest_draft(
    application: Application,
    *,
    name: str,
    version: str,
    publisher: str | None,
    created_by: str,
    metadata: Metadata,
    ignores: Sequence[str],
) -> ManifestDraft:
    """Return what a publisher says of a release, made now, with the configured digest.

    Args:
        application: What is configured.
        name: The model's name.
        version: The release's version.
        publisher: The publisher's address; by default that of the configured key.
        created_by: Free text: a person, a pipeline, a commit.
        metadata: What people may want to know of the model.
        ignores: Patterns of files to leave out.

    Raises:
        ValueFormatError: A name, version, address or digest does not have its form.
        KeyFileError: No publisher is given, and there is no key.
        ConfigurationError: ``SOURCE_DATE_EPOCH`` is not a time.
    """
    return ManifestDraft(
        publisher=checksum_address(publisher or _own_address(application)),
        name=check_name(name),
        version=check_version(version),
        created=application.creation_time(),
        algorithm=DigestAlgorithm.parse(application.settings.digest or DigestAlgorithm.SHA2_256),
        created_by=created_by,
        metadata=metadata,
        ignores=tuple(ignores),
    )


def _own_address(application: Application) -> str:
    try:
        return application.accounts.address(application.network)
    except NoKeyError as error:
        raise NoKeyError(
            error.message,
            hint=f"{error.hint}; where nothing is sent, --publisher ADDRESS takes its place",
        ) from None


def release_signer(
    application: Application, source: Path, names: Sequence[str], others: Sequence[str] = ()
) -> ReleaseSigner:
    """Return what signs a release: with keys that are opened now, before anything is done.

    Args:
        application: What is configured.
        source: A directory or a file.
        names: The keys' names, their files, or URIs of their tokens.
        others: Public keys whose holders sign elsewhere: names, or files.

    Raises:
        UnavailableError: A key's token is out of reach.
        UsageError: One of them is a shared secret.
        KeyFileError: A key cannot be used.
        MissingPathError: A key is not there.
    """
    from weightmark.services.signatures.release import ReleaseSigner

    signers = tuple(map(application.accounts.named_signer, names))
    for signer in signers:
        refuse_shared_secret(signer.identity.algorithm)
    return ReleaseSigner(
        public_keyring,
        application.creation_time(),
        signers,
        tuple(_verifier(application, each) for each in others),
        bool(single_file(source)),
    )


def _verifier(application: Application, text: str) -> Verifier:
    verifier = trusted_public_key(application, text).verifier
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
    return SignatureMeans(public_keyring, signature_trust(application, trusted))


def public_keyring() -> Keyring:
    """Return what makes verifiers. It takes long to import, and most releases have no signature."""
    from weightmark.adapters.signing.public_keys import PublicKeyring

    return PublicKeyring()

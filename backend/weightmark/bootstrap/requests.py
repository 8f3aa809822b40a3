"""Requests to the services, made of what a caller gives and of what is configured.

The command line and the Python API read arguments and show results in their own ways. What a
request consists of is decided here, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from weightmark.domain.reference import parse_reference
from weightmark.domain.registry import Reason
from weightmark.domain.signing_keys import refuse_shared_secret
from weightmark.domain.signing_requests import SigningRequest
from weightmark.errors import KeyFileError, NoKeyError
from weightmark.services.manifests import ManifestDraft
from weightmark.services.publish import PublishRequest
from weightmark.services.revoke import RevocationRequest
from weightmark.services.signatures.release import ReleaseSigner
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.procedure import VerificationRequest
from weightmark.services.verification.signatures import SignatureMeans

if TYPE_CHECKING:
    from weightmark.ports.signing import Keyring, Verifier

NOBODY = SignerOptions()


def verification_request(
    application: Application,
    path: Path,
    *,
    release: str | None,
    only: Sequence[str],
    manifest: Path | None,
    trusted: SignerOptions = NOBODY,
) -> VerificationRequest:
    """Return what to verify, and against what.

    Args:
        application: What is configured.
        path: A directory or a file.
        release: The release that it has to be, as a REF.
        only: Patterns of files to check; empty for all.
        manifest: A manifest that is elsewhere than beside the files.
        trusted: Who has to have signed, beside those whom the manifest names.

    Raises:
        ValueFormatError: The reference is malformed.
        MissingPathError: A key or a certificate is not there.
        KeyFileError: A key or a certificate cannot be used.
        ConfigurationError: The policy is malformed, or the configuration comes with the artifact.
        ArtifactError: ``manifest`` lies among the artifact's files.
    """
    return VerificationRequest(
        artifact=application.artifacts.download(path, manifest),
        means=signature_means(application, trusted),
        release=parse_reference(release) if release else None,
        policy=application.policy(),
        selection=FileSelection(tuple(only)),
    )


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


def publish_request(
    application: Application,
    source: Path,
    draft: ManifestDraft,
    *,
    out: Path | None,
    authority_index: int | None,
    sign_keys: Sequence[str] = (),
    signers: Sequence[str] = (),
) -> PublishRequest:
    """Return what to publish, on the configured network.

    Args:
        application: What is configured.
        source: A directory or a file.
        draft: What the publisher says of it.
        out: Where to write the manifest, if not beside the files.
        authority_index: Which of the publisher's authorities the key is; None to find out.
        sign_keys: The keys that sign it, by their names or files.
        signers: Public keys whose holders have signed it elsewhere.

    Raises:
        UsageError: A key is a shared secret.
        KeyFileError: A key cannot be used.
        MissingPathError: A key is not there.
        ConfigurationError: The configuration lies inside the source.
        ArtifactError: ``out`` lies among the source's files.
    """
    artifact = application.artifacts.source(source, out)
    signer = release_signer(application, source, sign_keys, signers)
    named = replace(draft, signers=signer.named)
    return PublishRequest(artifact, named, signer, application.network, authority_index)


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


def revocation_request(
    application: Application,
    release: str,
    reason: Reason,
    *,
    successor: str,
    tombstone: bool,
    authority_index: int | None,
) -> RevocationRequest:
    """Return what to revoke, on the network that the reference means.

    Args:
        application: What is configured.
        release: Which release, as a REF.
        reason: Why.
        successor: The version that takes its place, for a superseded release.
        tombstone: Whether a version that nobody registered may be revoked.
        authority_index: Which of the publisher's owners the key is; None to find out.

    Raises:
        UsageError: The chosen network contradicts the reference.
        ValueFormatError: The reference is malformed, or a chain or publisher is unknown.
        ConfigurationError: The trust file is malformed.
    """
    found = application.resolve(parse_reference(release))
    return RevocationRequest(found, reason, successor, tombstone, authority_index)


def signing_request(path: Path, signature: str | None) -> SigningRequest:
    """Return what to submit.

    Args:
        path: The file of the request.
        signature: What a wallet gave, in hex or as a file, if the request is not signed yet.

    Raises:
        MissingPathError: A file is not there.
        SigningRequestError: The request or the signature is malformed, or the request was altered.
    """
    from weightmark.adapters.files.request_file import read_request, read_signature

    request = read_request(path)
    return request if signature is None else request.signed(read_signature(signature))

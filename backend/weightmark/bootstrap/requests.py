"""Requests to the services, made of what a caller gives and of what is configured.

The command line and the Python API read arguments and show results in their own ways. What a
request consists of is decided here, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.manifests import (
    NO_KEYS,
    NOBODY,
    ReleaseKeys,
    release_signer,
    signature_means,
)
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.domain.reference import parse_reference
from weightmark.domain.registry import Reason
from weightmark.domain.signing_requests import SigningRequest
from weightmark.services.manifests import ManifestDraft
from weightmark.services.pinning import PinOrder
from weightmark.services.publish import PublishRequest
from weightmark.services.revoke import RevocationRequest
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.procedure import VerificationRequest


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


def publish_request(
    application: Application,
    source: Path,
    draft: ManifestDraft,
    *,
    out: Path | None,
    authority_index: int | None,
    keys: ReleaseKeys = NO_KEYS,
    order: PinOrder | None = None,
) -> PublishRequest:
    """Return what to publish, on the configured network.

    Args:
        application: What is configured.
        source: A directory or a file.
        draft: What the publisher says of it.
        out: Where to write the manifest, if not beside the files.
        authority_index: Which of the publisher's authorities the key is; None to find out.
        keys: Who signs it.
        order: Where its files are to be kept; None to keep its manifest alone.

    Raises:
        UsageError: A key is a shared secret.
        KeyFileError: A key cannot be used.
        MissingPathError: A key is not there.
        ConfigurationError: The configuration lies inside the source.
        ArtifactError: ``out`` lies among the source's files.
    """
    artifact = application.artifacts.source(source, out)
    signer = release_signer(application, source, keys)
    named = replace(draft, signers=signer.named)
    return PublishRequest(artifact, named, signer, application.network, authority_index, order)


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

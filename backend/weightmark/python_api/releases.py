"""Publishing, verifying, revoking, submitting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from weightmark.bootstrap.ipfs import pin_order
from weightmark.bootstrap.manifests import ReleaseKeys, ReleaseOptions, manifest_draft
from weightmark.bootstrap.requests import (
    publish_request,
    revocation_request,
    signing_request,
    verification_request,
)
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.domain.manifest import Metadata
from weightmark.domain.registry import REASONS_BY_LABEL, Reason
from weightmark.domain.verdict import Verdict
from weightmark.errors import UsageError, VerificationFailedError
from weightmark.ports.artifacts import Start, no_progress
from weightmark.python_api.configuration import (
    Configuration,
    PathLike,
    application_of,
    path_of,
    refuse_unknown_names,
    sequence_of,
)
from weightmark.services.publish import Publication
from weightmark.services.revoke import Revocation
from weightmark.services.spending import unasked
from weightmark.services.submit import Submission


def verify(
    path: PathLike,
    release: str | None = None,
    *,
    only: Sequence[str] = (),
    manifest: PathLike | None = None,
    public_keys: Sequence[str] = (),
    certificates: Sequence[PathLike] = (),
    progress: Start | None = None,
    **configuration: Unpack[Configuration],
) -> Verdict:
    """Verify that the files at a path are a release: these bytes, registered, not revoked.

    What is wrong with the files or on the chain is in the verdict, and raises nothing.

    Args:
        path: A directory or a file.
        release: The release that it has to be, as ``[chain:]publisher/name[@version]``. Without
            it the manifest says which, and the trust file or the policy must name its publisher.
        only: Patterns of files to check; the verdict is then partial.
        manifest: A manifest that is elsewhere than beside the files.
        public_keys: Keys that have to have signed, beside those that the manifest names: names, or
            files in PEM or DER.
        certificates: Files of certificates, one of which has to vouch for a signer when the
            release was registered.
        progress: Called with the number of bytes to read; returns what is called as they are.
        **configuration: See `Configuration`.

    Returns:
        Every check with its outcome; ``verdict.verified`` sums them up.

    Raises:
        UsageError: The network contradicts the reference, an endpoint is given for network
            ``local``, or a sequence is a text.
        ValueFormatError: The reference is malformed, or a chain or publisher is unknown.
        MissingPathError: A key or a certificate is not there.
        KeyFileError: A key or a certificate cannot be used.
        ConfigurationError: A configuration, trust, network or policy file is malformed, or comes
            with the artifact that it would judge; or ``rpc_url`` is no endpoint.
        ArtifactError: ``manifest`` lies among the artifact's files.
        StorageError: A file of our own state cannot be read.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    patterns = sequence_of("only", only)
    application = application_of(configuration)
    trusted = SignerOptions(
        sequence_of("public_keys", public_keys),
        certificates=tuple(map(Path, sequence_of("certificates", certificates))),
    )
    request = verification_request(
        application,
        Path(path),
        release=release,
        only=patterns,
        manifest=path_of(manifest),
        trusted=trusted,
    )
    return application.verifier().verify(request, progress or no_progress)


def require(
    path: PathLike, release: str | None = None, **configuration: Unpack[Configuration]
) -> Verdict:
    """Verify as `verify` does, and raise unless the files are verified.

    Args:
        path: A directory or a file.
        release: The release that it has to be.
        **configuration: See `Configuration`.

    Returns:
        The verdict, which is verified.

    Raises:
        VerificationFailedError: Something is wrong, or could not be checked. The message names
            every problem.
        UsageError: The network contradicts the reference, or an endpoint is given for network
            ``local``.
        ValueFormatError: The reference is malformed, or a chain or publisher is unknown.
        ConfigurationError: A configuration, trust, network or policy file is malformed, or comes
            with the artifact that it would judge; or ``rpc_url`` is no endpoint.
        StorageError: A file of our own state cannot be read.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    refuse_unknown_names(configuration)
    verdict = verify(path, release, **configuration)
    if not verdict.verified:
        problems = "; ".join(check.summary for check in verdict.problems)
        raise VerificationFailedError(f"{path} is not verified: {problems}")
    return verdict


def publish(
    source: PathLike,
    *,
    name: str,
    version: str,
    publisher: str | None = None,
    authority: int | None = None,
    metadata: Metadata | None = None,
    created_by: str = "",
    ignores: Sequence[str] = (),
    sign_keys: Sequence[str] = (),
    certificates: Sequence[PathLike] = (),
    signers: Sequence[str] = (),
    pin: bool = False,
    copy: bool = False,
    ipfs: Sequence[str] = (),
    out: PathLike | None = None,
    max_fee: int | None = None,
    progress: Start | None = None,
    **configuration: Unpack[Configuration],
) -> Publication:
    """Hash a model, write its manifest beside it, and register it on a chain.

    A publish that was interrupted is completed by calling this again.

    Args:
        source: A directory or a file.
        name: The model's name, such as ``acme/digits``.
        version: The release's version, such as ``1.0.0``.
        publisher: The publisher's address; the key's own by default.
        authority: Which of the publisher's authorities the key is; by default it is found out.
        metadata: What people may want to know of the model.
        created_by: Free text: a person, a pipeline, a commit.
        ignores: Patterns of files to leave out; they are written in the manifest.
        sign_keys: Keys that sign the release and are named in its manifest: names, or files.
        certificates: Files of certificates: those of such keys, and those that vouch for them.
        signers: Public keys that are named there as well: their holders have signed elsewhere.
        pin: Whether the embedded block store keeps the files: it refers to where they are.
        copy: Whether that store copies what is pinned.
        ipfs: Where to pin as well: ``embedded``, ``kubo``, ``pinning-service``.
        out: Where to write the manifest, if not beside the files.
        max_fee: The most that the transaction may ever cost, in wei; by default, on a chain that is
            not of this machine, twice what it may cost as it is first signed. Nobody is asked.
        progress: Called with the number of bytes to read; returns what is called as they are.
        **configuration: See `Configuration`.

    Returns:
        The release as it is registered; ``publication.receipt`` is None where it was before.

    Raises:
        VersionExistsError: The version is registered with other content.
        AlreadyRevokedError: The version was revoked.
        NotAuthorizedError: The key may not register for the publisher.
        StatementRefusedError: The contract refuses what the release says.
        AlreadyExistsError: A file of signatures is in the way.
        VerificationFailedError: A file of signatures would keep everybody from verifying it.
        LookAlikeContractError: The contract is not the registry.
        UnavailableError: The chain is out of reach, or a file of our own state is.
        UsageError: A sequence is a text, a key that is to sign is a shared secret, or an endpoint
            is given for network ``local``.
        MissingPathError: The source, or the key that is named, is not there.
        ArtifactError: The source cannot be accepted, or ``out`` lies among its files.
        ManifestError: A value in the manifest breaks its rule.
        ValueFormatError: A name, version, address, digest or network is malformed or unknown.
        KeyFileError: There is no key, or it cannot be used.
        ConfigurationError: A configuration, trust or network file is malformed, or comes with the
            source; or ``rpc_url`` is no endpoint.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    application = application_of(configuration)
    described = metadata or Metadata()
    said = ReleaseOptions(
        name, version, publisher, created_by, described, sequence_of("ignores", ignores)
    )
    request = publish_request(
        application,
        Path(source),
        manifest_draft(application, said),
        out=path_of(out),
        authority_index=authority,
        keys=_release_keys(sign_keys, certificates, signers),
        order=pin_order(application, pin=pin, copy=copy, targets=sequence_of("ipfs", ipfs)),
    )
    spending = unasked(request.network, max_fee)
    return application.publisher(request.network).publish(
        request, progress or no_progress, spending
    )


def _release_keys(
    sign_keys: Sequence[str], certificates: Sequence[PathLike], signers: Sequence[str]
) -> ReleaseKeys:
    return ReleaseKeys(
        sequence_of("sign_keys", sign_keys),
        tuple(map(Path, sequence_of("certificates", certificates))),
        sequence_of("signers", signers),
    )


def revoke(
    release: str,
    reason: Reason | str,
    *,
    successor: str = "",
    tombstone: bool = False,
    authority: int | None = None,
    max_fee: int | None = None,
    **configuration: Unpack[Configuration],
) -> Revocation:
    """Revoke a release. This cannot be undone.

    Args:
        release: Which, as ``[chain:]publisher/name@version``.
        reason: Why, as a `Reason` or by its label: ``withdrawn``, ``vulnerable``,
            ``compromised`` or ``superseded``. All but the last make every verification fail.
        successor: The version that takes its place, for a superseded release.
        tombstone: Whether a version that nobody registered may be revoked.
        authority: Which of the publisher's owners the key is; by default it is found out.
        max_fee: The most that the transaction may ever cost, in wei; by default, on a chain that is
            not of this machine, twice what it may cost as it is first signed. Nobody is asked.
        **configuration: See `Configuration`.

    Returns:
        The revocation, with its transaction; ``receipt`` is None where it was revoked so before.

    Raises:
        UsageError: There is no such reason, the reference has no version, the successor does not
            fit, the network contradicts the reference, or an endpoint is given for network
            ``local``.
        UnknownReleaseError: Nobody registered the release, and no tombstone is wanted; or nobody
            registered the successor.
        AlreadyRevokedError: The release is revoked for another reason, for good; or the successor
            is revoked.
        NotAuthorizedError: The key is not an owner.
        LookAlikeContractError: The contract is not the registry.
        UnavailableError: The chain is out of reach, or a file of our own state is.
        ValueFormatError: The reference or the successor is malformed, or a chain or publisher is
            unknown.
        MissingPathError: The key that is named is not there.
        KeyFileError: There is no key, or it cannot be used.
        ConfigurationError: A configuration, trust or network file is malformed; or ``rpc_url`` is
            no endpoint.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    chosen = _reason(reason)
    application = application_of(configuration)
    request = revocation_request(
        application,
        release,
        chosen,
        successor=successor,
        tombstone=tombstone,
        authority_index=authority,
    )
    network = request.release.network
    return application.revoker(network).revoke(request, unasked(network, max_fee))


def submit(
    request: PathLike,
    *,
    signature: str | None = None,
    max_fee: int | None = None,
    **configuration: Unpack[Configuration],
) -> Submission:
    """Send what a publisher has signed with ``weightmark publish --sign-only``, and pay for it.

    To submit the same request again changes nothing.

    Args:
        request: The file of the request.
        signature: What a wallet gave, in hex or as a file, if the request is not signed yet.
        max_fee: The most that the transaction may ever cost, in wei; by default, on a chain that is
            not of this machine, twice what it may cost as it is first signed. Nobody is asked.
        **configuration: See `Configuration`.

    Returns:
        What was asked for, and its transaction; ``receipt`` is None where it was done before.

    Raises:
        SigningRequestError: The request is malformed or altered, or there is no signature.
        StatementRefusedError: It is for another contract, late, or not by its signer.
        NotAuthorizedError: The signer may not do this for the publisher.
        VersionExistsError: The version is registered with other content.
        AlreadyRevokedError: The release is revoked.
        LookAlikeContractError: The contract is not the registry.
        UnavailableError: The chain is out of reach, or it costs too much.
        UsageError: The network contradicts the request.
        ValueFormatError: The chain is unknown.
        MissingPathError: The request, or the key that is named, is not there.
        KeyFileError: There is no key, or it cannot be used.
        ConfigurationError: A configuration or network file is malformed; or ``rpc_url`` is no
            endpoint.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    application = application_of(configuration)
    found = signing_request(Path(request), signature)
    submitter = application.submitter()
    return submitter.submit(found, unasked(submitter.network(found), max_fee))


def _reason(given: Reason | str) -> Reason:
    label = given.label if isinstance(given, Reason) else given
    if label not in REASONS_BY_LABEL:
        raise UsageError(
            f"no reason is called {label!r}", hint=f"it is one of: {', '.join(REASONS_BY_LABEL)}"
        )
    return REASONS_BY_LABEL[label]

"""Fetching releases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Unpack

from weightmark.bootstrap.fetch import fetch as fetch_release
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.ports.artifacts import Start, no_progress
from weightmark.python_api.configuration import (
    Configuration,
    PathLike,
    application_of,
    path_of,
    sequence_of,
)
from weightmark.services.fetch import Fetched
from weightmark.services.sources import Fault


def fetch(
    release: str,
    out: PathLike,
    *,
    gateways: Sequence[str] = (),
    signatures: PathLike | None = None,
    public_keys: Sequence[str] = (),
    certificates: Sequence[PathLike] = (),
    progress: Start | None = None,
    on_fault: Callable[[Fault], None] = lambda _: None,
    **configuration: Unpack[Configuration],
) -> Fetched:
    """Fetch a release from IPFS, verify it, and put it in its place if it is verified.

    What an interruption leaves, the same call takes up again.

    Args:
        release: The release, as ``[chain:]publisher/name[@version]``.
        out: The directory that is to be made; nothing may be there.
        gateways: URLs of trustless gateways; those that are configured by default. What is on this
            machine is asked as well.
        signatures: A file of signatures, or a folder with some, that was got elsewhere.
        public_keys: Keys that have to have signed, beside those that the manifest names: names, or
            files in PEM or DER.
        certificates: Files of certificates, one of which has to vouch for a signer when the
            release was registered.
        progress: Called with the number of bytes to fetch, and to verify; returns what is called
            as they are.
        on_fault: Called with what a source did that it should not, from any thread.
        **configuration: See `Configuration`.

    Returns:
        The verdict; ``fetched.verdict.verified`` says whether the release is in its place, and
        ``fetched.kept`` where it is if not.

    Raises:
        AlreadyExistsError: Something is in that place.
        UnknownReleaseError: Nobody registered the release.
        VerificationFailedError: It is revoked, or its manifest contradicts the chain, or what its
            content address leads to.
        ContentUnavailableError: Nobody has a block, or the release was not pinned.
        LookAlikeContractError: The contract is not the registry.
        UnavailableError: The chain is out of reach, the files cannot be written, or another process
            fetches the same.
        UsageError: The network contradicts the reference, an endpoint is given for network
            ``local``, or a sequence is a text.
        InputError: The reference, the manifest, a key or the content is malformed.
        ConfigurationError: A configuration, trust, network or policy file is malformed, or a
            gateway's URL cannot be used.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    trusted = SignerOptions(
        sequence_of("public_keys", public_keys),
        certificates=tuple(map(Path, sequence_of("certificates", certificates))),
    )
    return fetch_release(
        application_of(configuration),
        release,
        Path(out),
        progress or no_progress,
        on_fault,
        gateways=sequence_of("gateways", gateways),
        signatures=path_of(signatures),
        trusted=trusted,
    )

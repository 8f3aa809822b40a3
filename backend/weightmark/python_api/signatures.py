"""Signing artifacts, and verifying signatures, with no chain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from weightmark.bootstrap.signatures import verify_signature as verify_signatures
from weightmark.bootstrap.signing import Created, create_signature
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.ports.artifacts import Start, no_progress
from weightmark.python_api.configuration import (
    Configuration,
    PathLike,
    application_of,
    path_of,
    sequence_of,
)
from weightmark.services.signatures.verify import SignatureVerdict


def sign(
    source: PathLike,
    *,
    certificates: Sequence[PathLike] = (),
    out: PathLike | None = None,
    replace: bool = False,
    progress: Start | None = None,
    **configuration: Unpack[Configuration],
) -> Created:
    """Sign files, and their manifest if they have one, with the configured key.

    What is signed already, and still holds, is left as it is.

    Args:
        source: A directory or a file.
        certificates: Files of certificates: the key's own, and those that vouch for it.
        out: Where to write the signature, if not beside the files.
        replace: Whether a signature of something else is replaced.
        progress: Called with the number of bytes to read; returns what is called as they are.
        **configuration: See `Configuration`; ``key`` names the key.

    Returns:
        What was signed, by whom, and where the signature is.

    Raises:
        VerificationFailedError: The manifest beside the files is not true of them.
        AlreadyExistsError: There is a signature of something else.
        UsageError: The key has certificates and signs no bundle, or ``certificates`` is a text.
        MissingPathError: The source, the key or a certificate is not there.
        ArtifactError: The source cannot be accepted, or ``out`` lies among its files.
        ManifestError: The manifest is malformed.
        SignatureFileError: ``out`` is there, and is no signature.
        KeyFileError: There is no key, or it cannot be used.
        UnavailableError: What keeps the key is out of reach, or the signature cannot be written.
        ConfigurationError: A configuration file is malformed, or comes with the source.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    chain = tuple(map(Path, sequence_of("certificates", certificates)))
    return create_signature(
        application_of(configuration),
        Path(source),
        progress or no_progress,
        out=path_of(out),
        replace=replace,
        certificates=chain,
    )


def verify_signature(
    path: PathLike,
    *,
    public_keys: Sequence[str] = (),
    fingerprints: Sequence[str] = (),
    addresses: Sequence[str] = (),
    hmac_keys: Sequence[str] = (),
    certificates: Sequence[PathLike] = (),
    at: str = "",
    signature: PathLike | None = None,
    ignores: Sequence[str] = (),
    name: str = "",
    version: str = "",
    progress: Start | None = None,
    **configuration: Unpack[Configuration],
) -> SignatureVerdict:
    """Verify that somebody whom the caller names has signed exactly the files at a path.

    What is wrong with files or signatures is in the verdict, and raises nothing.

    Args:
        path: A directory or a file.
        public_keys: Keys that have to have signed: files in PEM or DER, or names of keys.
        fingerprints: Fingerprints of such keys, in hex.
        addresses: Ethereum accounts that have to have signed.
        hmac_keys: Shared secrets that have to have signed: their names, or their files.
        certificates: Files of certificates, one of which has to vouch for a signer.
        at: When the signers' certificates have to be valid; by default now.
        signature: A signature that is elsewhere than beside the files.
        ignores: Patterns of files that may be there and are not signed.
        name: The name that has to be signed.
        version: The version that has to be signed.
        progress: Called with the number of bytes to read; returns what is called as they are.
        **configuration: See `Configuration`.

    Returns:
        Every check with its outcome in ``verdict``, and who signed.

    Raises:
        UsageError: Nobody is trusted, a sequence is a text, or a time comes without certificates.
        MissingPathError: A key, or the signature that is named, is not there.
        ArtifactError: The signature that is named is no regular file, or too large.
        KeyFileError: A key or a certificate cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
        ConfigurationError: A configuration file is malformed, or comes with the artifact.
        TypeError: An argument has a name that `Configuration` does not have.
    """
    trusted = SignerOptions(
        public_keys=sequence_of("public_keys", public_keys),
        fingerprints=sequence_of("fingerprints", fingerprints),
        addresses=sequence_of("addresses", addresses),
        hmac_keys=sequence_of("hmac_keys", hmac_keys),
        certificates=tuple(map(Path, sequence_of("certificates", certificates))),
        at=at,
    )
    return verify_signatures(
        application_of(configuration),
        Path(path),
        trusted,
        progress or no_progress,
        signature=path_of(signature),
        ignores=sequence_of("ignores", ignores),
        name=name,
        version=version,
    )

"""Verifying and inspecting signatures, of what a caller gives and what is configured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.paths import single_file
from weightmark.bootstrap.trusted_signers import SignerOptions, trusted_signers
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE
from weightmark.errors import SignatureFileError
from weightmark.services.signatures.files import SignedFile

if TYPE_CHECKING:
    from weightmark.ports.artifacts import Start
    from weightmark.services.signatures.inspect import Line
    from weightmark.services.signatures.verify import SignatureVerdict


def verify_signature(
    application: Application,
    path: Path,
    trusted: SignerOptions,
    start: Start,
    *,
    signature: Path | None = None,
    ignores: Sequence[str] = (),
    name: str = "",
    version: str = "",
) -> SignatureVerdict:
    """Verify the signatures of an artifact.

    Args:
        application: What is configured.
        path: A directory or a file.
        trusted: Whom the caller trusts.
        start: Called before files are read.
        signature: A file of signatures that is not beside the files.
        ignores: Patterns of files that may be there and are not signed.
        name: The name that has to be signed, or empty.
        version: The version that has to be signed, or empty.

    Raises:
        UsageError: Nobody is trusted.
        MissingPathError: A key or the file of signatures is not there.
        KeyFileError: A key cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
        ConfigurationError: The configuration comes with the artifact.
    """
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.verify import SignatureRequest, verify_signatures

    request = SignatureRequest(
        artifact=application.artifacts.download(path),
        trust=trusted_signers(application, trusted),
        single_file=single_file(path),
        given=None if signature is None else {signature.name: read_signatures(signature)},
        ignores=tuple(ignores),
        name=name,
        version=version,
    )
    return verify_signatures(request, PublicKeyring(), start)


def inspect_signature(path: Path) -> tuple[Line, ...]:
    """Return what a file of signatures says, with nobody trusted.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, or is too large.
        SignatureFileError: It is malformed.
    """
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.inspect import inspect_signatures

    data = read_signatures(path)
    try:
        file = SignedFile.parse(path.name, data)
    except SignatureFileError as error:
        raise SignatureFileError(
            f"'{path}' is no file of signatures that can be read: {error.message}",
            hint="name a model.sig or a weightmark.sig",
        ) from None
    return inspect_signatures(file, PublicKeyring())


def read_signatures(path: Path) -> bytes:
    """Return the bytes of a file of signatures.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, or is too large.
    """
    from weightmark.adapters.files.sidecars import read_bounded

    return read_bounded(path, MAX_SIGNATURE_FILE_SIZE)

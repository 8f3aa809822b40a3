"""Signing artifacts, with what a caller gives and what is configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.artifacts import outside
from weightmark.bootstrap.paths import sidecar_place, single_file, subject_of
from weightmark.bootstrap.signatures import read_signatures
from weightmark.errors import AlreadyExistsError, MissingPathError
from weightmark.services.signatures.files import SignedFile, file_for

if TYPE_CHECKING:
    from datetime import datetime

    from weightmark.ports.artifacts import Start
    from weightmark.ports.signing import Signer
    from weightmark.services.signatures.create import Signing, SigningOrder


@dataclass(frozen=True, slots=True)
class Created:
    """An artifact that was signed.

    Attributes:
        signing: What was signed.
        signer: By whom.
        path: Where the signature is.
    """

    signing: Signing
    signer: Signer
    path: str


def create_signature(
    application: Application,
    path: Path,
    start: Start,
    *,
    out: Path | None = None,
    replace: bool = False,
    certificates: Sequence[Path] = (),
) -> Created:
    """Sign an artifact with the configured key, and write the signature.

    Args:
        application: What is configured.
        path: A directory or a file.
        start: Called before files are read.
        out: Where to write it, if not beside the files.
        replace: Whether a signature of something else is replaced.
        certificates: Files of certificates: the key's own, and those that vouch for it.

    Raises:
        ArtifactError: ``out`` lies among the artifact's files, or one of these is not acceptable.
        AlreadyExistsError: There is a signature of something else.
        KeyFileError: There is no key, or it cannot be used.
        WeightmarkError: As `weightmark.services.signatures.create.sign` has it.
    """
    from weightmark.services.signatures.create import SigningOrder

    artifact = application.artifacts.source(path)
    signer = configured_signer(application, certificates)
    if out is not None:
        sidecar = file_for(signer.identity.algorithm)
        _check_replaceable(outside(out, path, sidecar), replace=replace)
    order = SigningOrder(
        artifact=artifact,
        subject=subject_of(path),
        created=application.creation_time(),
        single_file=single_file(path),
        anew=replace,
        elsewhere=None if out is None else partial(_signed_file, out),
    )
    return carry_out(order, signer, path, start, out=out)


def carry_out(
    order: SigningOrder,
    signer: Signer,
    path: Path,
    start: Start,
    *,
    out: Path | None = None,
) -> Created:
    """Sign an artifact, and write the signature.

    Args:
        order: What to sign.
        signer: The key.
        path: Where the artifact is.
        start: Called before files are read.
        out: Where to write it, if not beside the files.

    Raises:
        WeightmarkError: As `create_signature` has it.
    """
    from weightmark.adapters.files.sidecars import write_atomically
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.create import SigningDeed, draft, sign

    drafted = draft(order, signer, start)
    with order.artifact.locked():
        signing = sign(drafted, signer, PublicKeyring())
        if signing.deed is SigningDeed.KEPT:
            place = sidecar_place(path, signing.name)
        elif out is None:
            place = order.artifact.write_sidecar(signing.name, signing.data)
        else:
            place = write_atomically(out, signing.data)
    return Created(signing, signer, place)


def configured_signer(application: Application, certificates: Sequence[Path]) -> Signer:
    """Return the configured key, with the certificates that vouch for it.

    Args:
        application: What is configured.
        certificates: Files of certificates: the key's own, and those that vouch for it.

    Raises:
        KeyFileError: There is no key, or it cannot be used.
        MissingPathError: The key that is named is not there.
        WeightmarkError: As `with_certificates` has it.
    """
    (signer,) = with_certificates((application.accounts.signer(),), certificates)
    return signer


def with_certificates(
    signers: tuple[Signer, ...], paths: Sequence[Path], at: datetime | None = None
) -> tuple[Signer, ...]:
    """Return keys with the certificates that vouch for them.

    Args:
        signers: The keys.
        paths: Files of certificates: the keys' own, and those that vouch for them.
        at: When the keys' own have to be valid for the keys to sign; None for any time.

    Raises:
        MissingPathError: A file is not there.
        KeyFileError: It holds no certificates, none of them is one of a key that signs, or no
            signature with one would ever count.
        ConfigurationError: A file cannot be read.
    """
    if not paths:
        return signers
    from weightmark.adapters.signing.certificate_files import certified_signers, read_certificates

    return certified_signers(signers, read_certificates(paths), at)


def _signed_file(path: Path) -> SignedFile:
    return SignedFile.parse(path.name, read_signatures(path))


def _check_replaceable(path: Path, *, replace: bool) -> None:
    """Refuse to replace a file that is no signature, or one that is, unasked."""
    try:
        _signed_file(path)
    except MissingPathError:
        return
    if not replace:
        raise AlreadyExistsError(
            f"'{path}' is there, and is left as it is", hint="--replace signs anew"
        )

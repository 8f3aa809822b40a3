"""Imports of what earlier tools wrote, made of what a caller gives and of what is configured."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import isfile, realpath
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.trusted_signers import required_key
from weightmark.domain.earlier.clarity import SIDECAR_SUFFIX
from weightmark.domain.earlier.strict import MAX_EARLIER_SIZE
from weightmark.errors import KeyFileError, UsageError
from weightmark.services.manifest_import import ImportRequest, ImportTrust
from weightmark.services.manifests import ManifestDraft

if TYPE_CHECKING:
    from weightmark.adapters.signing.earlier import EarlierPublicKey

# A signature with the longest key of RSA that verifies has 2,048 bytes.
_MAX_SIGNATURE = 4096


@dataclass(frozen=True, slots=True)
class EarlierFile:
    """What an earlier tool wrote, and what to check it with.

    Attributes:
        path: The file.
        source: The files that it tells of; by default those in whose directory it is.
        signature: Where its signature lies, if not at the same path with ``.sig``.
        public_key: The public key that is trusted: its name, or its file.
        secret: A file of the shared secret.
        accepts_unsigned: Whether a file that is not signed will do.
    """

    path: Path
    source: Path | None = None
    signature: Path | None = None
    public_key: str = ""
    secret: Path | None = None
    accepts_unsigned: bool = False


def import_request(
    application: Application, file: EarlierFile, draft: ManifestDraft, out: Path | None
) -> ImportRequest:
    """Return what to import.

    Args:
        application: What is configured.
        file: What an earlier tool wrote.
        draft: What the caller says of the release.
        out: Where to write the manifest, if not beside the files.

    Raises:
        UsageError: More than one thing is to be trusted.
        MissingPathError: A file is not there.
        ArtifactError: One is too large or no regular file, or ``out`` lies among the files.
        KeyFileError: The public key is none, or of no kind or size that counts.
        ConfigurationError: The configuration comes with the artifact.
    """
    from weightmark.adapters.files.sidecars import read_bounded

    if sum(map(bool, (file.public_key, file.secret, file.accepts_unsigned))) > 1:
        raise UsageError("choose one of --public-key, --hmac-key and --unsigned")
    source = file.source or _told_of(file.path)
    beside = file.signature or _signature_beside(file.path)
    artifact, contents = application.artifacts.download_with_contents(source, out)
    return ImportRequest(
        data=read_bounded(file.path, MAX_EARLIER_SIZE),
        signature=read_bounded(beside, _MAX_SIGNATURE) if beside else None,
        place=_place(file.path, source),
        signature_place=_place(beside, source) if beside else "",
        trusted=ImportTrust(
            _public_key(application, file.public_key),
            lambda: application.accounts.shared_secret(file.secret),
            file.accepts_unsigned,
        ),
        artifact=artifact,
        contents=contents,
        draft=draft,
    )


def _told_of(path: Path) -> Path:
    """Return the files that a file tells of: the one beside a sidecar, or its directory's."""
    file = path.with_name(path.name.removesuffix(SIDECAR_SUFFIX))
    return file if file != path and isfile(file) else path.parent  # noqa: PTH113 - Path's raises


def _signature_beside(path: Path) -> Path | None:
    beside = path.with_name(path.name + SIDECAR_SUFFIX)
    return beside if isfile(beside) else None  # noqa: PTH113 - as above


def _place(path: Path, source: Path) -> str:
    inside, place = Path(realpath(source)), Path(realpath(path.parent)) / path.name
    return place.relative_to(inside).as_posix() if place.is_relative_to(inside) else ""


def _public_key(application: Application, text: str) -> EarlierPublicKey | None:
    from weightmark.adapters.signing.earlier import EarlierPublicKey

    if not text:
        return None
    verifier = required_key(application, text).verifier
    if verifier is None:
        raise KeyFileError(f"'{text}' is an Ethereum key: no earlier tool has signed with one")
    return EarlierPublicKey(verifier)

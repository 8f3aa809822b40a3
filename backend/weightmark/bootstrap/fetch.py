"""Fetching releases, from whom and to where a caller says."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.files.sidecars import read_bounded
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.ipfs import block_sources
from weightmark.bootstrap.manifests import NOBODY, signature_means
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.domain.reference import parse_reference
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE
from weightmark.domain.text import printable
from weightmark.errors import MissingPathError, SignatureFileError
from weightmark.services.signatures.files import SIGNATURE_FILES

if TYPE_CHECKING:
    from weightmark.ports.artifacts import Start
    from weightmark.services.fetch import Fetched
    from weightmark.services.sources import Fault


def fetch(
    application: Application,
    release: str,
    out: Path,
    start: Start,
    tell: Callable[[Fault], None],
    *,
    gateways: Sequence[str] = (),
    signatures: Path | None = None,
    trusted: SignerOptions = NOBODY,
) -> Fetched:
    """Fetch a release, and verify it; see `services.fetch.Fetcher.fetch`.

    Args:
        application: What is configured.
        release: The release, as a REF.
        out: The directory that is to be made of it.
        start: Called before files are fetched, and before they are verified.
        tell: Called with each fault of a source, from any thread.
        gateways: URLs of trustless gateways; none for those that are configured.
        signatures: A file of signatures, or a folder with some, that was got elsewhere.
        trusted: Who has to have signed, beside those whom the manifest names.

    Raises:
        MissingPathError: A key, a certificate or the signatures are not there.
        SignatureFileError: What is called signatures is something else.
        KeyFileError: A key or a certificate cannot be used.
        ConfigurationError: A gateway's URL cannot be used, or what is configured is malformed.
    """
    from weightmark.adapters.ipfs.download import LocalDownloads
    from weightmark.services.fetch import Fetcher, FetchRequest

    request = FetchRequest(
        reference=parse_reference(release),
        sources=block_sources(application, gateways),
        means=signature_means(application, trusted),
        policy=application.policy(),
        signatures=_read_signatures(signatures) if signatures else {},
    )
    fetcher = Fetcher(application.chains, application.trust.load(), application.verifier())
    return fetcher.fetch(request, LocalDownloads(out), start, tell)


def _read_signatures(path: Path) -> dict[str, bytes]:
    """Return files of signatures by their names as sidecars, which theirs are, or end with."""
    files = _entries(path) if os.path.isdir(path) else [path]  # noqa: PTH112 - never raises
    found: dict[str, bytes] = {}
    for file in files:
        for name in SIGNATURE_FILES:
            if f".{file.name}".endswith(f".{name}"):
                if name in found:
                    raise SignatureFileError(
                        f"'{printable(str(path))}' holds several files that are called {name}",
                        hint="name the one that is meant",
                    )
                found[name] = read_bounded(file, MAX_SIGNATURE_FILE_SIZE)
    if not found:
        names = " or ".join(SIGNATURE_FILES)
        raise MissingPathError(
            f"'{printable(str(path))}' is no file of signatures, and holds none",
            hint=f"such a file is called {names}, or FILE.{names.replace(' or ', ' or FILE.')}",
        )
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise MissingPathError(
            f"'{printable(str(folder))}' cannot be read: {error.strerror}"
        ) from None

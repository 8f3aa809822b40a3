"""Telling the files of earlier tools apart by their members, and reading them."""

from __future__ import annotations

from collections.abc import Callable

from weightmark.domain.earlier import clarity, hashtraceai, modelseal
from weightmark.domain.earlier.strict import members_of
from weightmark.domain.earlier.values import EarlierCodes, EarlierManifest
from weightmark.domain.paths import check_paths
from weightmark.errors import ArtifactError, ManifestError

_Parse = Callable[[bytes], EarlierManifest | EarlierCodes]

# The members that only one form has; the first that fits decides.
_FORMS: tuple[tuple[frozenset[str], _Parse], ...] = (
    (frozenset({"manifest", "signature"}), modelseal.parse),
    (frozenset({"signed_data", "signature"}), hashtraceai.parse_wrapped),
    (frozenset({"files", "timestamp_utc"}), hashtraceai.parse_last),
    (frozenset({"files", "version"}), hashtraceai.parse_first),
    (frozenset({"signatures"}), clarity.parse_list),
    (frozenset({"file", "signature"}), clarity.parse_sidecar),
)


def parse(data: bytes) -> EarlierManifest | EarlierCodes:
    """Read a file of an earlier tool, strictly and with bounds.

    Raises:
        ManifestError: It is none, is too large, or lists no file, a file twice, or a path that an
            artifact cannot hold.
    """
    members = members_of(data)
    read = next((read for marks, read in _FORMS if marks <= members), None)
    if read is None:
        raise ManifestError(
            "the file is of no tool that is known",
            hint="HashTraceAI's manifest.json, modelseal's signed_manifest.json, Clarity's "
            "model_signatures.json and .sig files can be imported",
        )
    earlier = read(data)
    try:
        check_paths(earlier.files)
    except ArtifactError as error:
        raise ManifestError(f"the file is refused: {error.message}", hint=error.hint) from None
    return earlier

"""The files that Weightmark keeps beside an artifact, outside its tree."""

from __future__ import annotations

from weightmark.ports.artifacts import SIDECAR_NAMES

MANIFEST = "weightmark.json"

# Those whose formats only a later version can check.
UNCHECKED = tuple(name for name in SIDECAR_NAMES if name != MANIFEST)

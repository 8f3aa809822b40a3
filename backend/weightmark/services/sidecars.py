"""The files that Weightmark keeps beside an artifact, outside its tree."""

from __future__ import annotations

MANIFEST = "weightmark.json"

# Formats that only a later version can check; see `verify_signatures`.
UNCHECKED = (
    "weightmark.sig",
    "model.sig",
    "weightmark.receipt.json",
    "weightmark.certificate.json",
)
MAX_SIDECAR_SIZE = 64 * 2**20

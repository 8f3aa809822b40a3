"""The files that Weightmark keeps beside an artifact, outside its tree."""

from __future__ import annotations

MANIFEST = "weightmark.json"

# Those whose formats only a later version can check.
UNCHECKED = ("weightmark.receipt.json", "weightmark.certificate.json")

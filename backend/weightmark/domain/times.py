"""Times on a chain, as text."""

from __future__ import annotations

from datetime import UTC, datetime

# The last second of the year 9999, which is the last that ISO 8601 writes in four digits.
_LAST_SECOND = 253_402_300_799


def utc_text(seconds: int) -> str:
    """Return seconds since 1970 as ``2026-11-21T09:00:00Z``; ``never`` for a time out of range."""
    if not 0 <= seconds <= _LAST_SECOND:
        return "never"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

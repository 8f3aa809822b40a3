"""Times on a chain, as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from weightmark.domain.text import printable
from weightmark.errors import ValueFormatError

# The last second of the year 9999, which is the last that ISO 8601 writes in four digits.
_LAST_SECOND = 253_402_300_799

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?", re.ASCII)
_DURATION = re.compile(r"([1-9][0-9]{0,5})([hdw])")
_SECONDS = {"h": 3_600, "d": 86_400, "w": 604_800}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class End:
    """When something ends, as it was asked for.

    Attributes:
        time: In seconds since 1970.
        leeway: How many seconds earlier is the same, where the words are a duration.
        note: What the words mean, where that is not plain.
    """

    time: int
    leeway: int = 0
    note: str = ""


def utc_text(seconds: int) -> str:
    """Return seconds since 1970 as ``2026-11-21T09:00:00Z``; ``never`` for a time out of range."""
    if not 0 <= seconds <= _LAST_SECOND:
        return "never"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str, now: int) -> int:
    """Read a time in UTC, a day (its beginning), or a duration from ``now`` on, as seconds.

    Raises:
        ValueFormatError: It is none of them, or is before 1970 or after 9999.
    """
    duration = _DURATION.fullmatch(text)
    ahead = now + int(duration[1]) * _SECONDS[duration[2]] if duration else None
    return _in_range(text, _instant(text) if ahead is None else ahead)


def parse_end(text: str, now: int) -> End:
    """Read when something ends. A duration is rounded up: hours to an hour, others to a day.

    So the same words mean the same for a while, and a command that is repeated says the same.

    Raises:
        ValueFormatError: As `parse_time`.
    """
    time = parse_time(text, now)
    if _DAY.fullmatch(text):
        return End(time, note=f"{text} is the beginning of that day, 00:00 UTC")
    if not _DURATION.fullmatch(text):
        return End(time)
    unit = "hour" if text.endswith("h") else "day"
    step = _SECONDS[unit[0]]
    rounded = _in_range(text, -(-time // step) * step)
    return End(rounded, step, f"{text} from now on, up to a full {unit} (UTC)")


def _in_range(text: str, seconds: int) -> int:
    if not 0 <= seconds <= _LAST_SECOND:
        raise ValueFormatError(f"'{text}' is not between 1970 and 9999")
    return seconds


def parse_duration(text: str) -> int:
    """Read a duration such as ``90d``, ``12h`` or ``2w``, as seconds.

    Raises:
        ValueFormatError: It is none.
    """
    duration = _DURATION.fullmatch(text)
    if duration is None:
        raise ValueFormatError(
            f"'{printable(text[:40])}' is not a duration", hint="write 90d, 12h or 2w"
        )
    return int(duration[1]) * _SECONDS[duration[2]]


def _instant(text: str) -> int:
    try:
        written = _TIME.fullmatch(text) is not None
        read = datetime.fromisoformat(text) if written else None
    except ValueError:
        read = None
    if read is None:
        raise ValueFormatError(
            f"'{printable(text[:40])}' is not a time",
            hint="write 2026-11-21T09:00:00Z, 2026-11-21, or a duration from now on: 90d, 12h, 2w",
        )
    return int(read.replace(tzinfo=UTC).timestamp())

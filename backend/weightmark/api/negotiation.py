"""In which form content is asked for: ``format`` and ``Accept``, as trustless gateways have them.

Source: https://specs.ipfs.tech/http-gateways/trustless-gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from weightmark.errors import UsageError

HINT: Final = "?format=raw gives one block, ?format=car a stream of blocks"


class Form(StrEnum):
    """A form in which content can be checked by whoever gets it, as ``format`` has it."""

    RAW = "raw"
    CAR = "car"


_FORMS: Final = {f"application/vnd.ipld.{form}": form for form in Form}

CONTENT_TYPES: Final = {
    Form.RAW: "application/vnd.ipld.raw",
    Form.CAR: "application/vnd.ipld.car; version=1; order=dfs; dups=n",
}

# What a client may ask a stream to be, and get.
_SERVED: Final = {"version": {"1"}, "order": {"dfs", "unk", ""}, "dups": {"n", ""}}


@dataclass(frozen=True, slots=True)
class _Preference:
    """A form that a client accepts, and how much it likes it: up to 1, and 0 for not at all."""

    form: Form
    parameters: Mapping[str, str]
    quality: float = 1

    def is_served(self, query: Mapping[str, str]) -> bool:
        """Whether a form is served as a client wants it; the query outranks."""
        wanted = {name: query.get(f"car-{name}", self.parameters.get(name)) for name in _SERVED}
        fits = all(value is None or value in _SERVED[name] for name, value in wanted.items())
        return self.quality > 0 and (self.form is Form.RAW or fits)


def negotiate(accept: str, query: Mapping[str, str]) -> Form | None:
    """Return the form that a client likes best of those that are served, or None.

    Args:
        accept: The header ``Accept``; empty if there is none.
        query: The parameters of the URL, which outrank it.

    Raises:
        UsageError: Neither says anything.
    """
    wanted = query.get("format")
    if wanted is None and not accept:
        raise UsageError("neither 'format' nor 'Accept' says what is wanted", hint=HINT)
    accepted = [each for each in _preferences(accept) if wanted in {None, each.form}]
    if not accepted and wanted in set(Form):
        accepted = [_Preference(Form(wanted), {})]
    liked = sorted(accepted, key=lambda each: each.quality, reverse=True)
    return next((each.form for each in liked if each.is_served(query)), None)


def _preferences(accept: str) -> Iterator[_Preference]:
    for element in accept.lower().split(","):
        media_type, *parameters = (part.strip() for part in element.split(";"))
        if media_type in _FORMS:
            pairs = (parameter.partition("=") for parameter in parameters)
            named = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
            yield _Preference(_FORMS[media_type], named, _quality(named.get("q", "1")))


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0

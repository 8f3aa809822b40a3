"""Every way to spoil one place of a JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


class Members(list[tuple[str, Any]]):
    """An object, as its members in order: some may occur twice."""


def parse(data: bytes) -> Any:
    """Read a document."""
    return json.loads(data, object_pairs_hook=Members)


def write(value: Any) -> str:
    """Write a document, members that occur twice included."""
    match value:
        case Members():
            return "{" + ",".join(f"{json.dumps(name)}:{write(each)}" for name, each in value) + "}"
        case list():
            return "[" + ",".join(map(write, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def mutations(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give each spoiled document, with the place and the way."""
    for name, value in _mutated(parse(data), ""):
        yield name, write(value).encode()


def _mutated(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    match value:
        case Members():
            yield from _of_members(value, place)
        case list():
            yield from _of_list(value, place)


def _of_members(value: Members, place: str) -> Iterator[tuple[str, Any]]:
    yield f"{place} reordered", Members(reversed(value))
    yield f"{place} with an extra member", Members([*value, ("extra", 1)])
    for index, (name, each) in enumerate(value):
        inner, before, after = f"{place}.{name}", value[:index], value[index + 1 :]
        yield f"{inner} removed", Members([*before, *after])
        yield f"{inner} twice", Members([*value, (name, each)])
        yield f"{inner} null", Members([*before, (name, None), *after])
        for way, other in _below(each):
            yield f"{inner}{way}", Members([*before, (name, other), *after])


def _of_list(value: list[Any], place: str) -> Iterator[tuple[str, Any]]:
    inner = f"{place}[]"
    if len(value) > 1:
        yield f"{place} reordered", value[::-1]
    for index, each in enumerate(value):
        before, after = value[:index], value[index + 1 :]
        yield f"{inner} removed", before + after
        yield f"{inner} twice", [*value, each]
        yield f"{inner} null", [*before, None, *after]
        for way, other in _below(each):
            yield f"{inner}{way}", [*before, other, *after]


def _below(value: Any) -> Iterator[tuple[str, Any]]:
    """Give other values, and then those with one place in them spoiled."""
    yield from ((f" {way}", other) for way, other in _altered(value))
    yield from _mutated(value, "")


def _altered(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Members():
            yield "of another type", "text"
        case list():
            yield "of another type", {}
        case bool():
            yield "altered", not value
            yield "of another type", "text"
        case str():
            yield "altered", ("z" if value[:1] != "z" else "y") + value[1:]
            yield "longer", value + "0"
            yield "in capitals", value.upper()
            yield "empty", ""
            yield "of another type", 1
        case int():
            yield "altered", value + 1
            yield "of another type", "text"

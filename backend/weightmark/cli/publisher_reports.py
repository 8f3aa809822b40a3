"""How publishers, and what is done for them, are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from weightmark.cli import output
from weightmark.domain.documents import error_document
from weightmark.domain.signing_keys import algorithm_label
from weightmark.domain.statements import Registration
from weightmark.domain.text import printable
from weightmark.domain.times import utc_text
from weightmark.services.plans import Plan
from weightmark.services.publisher_state import PublisherView

# How many releases are named on a terminal; a document names all.
SHOWN_RELEASES = 10


def view_document(view: PublisherView) -> dict[str, Any]:
    """Return a publisher for programs."""
    time, releases = view.block.timestamp, view.releases
    return {
        "publisher": view.publisher,
        "network": view.network.name,
        "chain_id": view.network.chain_id,
        "block_number": view.block.number,
        "authorities": [
            {
                "index": each.index,
                "account": each.account,
                "role": each.role,
                "from": utc_text(each.word.valid_from) if each.word.valid_from else "always",
                "until": utc_text(each.word.until),
                "active": each.is_active(time),
                "releases": None if releases is None else releases[each.index],
            }
            for each in view.authorities
        ],
        "authorities_left_out": view.left_out,
        "signing_keys": _keys(view),
        "releases": None if releases is None else releases.total(),
        "problem": error_document(view.problem) if view.problem else None,
    }


def _keys(view: PublisherView) -> list[dict[str, Any]] | None:
    if view.signing_keys is None:
        return None
    return [
        {
            "fingerprint": each.fingerprint.hex(),
            "algorithm": algorithm_label(each.word.algorithm),
            "from": utc_text(each.word.valid_from),
            "until": utc_text(each.word.until),
            "active": each.word.is_valid_at(view.block.timestamp),
        }
        for each in view.signing_keys
    ]


def print_view(view: PublisherView) -> None:
    """Print a publisher."""
    shown = view_document(view)
    output.print_fields(
        {
            "publisher": shown["publisher"],
            "network": f"{shown['network']} (chain {shown['chain_id']})",
            "releases": "unknown" if shown["releases"] is None else shown["releases"],
        }
    )
    for member in ("authorities", "signing_keys"):
        if shown[member]:
            click.echo()
            output.print_table(_rows(shown[member]))
    if view.left_out:
        output.line(f"authorities 1 to {view.left_out} are left out")
    if view.problem:
        told = {"signing keys": view.signing_keys, "releases": view.releases}
        unknown = " and ".join(name for name, value in told.items() if value is None)
        output.complain(f"{unknown} are not known: {view.problem.message}")


def print_plan(plan: Plan) -> None:
    """Print on standard error what an action is going to do."""
    for text in _sentences(plan):
        click.echo(printable(text), err=True)
    for warning in plan.warnings:
        output.warn(warning)


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return what an action does, for programs."""
    return {
        "action": plan.summary,
        "failing_releases": [_label(each) for each in plan.failing],
        "releases_in_doubt": [_label(each) for each in plan.in_doubt],
        "staying_releases": None if plan.problem else plan.staying,
        "notes": list(plan.notes),
        "warnings": list(plan.warnings),
        "problem": error_document(plan.problem) if plan.problem else None,
    }


def _sentences(plan: Plan) -> Iterator[str]:
    yield f"to do: {plan.summary}"
    yield from plan.notes
    if plan.problem:
        yield f"which releases that concerns could not be found out: {plan.problem.message}"
    if plan.failing:
        count, named = len(plan.failing), _named(plan.failing)
        yield f"{count} of its releases will fail verification: {named}"
    if plan.in_doubt:
        count, named = len(plan.in_doubt), _named(plan.in_doubt)
        yield f"{count} releases will fail verification if they name the key: {named}"
    if plan.staying:
        yield f"{plan.staying} of its releases, registered before that, stay good"


def _named(releases: Sequence[Registration]) -> str:
    named = ", ".join(_label(each) for each in releases[:SHOWN_RELEASES])
    more = len(releases) - SHOWN_RELEASES
    return f"{named} and {more} more" if more > 0 else named


def _label(registration: Registration) -> str:
    return f"{registration.name}@{registration.version}"


def _rows(entries: list[dict[str, Any]]) -> Iterator[list[str]]:
    yield list(entries[0])
    for entry in entries:
        yield [_cell(value) for value in entry.values()]


def _cell(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)

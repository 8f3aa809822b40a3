"""How publishers, and what is done for them, are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from weightmark.cli import output
from weightmark.domain.documents import error_document
from weightmark.domain.signing_keys import algorithm_label
from weightmark.domain.statements import Registration
from weightmark.domain.text import printable
from weightmark.domain.times import utc_text
from weightmark.services.ownership import Plan
from weightmark.services.publisher_state import PublisherView

# How many releases are named on a terminal; a document names all.
SHOWN_RELEASES = 10


def view_document(view: PublisherView) -> dict[str, Any]:
    """Return a publisher for programs."""
    time = view.block.timestamp
    known = view.problem is None
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
                "releases": view.releases[each.index] if known else None,
            }
            for each in view.authorities
        ],
        "authorities_left_out": view.left_out,
        "signing_keys": [
            {
                "fingerprint": each.fingerprint.hex(),
                "algorithm": algorithm_label(each.word.algorithm),
                "from": utc_text(each.word.valid_from),
                "until": utc_text(each.word.until),
                "active": each.word.is_valid_at(time),
            }
            for each in view.signing_keys
        ],
        "releases": view.releases.total() if known else None,
        "problem": error_document(view.problem) if view.problem else None,
    }


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
        output.complain(f"keys and releases are not known: {view.problem.message}")


def print_plan(plan: Plan) -> None:
    """Print on standard error what an action is going to do."""
    for text in _sentences(plan):
        click.echo(printable(text), err=True)
    for warning in plan.warnings:
        click.secho(f"warning: {printable(warning)}", fg="yellow", bold=True, err=True)


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return what an action does, for programs."""
    return {
        "done": plan.summary,
        "failing_releases": [_label(each) for each in plan.failing],
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
        named = ", ".join(_label(each) for each in plan.failing[:SHOWN_RELEASES])
        more = len(plan.failing) - SHOWN_RELEASES
        rest = f" and {more} more" if more > 0 else ""
        yield f"{len(plan.failing)} of its releases will fail verification: {named}{rest}"
    if plan.staying:
        yield f"{plan.staying} of its releases, registered before that, stay good"


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

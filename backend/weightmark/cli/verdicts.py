"""How a verdict is shown."""

from __future__ import annotations

from pathlib import Path

import click

from weightmark.cli import output
from weightmark.domain.documents import verdict_document
from weightmark.domain.text import printable
from weightmark.domain.verdict import NO_CHAIN, Check, Outcome, Verdict

MAX_PATHS = 20

_MARKS = {
    Outcome.PASSED: ("ok", "green"),
    Outcome.WARNED: ("warning", "yellow"),
    Outcome.NOT_APPLICABLE: ("-", None),
    Outcome.FAILED: ("FAILED", "red"),
    Outcome.INVALID: ("INVALID", "red"),
    Outcome.UNCHECKED: ("UNCHECKED", "red"),
}


def print_verdict(verdict: Verdict, path: Path, *, as_json: bool) -> int:
    """Print a verdict, and return its exit status."""
    if as_json:
        output.print_json(verdict_document(verdict))
        return verdict.exit_status
    print_checks(verdict, path, success=_success(verdict, path))
    return verdict.exit_status


def print_checks(verdict: Verdict, path: Path, *, success: str) -> None:
    """Print every check, and then either that all is well or what is not."""
    for check in verdict.checks:
        print_check(check)
    if verdict.verified:
        output.succeed(success)
    else:
        problems = "; ".join(check.summary for check in verdict.problems)
        click.secho(f"NOT VERIFIED: {printable(f'{path}: {problems}')}", fg="red", bold=True)


def _success(verdict: Verdict, path: Path) -> str:
    partly = " (in part)" if verdict.partial else ""
    if verdict.trust_mode == NO_CHAIN:
        return f"{path} agrees with its manifest{partly}, which says that it is {verdict.release}"
    return f"verified{partly}: {path} is {verdict.release}"


def print_check(check: Check) -> None:
    """Print one check, with the files that it concerns."""
    mark, color = _MARKS[check.outcome]
    click.echo(f"{check.step}  ", nl=False)
    click.secho(f"{mark:<9}", fg=color, nl=False)
    click.echo(f"  {check.name:<13}  {printable(check.message)}")
    for path in check.paths[:MAX_PATHS]:
        click.echo(f"{'':29}{printable(path)}")
    if len(check.paths) > MAX_PATHS:
        click.echo(f"{'':29}… and {len(check.paths) - MAX_PATHS} more (all of them with --json)")
    if check.hint:
        click.echo(f"{'':29}hint: {printable(check.hint)}")

"""The options that say which models of a tree are meant, and how what came of each is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from weightmark.bootstrap.trees import SignedModel
from weightmark.cli import options, output, verdicts
from weightmark.domain.documents import error_document
from weightmark.domain.models import Models, Selection
from weightmark.domain.text import printable
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import UsageError, WeightmarkError
from weightmark.services.signatures.reports import signing_document
from weightmark.services.signatures.tree_reports import (
    inventory_document,
    inventory_status,
    tree_verdict_document,
)
from weightmark.services.signatures.trees import InventoryEntry, TreeVerdict

each = click.option("--each", is_flag=True, help="PATH is a directory: take every model in it.")
selection = options.combined(
    click.option(
        "--include",
        metavar="GLOB",
        multiple=True,
        help="Of a directory: what is a model, in place of the known suffixes; repeatable.",
    ),
    click.option(
        "--exclude",
        metavar="GLOB",
        multiple=True,
        help="Of a directory: what to leave out; repeatable.",
    ),
    click.option(
        "--no-recursive", is_flag=True, help="Of a directory: only what is directly in it."
    ),
)


def selection_of(given: Mapping[str, Any]) -> Selection:
    """Return which models the options mean."""
    return Selection(given["include"], given["exclude"], not given["no_recursive"])


def check_each(*, each: bool, alone: Mapping[str, object], given: Mapping[str, object]) -> None:
    """Refuse options of a directory without ``--each``, and those of one model with it.

    Args:
        each: Whether it is given.
        alone: The options that are for one model, with their values.
        given: The options by their parameters' names.

    Raises:
        UsageError: There is such an option.
    """
    of_trees = {
        "--include": given["include"],
        "--exclude": given["exclude"],
        "--no-recursive": given["no_recursive"],
        "--anywhere": given.get("anywhere"),
    }
    for option, value in (alone if each else of_trees).items():
        if value:
            raise UsageError(f"{option} does not go {'with' if each else 'without'} --each")


def print_signed(
    signed: Collection[SignedModel], models: Models, path: Path, *, as_json: bool
) -> int:
    """Print what came of signing each model, and return the exit status."""
    failures = [each.result for each in signed if isinstance(each.result, WeightmarkError)]
    status = Verdict(tuple(map(_failed, failures))).exit_status if failures else 0
    if as_json:
        document = {
            "exit_status": status,
            "models": [_signed_document(each) for each in signed],
            "excluded": list(models.excluded),
        }
        output.print_json(document)
        return status
    for each in signed:
        _print_signed(each)
    _print_excluded(models.excluded)
    made = (each.result for each in signed if not isinstance(each.result, WeightmarkError))
    _print_secret(is_shared=any(each.signer.identity.algorithm.is_shared_secret for each in made))
    _conclude(path, len(signed), len(failures), "signed", "NOT SIGNED")
    return status


def print_verified(found: TreeVerdict, path: Path, *, as_json: bool) -> int:
    """Print the verdict on each model, and return the exit status."""
    if as_json:
        output.print_json(tree_verdict_document(found))
        return found.exit_status
    for place, each in found.models.items():
        _print_line("ok" if each.verdict.verified else "FAILED", place)
        for check in each.verdict.checks:
            if check.outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
                verdicts.print_check(check)
    _print_excluded(found.excluded)
    bad = sum(not each.verdict.verified for each in found.models.values())
    _conclude(path, len(found.models), bad, "verified", "NOT VERIFIED")
    return found.exit_status


def print_inventory(
    entries: Collection[InventoryEntry], excluded: Collection[str], path: Path, *, as_json: bool
) -> int:
    """Print how each model stands, and return the exit status."""
    status = inventory_status(entries)
    if as_json:
        output.print_json(inventory_document(entries, excluded))
        return status
    rows = [(each.standing, each.first_signed or "-", each.path, each.reason) for each in entries]
    output.print_table([("standing", "first signed", "path", ""), *rows])
    _print_excluded(excluded)
    _print_secret(is_shared=any(each.shared_secret for each in entries))
    bad = sum(inventory_status([each]) for each in entries)
    _conclude(path, len(entries), bad, "signed", "NOT IN ORDER")
    return status


def warn_of_dropped(dropped: int, place: str) -> None:
    """Say how many signatures by others are gone, where there were any."""
    if dropped:
        output.warn(f"signatures by others that are not in {place} any more: {dropped}")


def _failed(error: WeightmarkError) -> Check:
    return Check.of_error(8, "signature", error)


def _signed_document(signed: SignedModel) -> dict[str, object]:
    match signed.result:
        case WeightmarkError() as error:
            return {"path": signed.path, "error": error_document(error)}
        case made:
            return {"path": signed.path, **signing_document(made.signing, made.signer, made.path)}


def _print_signed(signed: SignedModel) -> None:
    match signed.result:
        case WeightmarkError() as error:
            _print_line("FAILED", f"{signed.path}: {error.message}")
            if error.hint:
                output.line(f"{'':10}hint: {error.hint}")
        case made:
            _print_line(made.signing.deed, signed.path)
            warn_of_dropped(made.signing.dropped, signed.path)


def _print_line(mark: str, text: str) -> None:
    color = "red" if mark == "FAILED" else "green"
    click.secho(f"{mark:<8}", fg=color, nl=False)
    click.echo(f"  {printable(text)}")


def _print_excluded(paths: Collection[str]) -> None:
    for path in paths:
        output.line(f"{'excluded':<8}  {path}")


def _print_secret(*, is_shared: bool) -> None:
    if is_shared:
        output.line("signed with a shared secret: whoever can verify it could have signed it")


def _conclude(path: Path, count: int, bad: int, good_word: str, bad_word: str) -> None:
    models = "1 model" if count == 1 else f"{count} models"
    if bad:
        text = f"{bad_word}: {path}: {bad} of {models}"
        click.secho(printable(text), fg="red", bold=True)
    else:
        output.succeed(f"{good_word}: {path}: {models}")

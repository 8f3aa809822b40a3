"""What commands print: one JSON document, or text; errors on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from weightmark.domain.text import printable
from weightmark.errors import WeightmarkError


def print_json(document: object) -> None:
    """Print one document, and nothing else, on standard output.

    It is ASCII, so that text from outside cannot act on a terminal here either; a file name that
    is not UTF-8 keeps its bytes as Python's surrogates.
    """
    import json

    import msgspec

    text = json.dumps(msgspec.to_builtins(document), indent=2)
    click.echo(text)


def print_fields(fields: Mapping[str, object]) -> None:
    """Print names and values in two columns; an empty value is left out."""
    shown = {
        name: printable(str(value)) for name, value in fields.items() if value not in ("", None)
    }
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {value}")


def print_table(rows: Iterable[Iterable[object]]) -> None:
    """Print rows in columns."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def succeed(message: str) -> None:
    """Print what was done."""
    click.secho(printable(message), fg="green", bold=True)


def line(text: str) -> None:
    """Print one line."""
    click.echo(printable(text))


def complain(message: str, hint: str = "") -> None:
    """Print a message, and what to do, on standard error."""
    click.secho(f"error: {printable(message)}", fg="red", err=True)
    if hint:
        click.echo(f"  hint: {printable(hint)}", err=True)


def warn(message: str) -> None:
    """Print what may be a mistake on standard error."""
    click.secho(f"warning: {printable(message)}", fg="yellow", bold=True, err=True)


def report(error: WeightmarkError, *, as_json: bool) -> int:
    """Print an error, and return its exit status."""
    if as_json:
        from weightmark.domain.documents import error_document

        print_json({"error": error_document(error)})
    else:
        complain(error.message, error.hint)
    return error.exit_status

"""How an import of what an earlier tool wrote is shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from weightmark.cli import output, verdicts
from weightmark.domain.documents import verdict_document
from weightmark.services.manifest_import import Import


def print_import(done: Import, path: Path, written: Mapping[str, object], *, as_json: bool) -> int:
    """Print what came of an import, and return its exit status.

    Args:
        done: What came of it.
        path: The file of the earlier tool.
        written: What is shown of the manifest that was written; empty if none was.
        as_json: Whether a program reads it.
    """
    if as_json:
        output.print_json(_document(done, written))
        return done.verdict.exit_status
    success = f"{path} of {done.tool} is imported: {written.get('manifest')}"
    verdicts.print_checks(done.verdict, path, success=success)
    output.print_fields(
        {
            **{f"signed: {name}": text for name, text in done.covered.items()},
            **{f"NOT SIGNED: {name}": text for name, text in done.uncovered.items()},
            **{name.replace("_", " "): value for name, value in written.items()},
        }
    )
    return done.verdict.exit_status


def _document(done: Import, written: Mapping[str, object]) -> dict[str, object]:
    return {
        "tool": done.tool,
        "signed": dict(done.covered),
        "not_signed": dict(done.uncovered),
        "verdict": verdict_document(done.verdict),
        "written": dict(written),
    }

"""weightmark find."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, output
from weightmark.services.documents import file_record_document


@click.command(
    "find",
    epilog="""\b
Examples:
  weightmark find ./model/model.safetensors
  weightmark find 1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
""",
)
@click.argument("file_or_digest")
@options.state
def command(file_or_digest: str, *, as_json: bool, **given: Any) -> int:
    """Find the releases that contain a file, among those published or verified on this machine.

    FILE_OR_DIGEST is a file, or a digest as manifests write it (a multihash in hex). Whoever
    registered a file need not be its author.
    """
    application = options.application(given)
    found = application.find(file_or_digest)
    if as_json:
        output.print_json([file_record_document(record) for record in found])
        return 0 if found else 1
    if not found:
        output.complain(
            "no release that was published or verified here contains that file",
            "'weightmark show' and 'weightmark log' ask the chain",
        )
        return 1
    rows = [("release", "path", "size", "here", "time")]
    for record in found:
        document = file_record_document(record)
        rows.append(
            (
                document["reference"],
                document["path"],
                str(document["size"]),
                document["deed"],
                document["time"],
            )
        )
    output.print_table(rows)
    return 0

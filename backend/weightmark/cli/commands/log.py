"""weightmark log."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, output
from weightmark.domain.documents import release_document
from weightmark.domain.reference import parse_reference
from weightmark.errors import UnknownReleaseError, UsageError


@click.command(
    "log",
    epilog="""\b
Examples:
  weightmark log me/acme/digits
  weightmark log 11155111:0xPUBLISHER/acme/digits --rpc-url https://HOST --json
""",
)
@click.argument("name")
@options.combined(options.chain, options.trust, options.state)
def command(name: str, *, as_json: bool, **given: Any) -> None:
    """List all releases of the model NAME, which is [chain:]publisher/name, the oldest first.

    The list is proven complete by the hash chain that the registry keeps for each model.
    """
    application = options.application(given)
    reference = parse_reference(name)
    if reference.version:
        raise UsageError(
            "a log is of a model, not of a version", hint=f"weightmark show {reference}"
        )
    found = application.resolve(reference)
    log = application.lookup(found.network).model(found.publisher, found.name)
    if not log.releases:
        raise UnknownReleaseError(
            f"{found.publisher} has registered no release of {found.name} on '{found.network.name}'"
        )
    if as_json:
        output.print_json([release_document(view) for view in log.releases])
        return
    rows = [("#", "version", "status", "registered", "artifact root")]
    for view in log.releases:
        document = release_document(view)
        status = document["status"]
        if document["revocation_reason"] not in ("", status):
            status += f" ({document['revocation_reason']})"
        if document["successor"]:
            status += f" by {document['successor']}"
        rows.append(
            (
                str(document["sequence"]),
                document["version"],
                status,
                document["registered_at"],
                document["artifact_root"],
            )
        )
    output.print_table(rows)

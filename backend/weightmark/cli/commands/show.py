"""weightmark show."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, output
from weightmark.domain.documents import release_document
from weightmark.domain.reference import parse_reference


@click.command(
    "show",
    epilog="""\b
Examples:
  weightmark show me/acme/digits@1.0.0
  weightmark show me/acme/digits                       the newest release that is not revoked
  weightmark show sepolia:0xPUBLISHER/acme/digits@1.0.0 --rpc-url https://HOST
""",
)
@click.argument("ref")
@options.combined(options.chain, options.trust, options.state)
def command(ref: str, *, as_json: bool, **given: Any) -> None:
    """Show what the chain says of the release REF, which is [chain:]publisher/name[@version]."""
    application = options.application(given)
    found = application.resolve(parse_reference(ref))
    lookup = application.lookup(found.network)
    view = lookup.release(found.publisher, found.name, found.version)
    document = release_document(view)
    if as_json:
        output.print_json(document)
        return
    output.print_fields({name.replace("_", " "): value for name, value in document.items()})

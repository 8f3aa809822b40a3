"""weightmark revoke."""

from __future__ import annotations

from typing import Any

import click

from weightmark.bootstrap.requests import revocation_request
from weightmark.cli import options, output
from weightmark.domain.registry import REASONS_BY_LABEL
from weightmark.services.documents import revocation_document


@click.command(
    "revoke",
    epilog="""\b
Examples:
  weightmark revoke me/acme/digits@1.0.0 --reason vulnerable
  weightmark revoke me/acme/digits@1.0.0 --reason superseded --successor 1.1.0
""",
)
@click.argument("ref")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(REASONS_BY_LABEL)),
    help="Why. All but superseded make every verification fail.",
)
@click.option("--successor", default="", metavar="V", help="The version that takes its place.")
@click.option(
    "--tombstone", is_flag=True, help="Revoke a version that nobody registered, for good."
)
@options.combined(options.transaction, options.trust, options.state)
def command(
    ref: str,
    reason: str,
    successor: str,
    authority: int | None,
    *,
    tombstone: bool,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Revoke the release REF, which is [chain:]publisher/name@version. This cannot be undone."""
    application = options.application(given)
    request = revocation_request(
        application,
        ref,
        REASONS_BY_LABEL[reason],
        successor=successor,
        tombstone=tombstone,
        authority_index=authority,
    )
    network = request.release.network
    options.confirm_transaction(network, yes=yes)
    revocation = application.revoker(network).revoke(request)
    document = revocation_document(revocation)
    if as_json:
        output.print_json(document)
        return
    output.succeed(f"revoked as {reason}: {document['reference']}")
    output.print_fields(
        {"block": document["block_number"], "transaction": document["transaction_hash"]}
    )

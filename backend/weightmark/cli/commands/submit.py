"""weightmark submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from weightmark.bootstrap.requests import signing_request
from weightmark.cli import finality, options, output
from weightmark.cli.spending import dry_run, limit_of, max_fee, spending_of
from weightmark.cli.unsent import finish_preview
from weightmark.services.documents import submission_document


@click.command(
    "submit",
    epilog="""\b
Examples:
  weightmark submit acme-digits-1.0.0.sepolia.release.json --key payer
  weightmark submit acme-digits-1.0.0.sepolia.release.json --signature 0x… --max-fee 0.002
""",
)
@click.argument("file", type=options.PATH)
@click.option("--signature", metavar="HEX|FILE", help="What the wallet gave, if FILE has none yet.")
@options.combined(
    options.yes,
    finality.wait_final,
    max_fee,
    dry_run,
    options.chain,
    options.key,
    options.trust,
    options.state,
)
def command(
    file: Path,
    signature: str | None,
    *,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Send what a publisher has signed with --sign-only, and pay for it.

    Everything in FILE is checked before anything is sent. The key that pays need not be known to
    the publisher. To submit the same file again changes nothing.
    """
    finality.check_wait(given["wait_final"], sending=not given["dry_run"])
    application = options.application(given)
    request = signing_request(file, signature)
    submitter = application.submitter()
    network = submitter.network(request)
    if given["dry_run"]:
        preview = submitter.preview(request, limit_of(given["max_fee"]))
        finish_preview(network, {"reference": request.reference}, preview, as_json=as_json)
        return
    spending = spending_of(network, yes=yes, amount=given["max_fee"])
    document = submission_document(submitter.submit(request, spending))
    finality.wait_until_final(
        application, network, request.statement, request.reference, given["wait_final"]
    )
    if as_json:
        output.print_json(document)
        return
    done = document["deed"]
    before = "" if document["transaction_hash"] else " before; nothing to do"
    output.succeed(f"{done}{before}: {document['reference']}")
    output.print_fields(
        {"block": document["block_number"], "transaction": document["transaction_hash"]}
    )

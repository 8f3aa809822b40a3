"""weightmark revoke."""

from __future__ import annotations

from typing import Any

import click

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.requests import revocation_request
from weightmark.cli import finality, options, output, unsent
from weightmark.cli.spending import limit_of, spending_of
from weightmark.cli.unsent import Mode
from weightmark.domain.registry import REASONS_BY_LABEL
from weightmark.services.documents import revocation_document
from weightmark.services.revoke import RevocationRequest


@click.command(
    "revoke",
    epilog="""\b
Examples:
  weightmark revoke me/acme/digits@1.0.0 --reason vulnerable
  weightmark revoke me/acme/digits@1.0.0 --reason superseded --successor 1.1.0
  weightmark revoke me/acme/digits@1.0.0 --reason vulnerable --sign-only
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
@options.combined(
    options.transaction, finality.wait_final, unsent.options, options.trust, options.state
)
def command(
    ref: str,
    reason: str,
    successor: str,
    authority: int | None,
    *,
    tombstone: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Revoke the release REF, which is [chain:]publisher/name@version. This cannot be undone.

    On a chain that is not of this machine it shows the cost, and asks.
    """
    mode = unsent.mode_of(given)
    finality.check_wait(given["wait_final"], sending=mode is Mode.SEND)
    application = options.application(given)
    request = revocation_request(
        application,
        ref,
        REASONS_BY_LABEL[reason],
        successor=successor,
        tombstone=tombstone,
        authority_index=authority,
    )
    if mode is not Mode.SEND:
        _draft(application, request, mode, given, as_json=as_json)
        return
    network = request.release.network
    spending = spending_of(network, yes=given["yes"], amount=given["max_fee"])
    revocation = application.revoker(network).revoke(request, spending)
    finality.wait_until_final(
        application, network, revocation.statement, revocation.reference, given["wait_final"]
    )
    document = revocation_document(revocation)
    if as_json:
        output.print_json(document)
        return
    before = "" if revocation.receipt else " before; nothing to do"
    output.succeed(f"revoked as {reason}{before}: {document['reference']}")
    output.print_fields(
        {"block": document["block_number"], "transaction": document["transaction_hash"]}
    )


def _draft(
    application: Application,
    request: RevocationRequest,
    mode: Mode,
    given: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    release, index = request.release, request.authority_index
    network, max_fee = release.network, limit_of(given["max_fee"])
    drafting, draft = application.drafting(network), application.revoker(network).draft
    fields: dict[str, object] = {"reference": release.text, "reason": request.reason.label}
    if mode is Mode.SIGN_ONLY:
        path = unsent.request_path_of(given, network, release.name, release.version, "revocation")
        deadline = unsent.deadline_of(given)
        signed = draft(request, lambda each: drafting.request(each, index, deadline))
        unsent.finish_request(fields, signed, path, as_json=as_json)
    elif mode is Mode.DRY_RUN:
        preview = draft(request, lambda each: drafting.preview(each, index, max_fee))
        unsent.finish_preview(network, fields, preview, as_json=as_json)
    else:
        transaction = draft(request, lambda each: drafting.unsigned(each, index, max_fee))
        unsent.finish_transaction(fields, transaction)

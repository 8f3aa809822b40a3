"""weightmark publish."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from weightmark.adapters.files.request_file import check_place
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.artifacts import outside
from weightmark.bootstrap.ipfs import pin_order
from weightmark.bootstrap.manifests import manifest_draft
from weightmark.bootstrap.requests import publish_request
from weightmark.cli import drafts, finality, options, output, unsent
from weightmark.cli.progress import progress
from weightmark.cli.spending import limit_of, spending_of
from weightmark.cli.unsent import Mode
from weightmark.domain.content_address import cid_text
from weightmark.domain.documents import hex_text
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement
from weightmark.services.documents import publication_document
from weightmark.services.publish import Publication, PublishRequest
from weightmark.services.spending import Spending

_pinning = options.combined(
    click.option(
        "--pin",
        is_flag=True,
        help="Keep the files as well: in the embedded block store, which refers to them, and at the"
        " Kubo node if one is configured.",
    ),
    click.option("--copy", is_flag=True, help="Have that store copy what is pinned."),
    click.option(
        "--ipfs",
        "targets",
        metavar="TARGET",
        multiple=True,
        help="Pin there as well: embedded, kubo or pinning-service; repeatable.",
    ),
)


@click.command(
    "publish",
    epilog="""\b
Examples:
  weightmark publish ./model --name acme/digits --version 1.0.0
  weightmark publish ./model --name acme/digits --version 1.0.1 --license apache-2.0 --tag vision
  weightmark publish model.onnx --name acme/digits-onnx --version 1.0.0 --digest blake3
  weightmark publish ./model --name acme/digits --version 1.0.0 --network sepolia --max-fee 0.002
  weightmark publish ./model --name acme/digits --version 1.0.0 --sign-key release
  weightmark publish ./model --name acme/digits --version 1.0.0 --sign-only
  weightmark publish ./model --name acme/digits --version 1.0.0 --pin
""",
)
@click.argument("source", type=options.PATH)
@options.combined(
    drafts.options,
    _pinning,
    options.transaction,
    finality.wait_final,
    unsent.options,
    options.trust,
    options.state,
)
def command(source: Path, authority: int | None, *, as_json: bool, **given: Any) -> None:
    """Hash SOURCE, write its manifest beside it, and register it on a chain.

    SOURCE is a directory or a file. A publish that was interrupted is completed by running the
    same command again. On a chain that is not of this machine it shows the cost, and asks; it ends
    with the first block that carries the release, or with --wait-final once that is final.
    """
    mode = unsent.mode_of(given)
    application = options.application(given)
    network = application.network
    sending, amount = mode is Mode.SEND, given["max_fee"]
    finality.check_wait(given["wait_final"], sending=sending)
    spending = spending_of(network, yes=given["yes"], amount=amount) if sending else Spending()
    draft = manifest_draft(application, drafts.said_in(given))
    request = publish_request(
        application,
        source,
        draft,
        out=given["out"],
        authority_index=authority,
        keys=drafts.keys_in(given),
        order=pin_order(
            application, pin=given["pin"], copy=given["copy"], targets=given["targets"]
        ),
    )
    match mode:
        case Mode.SEND:
            with progress("publishing") as start:
                publication = application.publisher(network).publish(request, start, spending)
            finality.wait_until_final(
                application,
                network,
                publication.statement,
                publication.reference,
                given["wait_final"],
            )
            _finish(publication, source, given, as_json=as_json)
        case Mode.SIGN_ONLY:
            _sign(application, request, source, given, as_json=as_json)
        case Mode.DRY_RUN:
            _preview(application, request, limit_of(amount), as_json=as_json)
        case Mode.UNSIGNED:
            _print_transaction(application, request, limit_of(amount))


def _sign(
    application: Application,
    request: PublishRequest,
    source: Path,
    given: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    network, deadline = request.network, unsent.deadline_of(given)
    name, version = request.draft.name, request.draft.version
    path = unsent.request_path_of(given, network, name, version, "release")
    outside(path, source)
    drafting, index = application.drafting(network), request.authority_index

    def signed(statement: ReleaseStatement) -> SigningRequest:
        made = drafting.request(statement, index, deadline)
        check_place(path, made)
        return made

    with progress("preparing") as start:
        draft = application.publisher(network).sign(request, start, signed)
    fields = _kept_fields(draft.publication)
    unsent.finish_request(fields, draft.drafted, path, as_json=as_json)


def _preview(
    application: Application, request: PublishRequest, max_fee: int | None, *, as_json: bool
) -> None:
    network, index = request.network, request.authority_index
    drafting = application.drafting(network)
    with progress("hashing") as start:
        draft = application.publisher(network).draft(
            request,
            start,
            lambda statement: drafting.preview(statement, index, max_fee),
            keep=False,
        )
    unsent.finish_preview(network, _fields(draft.publication), draft.drafted, as_json=as_json)


def _print_transaction(
    application: Application, request: PublishRequest, max_fee: int | None
) -> None:
    drafting, index = application.drafting(request.network), request.authority_index
    with progress("preparing") as start:
        draft = application.publisher(request.network).draft(
            request,
            start,
            lambda statement: drafting.unsigned(statement, index, max_fee),
            keep=True,
        )
    unsent.finish_transaction(_kept_fields(draft.publication), draft.drafted)


def _fields(publication: Publication) -> dict[str, object]:
    # Not the manifest's hash, which depends on the time at which it is made for good.
    return {
        "reference": publication.reference,
        "artifact_root": publication.manifest.artifact_root,
        "artifact_cid": publication.manifest.artifact_cid or "",
    }


def _kept_fields(publication: Publication) -> dict[str, object]:
    return {
        **_fields(publication),
        "manifest_hash": hex_text(publication.manifest_hash),
        "manifest_cid": cid_text(publication.statement.manifest_cid),
        "pinned_at": publication.pinned_at,
        "manifest_path": publication.manifest_path,
    }


def _finish(
    publication: Publication, source: Path, given: dict[str, Any], *, as_json: bool
) -> None:
    document, network = publication_document(publication), publication.network
    if as_json:
        output.print_json(document)
        return
    output.succeed(f"{_what_was_done(publication)} {document['reference']}")
    output.print_fields(
        {
            "artifact root": document["artifact_root"],
            "manifest": document["manifest_path"],
            "manifest hash": document["manifest_hash"],
            "manifest CID": document["manifest_cid"],
            "artifact CID": document["artifact_cid"],
            "pinned at": ", ".join(document["pinned_at"]),
            "signed by": ", ".join(each["key"] for each in document["signers"]),
            "network": f"{network.name} (chain {network.chain_id})",
            "block": document["block_number"],
            "transaction": document["transaction_hash"],
        }
    )
    if publication.receipt and not network.is_local and not given["wait_final"]:
        output.line("not final yet: until its block is, a verification says that it is pending")
    output.line(f"next: {_next_step(source, given)}")


def _what_was_done(publication: Publication) -> str:
    if publication.receipt:
        return "published"
    if publication.pinned_at:
        return "was published before, and is pinned:"
    return "was published before; nothing to do:"


def _next_step(source: Path, given: dict[str, Any]) -> str:
    words = ["weightmark", "verify", str(source)]
    # Not the endpoint, which may hold a key.
    kept = {"--manifest": "out", "--network": "network", "--trust": "trust"}
    for option, name in {**kept, "--data-dir": "data_dir"}.items():
        words += [option, str(given[name])] if given[name] else []
    return shlex.join(words)

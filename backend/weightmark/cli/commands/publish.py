"""weightmark publish."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from weightmark.bootstrap.requests import publish_request
from weightmark.cli import drafts, options, output
from weightmark.cli.progress import progress
from weightmark.services.documents import publication_document


@click.command(
    "publish",
    epilog="""\b
Examples:
  weightmark publish ./model --name acme/digits --version 1.0.0
  weightmark publish ./model --name acme/digits --version 1.0.1 --license apache-2.0 --tag vision
  weightmark publish model.onnx --name acme/digits-onnx --version 1.0.0 --digest blake3
""",
)
@click.argument("source", type=options.PATH)
@options.combined(drafts.options, options.transaction, options.trust, options.state)
def command(source: Path, authority: int | None, *, yes: bool, as_json: bool, **given: Any) -> None:
    """Hash SOURCE, write its manifest beside it, and register it on a chain.

    SOURCE is a directory or a file. A publish that was interrupted is completed by running the
    same command again.
    """
    application = options.application(given)
    network = application.network
    options.confirm_transaction(network, yes=yes)
    draft = drafts.draft_of(application, given)
    request = publish_request(
        application, source, draft, out=given["out"], authority_index=authority
    )
    with progress("hashing") as start:
        publication = application.publisher(network).publish(request, start)
    document = publication_document(publication)
    if as_json:
        output.print_json(document)
        return
    done = "published" if publication.receipt else "was published before; nothing to do:"
    output.succeed(f"{done} {document['reference']}")
    output.print_fields(
        {
            "artifact root": document["artifact_root"],
            "manifest": document["manifest_path"],
            "manifest hash": document["manifest_hash"],
            "network": f"{network.name} (chain {network.chain_id})",
            "block": document["block_number"],
            "transaction": document["transaction_hash"],
        }
    )
    output.line(f"next: {_next_step(source, given)}")


def _next_step(source: Path, given: dict[str, Any]) -> str:
    words = ["weightmark", "verify", str(source)]
    # Not the endpoint, which may hold a key.
    kept = {"--manifest": "out", "--network": "network", "--trust": "trust"}
    for option, name in {**kept, "--data-dir": "data_dir"}.items():
        words += [option, str(given[name])] if given[name] else []
    return shlex.join(words)

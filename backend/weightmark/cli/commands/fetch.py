"""weightmark fetch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weightmark.cli import options, output, verdicts
from weightmark.cli.progress import progress

if TYPE_CHECKING:
    from weightmark.services.fetch import Fetched
    from weightmark.services.sources import Fault


@click.command(
    "fetch",
    epilog="""\b
Examples:
  weightmark fetch me/acme/digits@1.0.0 --out ./model
  weightmark fetch me/acme/digits --out ./model --gateway http://127.0.0.1:8090
  weightmark fetch 1:0xPUBLISHER/acme/digits@1.0.0 --out ./model --rpc-url https://HOST --gateway https://A
""",
)
@click.argument("ref")
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=options.PATH,
    help="A new place for it, in a folder that is there.",
)
@click.option(
    "--gateway",
    "gateways",
    metavar="URL",
    multiple=True,
    help="A trustless gateway to ask: what stands before /ipfs; repeatable.  [default: those that"
    " are configured]",
)
@click.option(
    "--signatures",
    metavar="PATH",
    type=options.PATH,
    help="Signatures that you got elsewhere: model.sig or weightmark.sig, or a folder with them.",
)
@options.combined(
    options.public_keys,
    options.certificates,
    options.chain,
    options.trust,
    options.policy,
    options.state,
)
def command(
    ref: str,
    out: Path,
    gateways: tuple[str, ...],
    signatures: Path | None,
    public_keys: tuple[str, ...],
    certificates: tuple[Path, ...],
    *,
    as_json: bool,
    **given: Any,
) -> int:
    """Fetch the release REF from IPFS, verify it, and only then put it at DIR.

    The chain says which manifest and so which files they are. Blocks are asked of what is on this
    machine and of gateways, several at once; each is checked as it comes, and who gives something
    else is asked no more. At the end the whole is verified as 'weightmark verify' does.

    What an interruption leaves, the same command takes up again. A file of signatures is not on
    IPFS with the files that it signs: where a release has to be signed, --signatures names it.
    """
    from weightmark.bootstrap.fetch import fetch
    from weightmark.bootstrap.trusted_signers import SignerOptions

    application = options.application(given)
    with progress("fetching") as start:
        fetched = fetch(
            application,
            ref,
            out,
            start,
            _warn,
            gateways=gateways,
            signatures=signatures,
            trusted=SignerOptions(public_keys, certificates=certificates),
        )
    if as_json:
        from weightmark.services.documents import fetched_document

        output.print_json(fetched_document(fetched, str(out)))
        return fetched.verdict.exit_status
    status = verdicts.print_verdict(fetched.verdict, out, as_json=False)
    _print_kept(fetched)
    return status


def _warn(fault: Fault) -> None:
    output.warn(fault.summary)


def _print_kept(fetched: Fetched) -> None:
    if fetched.kept:
        output.line(f"nothing is at its place; what was fetched is kept in {fetched.kept}")
        output.line("next: the same command; add --signatures PATH where signatures are missing")

"""weightmark ipfs store: list, verify, unpin, gc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from weightmark.cli import options, output
from weightmark.cli.progress import progress
from weightmark.errors import ContentError, RefusedError

if TYPE_CHECKING:
    from weightmark.services.stored import PinDocument


@click.group("store")
def command() -> None:
    """Look after the embedded block store.

    That is where 'weightmark publish' keeps what it published.
    """


@command.command(
    "list",
    epilog="""\b
Example:
  weightmark ipfs store list
""",
)
@options.state
def list_(*, as_json: bool, **given: Any) -> None:
    """List what is pinned: its CID, whose it is, and since when."""
    from weightmark.services.stored import pin_document

    pins = list(map(pin_document, options.application(given).store.pins()))
    if as_json:
        output.print_json(pins)
    elif not pins:
        output.line("nothing is pinned: 'weightmark publish --pin' pins")
    else:
        output.print_table(map(_row, pins))


@command.command(
    "verify",
    epilog="""\b
Example:
  weightmark ipfs store verify
""",
)
@options.state
def verify(*, as_json: bool, **given: Any) -> int:
    """Read every block that is pinned.

    Each file that is gone or has changed is named.
    """
    from weightmark.services.stored import report_document, verify_store

    with progress("verifying") as start:
        reports = verify_store(options.application(given).store, start)
    status = RefusedError.exit_status if any(each.problems for each in reports) else 0
    if as_json:
        output.print_json([report_document(each) for each in reports])
        return status
    for each in reports:
        for problem in each.problems:
            output.complain(f"{each.pin.label} ({each.pin.kind}): {problem}")
    if status:
        output.line("next: put the files back, or unpin; --copy keeps what is pinned from changing")
    else:
        blocks = sum(each.blocks for each in reports)
        output.succeed(f"verified: {len(reports)} pins with {blocks} blocks")
    return status


@command.command(
    "unpin",
    epilog="""\b
Example:
  weightmark ipfs store unpin bafybeieah63yesf2k7j2jkr73sit6irhklo42gynojvspmzstc2ubjefau
""",
)
@click.argument("cid")
@options.state
def unpin(cid: str, *, as_json: bool, **given: Any) -> None:
    """Pin CID no longer, for no release. Its blocks go with the next 'gc'.

    What a release says on the chain stays true: others may keep the same content.
    """
    from weightmark.domain.content_address import parse_cid
    from weightmark.services.stored import pin_document

    pins = options.application(given).store.unpin(parse_cid(cid))
    if not pins:
        raise ContentError(
            f"{cid} is not pinned", hint="'weightmark ipfs store list' shows what is"
        )
    documents = list(map(pin_document, pins))
    if as_json:
        output.print_json(documents)
        return
    output.succeed(f"pinned no longer: {cid}")
    output.print_table(map(_row, documents))
    output.line("next: weightmark ipfs store gc")


@command.command(
    "gc",
    epilog="""\b
Example:
  weightmark ipfs store gc
""",
)
@options.state
def gc(*, as_json: bool, **given: Any) -> None:
    """Remove what no pin needs: blocks, and copies of files. Files elsewhere are never touched."""
    from weightmark.services.stored import freed_document

    freed = freed_document(options.application(given).store.collect())
    if as_json:
        output.print_json(freed)
        return
    output.succeed(
        f"removed {freed['blocks']} blocks and {freed['files']} copied files: {freed['size']} bytes"
    )


def _row(pin: PinDocument) -> tuple[object, ...]:
    files = "file" if pin["files"] == 1 else "files"
    how = "copied" if pin["is_copied"] else ""
    return (
        pin["cid"],
        pin["kind"],
        f"{pin['files']} {files}",
        f"{pin['size']} bytes",
        pin["since"],
        pin["label"],
        how,
    )

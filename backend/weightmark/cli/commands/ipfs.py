"""weightmark ipfs: cid, car export, car import; serve and store are modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weightmark.cli import options, output
from weightmark.cli.commands import ipfs_serve, ipfs_store
from weightmark.cli.progress import progress
from weightmark.domain.content_address import cid_text

if TYPE_CHECKING:
    from weightmark.services.content import Addressed

_profile = click.option(
    "--profile",
    default="unixfs-v1-2025",
    metavar="P",
    help="unixfs-v1-2025, or unixfs-v0-2015 to compare with old CIDs.  [default: unixfs-v1-2025]",
)
_ignore = click.option(
    "--ignore", multiple=True, metavar="GLOB", help="Leave out files that match; repeatable."
)


@click.group("ipfs")
def command() -> None:
    """Address artifacts as IPFS does, keep them, and serve them. No chain and no node is asked."""


command.add_command(ipfs_serve.command)
command.add_command(ipfs_store.command)


@command.command(
    "cid",
    epilog="""\b
Examples:
  weightmark ipfs cid ./model
  weightmark ipfs cid ./model.safetensors --profile unixfs-v0-2015
""",
)
@click.argument("path", type=options.PATH)
@options.combined(_profile, _ignore, options.state)
def cid(path: Path, profile: str, ignore: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    """Print the CID of the artifact at PATH.

    Weightmark's own files beside it are left out. It is the CID that other tools give to the same
    files with the same profile: that of a directory if PATH is one, and that of a file otherwise.
    """
    from weightmark.domain.ipfs.profiles import parse_profile
    from weightmark.services.content import address

    chosen = parse_profile(profile)
    artifact = options.application(given).artifacts.addressable(path)
    with progress("hashing") as start:
        addressed = address(artifact, chosen, start, ignore)
    if as_json:
        output.print_json(_summary(addressed))
    else:
        output.line(cid_text(addressed.cid))


@command.group("car")
def car() -> None:
    """Write artifacts as CAR files, and read them out of those."""


@car.command(
    "export",
    epilog="""\b
Example:
  weightmark ipfs car export ./model --out model.car
""",
)
@click.argument("path", type=options.PATH)
@click.option("--out", required=True, metavar="FILE", type=options.PATH, help="Where to write it.")
@options.combined(_profile, _ignore, options.state)
def export(
    path: Path, out: Path, profile: str, ignore: tuple[str, ...], *, as_json: bool, **given: Any
) -> None:
    """Write the artifact at PATH as one CAR file.

    It carries every block of the artifact's CID.
    """
    from weightmark.bootstrap.content import export_car
    from weightmark.domain.ipfs.profiles import parse_profile

    chosen = parse_profile(profile)
    application = options.application(given)
    with progress("writing") as start:
        addressed = export_car(application, path, chosen, out, start, ignore)
    summary = {"car": str(out), **_summary(addressed)}
    if as_json:
        output.print_json(summary)
        return
    output.succeed(f"wrote {out}")
    output.print_fields(summary)


@car.command(
    "import",
    epilog="""\b
Example:
  weightmark ipfs car import model.car --out ./model
""",
)
@click.argument("file", type=options.PATH)
@click.option(
    "--out", required=True, metavar="DIR", type=options.PATH, help="A new place for them."
)
@options.state
def import_(file: Path, out: Path, *, as_json: bool, **given: Any) -> None:
    """Write the files that the CAR file FILE holds.

    Every block is checked against its CID. This proves that they are what the CID says, not who
    published them: 'weightmark verify' does. If the CAR file holds one file and no directory, DIR
    becomes that file.
    """
    from weightmark.bootstrap.content import import_car

    options.application(given)
    with progress("writing") as start:
        imported = import_car(file, out, start)
    summary = {
        "out": str(out),
        "cid": cid_text(imported.cid),
        "files": imported.files,
        "size": imported.size,
    }
    if as_json:
        output.print_json(summary)
        return
    output.succeed(f"wrote {out}")
    output.print_fields(summary)


def _summary(addressed: Addressed) -> dict[str, object]:
    return {
        "cid": cid_text(addressed.cid),
        "profile": addressed.profile.name,
        "files": len(addressed.files),
        "size": addressed.size,
    }

"""weightmark signature: create, verify, inspect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from weightmark.cli import options, output, verdicts
from weightmark.cli.progress import progress


@click.group("signature")
def command() -> None:
    """Sign artifacts, and verify signatures. No chain is read or written.

    Keys of P-256, P-384 and P-521 sign a bundle of OpenSSF Model Signing, model.sig; those of
    Ed25519, RSA and Ethereum, and shared secrets, sign an envelope, weightmark.sig.
    """


@command.command(
    "create",
    epilog="""\b
Example:
  weightmark signature create ./model --key release
""",
)
@click.argument("path", type=options.PATH)
@click.option(
    "--out", metavar="FILE", type=options.PATH, help="Write it there.  [default: beside the files]"
)
@click.option("--replace", is_flag=True, help="Replace a signature of something else.")
@options.combined(options.key, options.state)
def create(
    path: Path,
    out: Path | None,
    *,
    replace: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Sign the files at PATH, and their manifest if they have one.

    With a manifest ('weightmark manifest create') the signature covers name, version and
    everything else that it says; without one, the files alone.
    """
    from weightmark.bootstrap.signatures import create_signature
    from weightmark.services.signatures.reports import signing_document

    application = options.application(given)
    with progress("signing") as start:
        made = create_signature(application, path, start, out=out, replace=replace)
    document = signing_document(made.signing, made.signer, made.path)
    if as_json:
        output.print_json(document)
        return
    output.succeed(f"{document['deed']} {document['signature']}")
    covers = document.pop("covers")  # type: ignore[misc]
    output.print_fields({name.replace("_", " "): value for name, value in document.items()})
    if covers is None:
        output.line("it covers the files alone: not a name, not a version")
    else:
        output.line(f"it covers {covers['publisher']}/{covers['name']}@{covers['version']}")
    if document["shared_secret"]:
        output.line("it is made with a shared secret: whoever can verify it could have signed it")


@command.command(
    "verify",
    epilog="""\b
Examples:
  weightmark signature verify ./model --public-key release.pub
  weightmark signature verify ./model --public-key release --name acme/digits --version 1.0.0
""",
)
@click.argument("path", type=options.PATH)
@options.combined(
    click.option(
        "--public-key",
        "public_keys",
        metavar="P",
        multiple=True,
        help="A key that has to have signed: a file in PEM or DER, or a key's name; repeatable.",
    ),
    click.option(
        "--fingerprint",
        "fingerprints",
        metavar="HEX",
        multiple=True,
        help="The fingerprint of a key that has to have signed; repeatable.",
    ),
    click.option(
        "--address",
        "addresses",
        metavar="0x…",
        multiple=True,
        help="An Ethereum account that has to have signed; repeatable.",
    ),
    click.option(
        "--hmac-key",
        "hmac_keys",
        metavar="KEY",
        multiple=True,
        help="A shared secret that has to have signed: its name, or its file; repeatable.",
    ),
    click.option(
        "--at",
        metavar="TIME",
        default="",
        help="When the signer's certificate has to be valid.  [default: now]",
    ),
    click.option(
        "--signature",
        metavar="FILE",
        type=options.PATH,
        help="A signature that is elsewhere than beside the files.",
    ),
    click.option(
        "--ignore",
        "ignores",
        metavar="GLOB",
        multiple=True,
        help="Leave out files that match; repeatable. The verdict says so.",
    ),
    click.option("--name", metavar="N", default="", help="The name that has to be signed."),
    click.option("--version", metavar="V", default="", help="The version that has to be signed."),
    options.state,
)
def verify(
    path: Path,
    signature: Path | None,
    ignores: tuple[str, ...],
    name: str,
    version: str,
    *,
    as_json: bool,
    **given: Any,
) -> int:
    """Verify that somebody whom you name has signed exactly the files at PATH.

    Every key that you name has to have signed, and every key that a manifest beside the files
    names. This proves the files and the key; 'weightmark verify' asks the chain as well.
    """
    from weightmark.bootstrap.signatures import Trusted, verify_signature
    from weightmark.services.signatures.reports import signature_verdict_document

    names = ("public_keys", "fingerprints", "addresses", "hmac_keys", "at")
    trusted = Trusted(**{each: given[each] for each in names})
    application = options.application(given)
    with progress("verifying") as start:
        found = verify_signature(
            application,
            path,
            trusted,
            start,
            signature=signature,
            ignores=ignores,
            name=name,
            version=version,
        )
    if as_json:
        output.print_json(signature_verdict_document(found))
    else:
        what = found.verdict.release or "the files that were signed, under whatever name"
        verdicts.print_checks(found.verdict, path, success=f"signed: {path} is {what}")
    return found.verdict.exit_status


@command.command(
    "inspect",
    epilog="""\b
Example:
  weightmark signature inspect ./model/model.sig
""",
)
@click.argument("file", type=options.PATH)
@options.as_json
def inspect(file: Path, *, as_json: bool) -> None:
    """Show what a FILE of signatures says, and what of it is verified: nobody is trusted here."""
    from weightmark.bootstrap.signatures import inspect_signature

    lines = inspect_signature(file)
    if as_json:
        output.print_json(
            [{"what": each.what, "text": each.text, "verified": each.is_verified} for each in lines]
        )
        return
    output.print_table(
        ("verified" if each.is_verified else "not verified", each.what, each.text) for each in lines
    )

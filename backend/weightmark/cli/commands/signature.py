"""weightmark signature: create, verify, inventory, inspect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from weightmark.cli import options, output, trees, verdicts
from weightmark.cli.progress import progress

if TYPE_CHECKING:
    from weightmark.bootstrap.trusted_signers import SignerOptions
    from weightmark.services.signatures.trees import TreeVerdict


trusting = options.combined(
    options.public_keys,
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
    options.certificates,
    options.at,
)
_anywhere = click.option(
    "--anywhere", is_flag=True, help="Of a directory: models may lie elsewhere than when signed."
)
_SHOWN: tuple[Literal["algorithm", "key", "address", "first_signed", "files", "size"], ...] = (
    "algorithm",
    "key",
    "address",
    "first_signed",
    "files",
    "size",
)
_SIGNERS = ("public_keys", "fingerprints", "addresses", "hmac_keys", "certificates", "at")


@click.group("signature")
def command() -> None:
    """Sign artifacts, and verify signatures. No chain is read or written.

    Keys of P-256, P-384 and P-521 sign a bundle of OpenSSF Model Signing, model.sig; those of
    Ed25519, RSA and Ethereum, and shared secrets, sign an envelope, weightmark.sig.
    """


@command.command(
    "create",
    epilog="""\b
Examples:
  weightmark signature create ./model --key release
  weightmark signature create ./model --key release --certificate release.crt
  weightmark signature create --each ./models --key release
""",
)
@click.argument("path", type=options.PATH)
@trees.each
@options.own_certificates
@click.option(
    "--out", metavar="FILE", type=options.PATH, help="Write it there.  [default: beside the files]"
)
@click.option(
    "--replace",
    is_flag=True,
    help="Sign anew: in place of your own signature, or of what is not true any more.",
)
@options.combined(trees.selection, options.model_key, options.state)
def create(
    path: Path,
    certificates: tuple[Path, ...],
    out: Path | None,
    *,
    each: bool,
    replace: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Sign the files at PATH, and their manifest if they have one.

    With a manifest ('weightmark manifest create') the signature covers name, version and
    everything else that it says; without one, the files alone.

    With --each every model in the directory PATH is signed, under its path in it for a name.
    """
    from weightmark.bootstrap.signing import create_signature
    from weightmark.services.signatures.reports import signing_document

    trees.check_each(each=each, alone={"--out": out}, given=given)
    if each:
        return _sign_each(path, given, certificates, replace=replace, as_json=as_json)
    application = options.application(given)
    with progress("signing") as start:
        made = create_signature(
            application, path, start, out=out, replace=replace, certificates=certificates
        )
    document = signing_document(made.signing, made.signer, made.path)
    if as_json:
        output.print_json(document)
        return 0
    output.succeed(f"{document['deed']} {document['signature']}")
    output.print_fields({name.replace("_", " "): document[name] for name in _SHOWN})
    trees.warn_of_dropped(document["dropped"], made.path)
    covers = document["covers"]
    if covers is None:
        output.line("it covers the files alone: not a name, not a version")
    else:
        output.line(f"it covers {covers['publisher']}/{covers['name']}@{covers['version']}")
    if document["shared_secret"]:
        output.line("it is made with a shared secret: whoever can verify it could have signed it")
    return 0


@command.command(
    "verify",
    epilog="""\b
Examples:
  weightmark signature verify ./model --public-key release.pub
  weightmark signature verify ./model --public-key release --name acme/digits --version 1.0.0
  weightmark signature verify ./model --certificate-chain roots.pem --at 2026-11-21
  weightmark signature verify --each ./models --public-key release.pub
""",
)
@click.argument("path", type=options.PATH)
@options.combined(
    trees.each,
    trusting,
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
    trees.selection,
    _anywhere,
    options.state,
)
def verify(
    path: Path,
    signature: Path | None,
    ignores: tuple[str, ...],
    name: str,
    version: str,
    *,
    each: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Verify that somebody whom you name has signed exactly the files at PATH.

    Every key that you name has to have signed, and every key that a manifest beside the files
    names. This proves the files and the key; 'weightmark verify' asks the chain as well.

    With --each every model in the directory PATH has to be signed, where it is.
    """
    from weightmark.bootstrap.signatures import verify_signature
    from weightmark.services.signatures.reports import signature_verdict_document

    alone = {"--signature": signature, "--ignore": ignores, "--name": name, "--version": version}
    trees.check_each(each=each, alone=alone, given=given)
    if each:
        return trees.print_verified(_verify_each(path, given), path, as_json=as_json)
    application = options.application(given)
    with progress("verifying") as start:
        found = verify_signature(
            application,
            path,
            _trusted(given),
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
    "inventory",
    epilog="""\b
Examples:
  weightmark signature inventory ./models --public-key release.pub --max-age 90d
  weightmark signature inventory ./models --fingerprint 751a…36e6 --json
""",
)
@click.argument("directory", type=options.PATH)
@options.combined(
    trusting,
    click.option(
        "--max-age", metavar="AGE", default="", help="How old a signature may be: 90d, 12h, 2w."
    ),
    trees.selection,
    _anywhere,
    options.state,
)
def inventory(directory: Path, max_age: str, *, as_json: bool, **given: Any) -> int:
    """List which models in DIRECTORY are unsigned, badly signed, or signed too long ago.

    Exit 1 if any is. Each is verified as by 'signature verify --each'.
    """
    from weightmark.bootstrap.trees import age_limit
    from weightmark.services.signatures.trees import take_inventory

    limit = age_limit(max_age)
    found = _verify_each(directory, given)
    entries = take_inventory(found, limit)
    return trees.print_inventory(entries, found.excluded, directory, as_json=as_json)


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


def _trusted(given: Mapping[str, Any]) -> SignerOptions:
    from weightmark.bootstrap.trusted_signers import SignerOptions

    return SignerOptions(**{name: given[name] for name in _SIGNERS})


def _sign_each(
    path: Path,
    given: Mapping[str, Any],
    certificates: tuple[Path, ...],
    *,
    replace: bool,
    as_json: bool,
) -> int:
    from weightmark.bootstrap.trees import find, sign_each

    application = options.application(given)
    models = find(path, trees.selection_of(given))
    with progress("signing") as start:
        signing = sign_each(
            application, path, models, start, replace=replace, certificates=certificates
        )
        signed = tuple(signing)
    return trees.print_signed(signed, models, path, as_json=as_json)


def _verify_each(path: Path, given: Mapping[str, Any]) -> TreeVerdict:
    from weightmark.bootstrap.trees import find, verify_each

    application = options.application(given)
    models = find(path, trees.selection_of(given))
    with progress("verifying") as start:
        return verify_each(
            application, path, models, _trusted(given), start, anywhere=given["anywhere"]
        )

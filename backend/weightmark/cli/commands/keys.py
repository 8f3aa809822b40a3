"""weightmark keys: generate, import, list, show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from weightmark.adapters.key_files.info import KeyInfo, Protection
from weightmark.cli import options, output
from weightmark.domain.signing_keys import ALGORITHMS_BY_LABEL, KeyAlgorithm
from weightmark.errors import UsageError

# The shortest first: it counts from 3072 bits.
_BITS = ("3072", "4096")

_no_password = click.option(
    "--no-password", is_flag=True, help="Do not encrypt it: whoever reads the file has the key."
)


@click.group("keys")
def command() -> None:
    """Manage the keys that send transactions, and those that sign models.

    An Ethereum key does both, and is kept as an encrypted keystore. All others sign models, and
    are kept as encrypted PEM.
    """


@command.command(
    "generate",
    epilog="""\b
Examples:
  weightmark keys generate release
  weightmark keys generate release --algorithm ecdsa-p256-sha256
  weightmark keys generate --algorithm ed25519 --out private.pem --public-out public.pem
  WEIGHTMARK_KEY_PASSWORD_FILE=/dev/fd/3 weightmark keys generate release 3<password
""",
)
@click.argument("name", required=False)
@click.option(
    "--algorithm",
    type=click.Choice([*ALGORITHMS_BY_LABEL]),
    default=KeyAlgorithm.ETHEREUM.label,
    help="What it signs with.  [default: ethereum]",
)
@click.option("--bits", type=click.Choice(_BITS), help="Of RSA.  [default: 3072]")
@click.option(
    "--out", type=options.PATH, metavar="FILE", help="Write it there, instead of giving it a name."
)
@click.option(
    "--public-out", type=options.PATH, metavar="FILE", help="Write the public key there as well."
)
@_no_password
@options.state
def generate(
    name: str | None,
    algorithm: str,
    bits: str | None,
    out: Path | None,
    public_out: Path | None,
    *,
    no_password: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a key, encrypted with a password that is asked for twice.

    The password comes from a person, WEIGHTMARK_KEY_PASSWORD, or a file or descriptor that
    WEIGHTMARK_KEY_PASSWORD_FILE names. Nothing that is there is overwritten.
    """
    from weightmark.bootstrap.keys import Place, make_key

    application = options.application(given)
    targets = [each for each in (name, out) if each is not None]
    if len(targets) != 1:
        raise UsageError("a new key needs a name, or a file of its own", hint="NAME, or --out FILE")
    place = Place(targets[0], public_out, is_protected=not no_password)
    size = int(bits) if bits else None
    info = make_key(application, place, ALGORITHMS_BY_LABEL[algorithm], size)
    _print_key(info, "made", as_json=as_json)


@command.command(
    "import",
    epilog="""\b
Examples:
  weightmark keys import release                      asks for the key of an Ethereum account
  weightmark keys import release --from-file key.pem
  weightmark keys import acme --from-file acme-public.pem
  weightmark keys import team --from-file secret --algorithm hmac-sha256
""",
)
@click.argument("name")
@click.option(
    "--from-file",
    type=options.PATH,
    metavar="FILE",
    help="A file that holds the key.  [default: ask, or WEIGHTMARK_PRIVATE_KEY]",
)
@click.option(
    "--algorithm",
    type=click.Choice([*ALGORITHMS_BY_LABEL]),
    help="What it has to sign with; only the bytes of a shared secret need it.",
)
@_no_password
@options.state
def import_(
    name: str,
    from_file: Path | None,
    algorithm: str | None,
    *,
    no_password: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Encrypt a key, and keep it; a public key alone is kept as it is.

    A file is PEM (PKCS#8, PKCS#1, SEC 1 or OpenSSH), an Ethereum keystore or key in hex, or the
    bytes of a shared secret. A private key is never taken from an argument.
    """
    from weightmark.bootstrap.keys import import_key

    application = options.application(given)
    chosen = ALGORITHMS_BY_LABEL[algorithm] if algorithm else None
    info = import_key(application, name, from_file, chosen, is_protected=not no_password)
    _print_key(info, "imported", as_json=as_json)


@command.command(
    "list",
    epilog="""\b
Example:
  weightmark keys list
""",
)
@options.state
def list_(*, as_json: bool, **given: Any) -> None:
    """List the keys of this machine, with their addresses or fingerprints."""
    keys = options.application(given).keys
    found = [keys.info(name) for name in keys.names()]
    if as_json:
        output.print_json([_document(info) for info in found])
        return
    rows = [
        (info.name, info.address or info.fingerprint, _algorithm(info), _protection(info))
        for info in found
    ]
    output.print_table([("name", "address or fingerprint", "algorithm", "protection"), *rows])


@command.command(
    "show",
    epilog="""\b
Examples:
  weightmark keys show release
  weightmark keys show release --public --out release.pem
""",
)
@click.argument("name")
@click.option("--public", is_flag=True, help="Print the public key in PEM, to be shared.")
@click.option("--out", type=options.PATH, metavar="FILE", help="Write the public key there.")
@options.state
def show(name: str, out: Path | None, *, public: bool, as_json: bool, **given: Any) -> None:
    """Show what a key is known by, and where its file is. The key itself is never shown.

    An Ethereum key is known by its address. Its fingerprint is not in its keystore, which has to be
    opened for it: with --out or --public.
    """
    from weightmark.adapters.key_files.pem import public_block
    from weightmark.bootstrap.keys import share_key, with_public_part

    application = options.application(given)
    is_shared = public or out is not None
    info = with_public_part(application, name) if is_shared else application.keys.info(name)
    if out is not None:
        share_key(info, out)
    shared = {"public_key": public_block(info.public_key).decode()} if public else {}
    if as_json:
        output.print_json(_document(info) | shared)
    elif shared and out is None:
        for line in shared["public_key"].splitlines():
            output.line(line)
    else:
        if out is not None:
            output.succeed(f"wrote {out}")
        _print_key(info, "", as_json=False)


def _print_key(info: KeyInfo, done: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_document(info))
        return
    if done:
        output.succeed(f"{done}: {info.name}")
    if done and info.protection is Protection.NONE:
        output.warn("the key is not encrypted: whoever reads its file has it")
    output.print_fields(
        {
            "address": info.address,
            "fingerprint": info.fingerprint,
            "algorithm": _algorithm(info),
            "file": info.path,
            "protection": _protection(info),
        }
    )


def _document(info: KeyInfo) -> dict[str, object]:
    algorithm = info.algorithm
    return {
        "name": info.name,
        "algorithm": algorithm.label if algorithm is not None else None,
        "shared_secret": algorithm is not None and algorithm.is_shared_secret,
        "address": info.address or None,
        "fingerprint": info.fingerprint or None,
        "path": str(info.path),
        "protection": str(info.protection),
        "encrypted": info.is_encrypted,
    }


def _algorithm(info: KeyInfo) -> str:
    if info.algorithm is None:
        return "not known before it is opened"
    shared = (
        " (shared secret: whoever verifies can sign)" if info.algorithm.is_shared_secret else ""
    )
    return f"{info.algorithm.label}{shared}"


def _protection(info: KeyInfo) -> str:
    if info.protection is Protection.NONE and info.address:
        return "none; it serves chains of this machine alone"
    return str(info.protection)

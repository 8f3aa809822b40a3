"""weightmark keys: generate, import, list, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weightmark.cli import options, output

if TYPE_CHECKING:
    from weightmark.adapters.key_files.info import KeyInfo


@click.group("keys")
def command() -> None:
    """Manage the keys that sign transactions: encrypted Ethereum keystore files."""


@command.command(
    "generate",
    epilog="""\b
Examples:
  weightmark keys generate release
  WEIGHTMARK_KEY_PASSWORD_FILE=/run/secrets/password weightmark keys generate release
""",
)
@click.argument("name")
@options.state
def generate(name: str, *, as_json: bool, **given: Any) -> None:
    """Make a key, encrypted with a password that is asked for twice."""
    application = options.application(given)
    application.keys.check_new(name)
    info = application.keys.generate(name, application.accounts.new_password())
    _print_key(info, "made", as_json=as_json)


@command.command(
    "import",
    epilog="""\b
Examples:
  weightmark keys import release                      asks for the key
  weightmark keys import release --from-file key.hex
""",
)
@click.argument("name")
@click.option(
    "--from-file",
    type=options.PATH,
    metavar="FILE",
    help="A file that holds the key in hex.  [default: ask, or WEIGHTMARK_PRIVATE_KEY]",
)
@options.state
def import_(name: str, from_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """Encrypt a private key in hex, and keep it. It is never taken from an argument."""
    application = options.application(given)
    application.keys.check_new(name)
    key = application.accounts.given_key(from_file)
    info = application.keys.add(name, key, application.accounts.new_password())
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
    """List the keys of this machine."""
    keys = options.application(given).keys
    found = [keys.info(name) for name in keys.names()]
    if as_json:
        output.print_json([_document(info) for info in found])
        return
    rows = [(info.name, info.address, _protection(info)) for info in found]
    output.print_table([("name", "address", "protection"), *rows])


@command.command(
    "show",
    epilog="""\b
Example:
  weightmark keys show release
""",
)
@click.argument("name")
@options.state
def show(name: str, *, as_json: bool, **given: Any) -> None:
    """Show the address of a key, and where its file is. The key itself is never shown."""
    info = options.application(given).keys.info(name)
    _print_key(info, "", as_json=as_json)


def _print_key(info: KeyInfo, done: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_document(info))
        return
    if done:
        output.succeed(f"{done}: {info.name}")
    output.print_fields(
        {"address": info.address, "file": info.path, "protection": _protection(info)}
    )


def _document(info: KeyInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "address": info.address,
        "path": str(info.path),
        "encrypted": info.is_encrypted,
    }


def _protection(info: KeyInfo) -> str:
    return "password" if info.is_encrypted else "none; it serves chains of this machine alone"

"""Options that have the same name and meaning in every command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from weightmark.bootstrap.accounts import refuse_to_ask
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.settings import OPTIONS, working_environment
from weightmark.domain.networks import Network
from weightmark.errors import KeyFileError, UsageError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# What cannot be read is bad input, which whoever reads it tells; not a wrong command line.
PATH = click.Path(readable=False, path_type=Path)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
data_dir = click.option(
    "--data-dir", metavar="DIR", help="Where all state is kept.  [default: the user's own]"
)
network = click.option(
    "--network", metavar="NAME", help="A network's name or chain id.  [default: local]"
)
rpc_url = click.option("--rpc-url", metavar="URL", help="The network's JSON-RPC endpoint.")
key = click.option("--key", metavar="KEY", help="A key's name, or its file.")
# Of a command that sends no transaction: a key on a token signs models, and does nothing else.
model_key = click.option("--key", metavar="KEY", help="A key's name, its file, or a token's URI.")
digest = click.option("--digest", metavar="D", help="sha2-256 or blake3.  [default: sha2-256]")
trust = click.option("--trust", metavar="FILE", help="Another trust file.")
policy = click.option("--policy", metavar="FILE", help="A policy file.")
yes = click.option("--yes", is_flag=True, help="Send the transaction without asking.")
authority = click.option(
    "--authority",
    type=click.IntRange(0, 2**32 - 1),
    metavar="INDEX",
    help="Which of the publisher's authorities the key is.  [default: found out]",
)
manifest = click.option(
    "--manifest",
    "manifest_path",
    metavar="FILE",
    type=PATH,
    help="A manifest that is elsewhere than beside the files.",
)
only = click.option(
    "--only",
    multiple=True,
    metavar="GLOB",
    help="Check only files that match; may be repeated. The verdict says partial.",
)
public_keys = click.option(
    "--public-key",
    "public_keys",
    metavar="P",
    multiple=True,
    help="A key that has to have signed: a file in PEM or DER, or a key's name; repeatable.",
)
certificates = click.option(
    "--certificate-chain",
    "certificates",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="Certificates in PEM, one of which has to vouch for a signer; repeatable.",
)
own_certificates = click.option(
    "--certificate",
    "certificates",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="A certificate of a key that signs, or one that vouches for it, in PEM; repeatable.",
)
at = click.option(
    "--at",
    metavar="TIME",
    default="",
    help="When the signer's certificate has to be valid.  [default: now]",
)


def combined(*decorators: Decorator) -> Decorator:
    """Return one decorator for several options, shown in the order given."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


state = combined(data_dir, as_json)
chain = combined(network, rpc_url)
# Of every command that sends a transaction in a publisher's name.
transaction = combined(authority, yes, chain, key)


def ask_password(what: str, otherwise: str) -> str:
    """Ask for a secret, where there is somebody to ask; where not, say what else to do.

    Raises:
        KeyFileError: Nobody can be asked, or nothing is typed.
    """
    if not sys.stdin.isatty():
        return refuse_to_ask(what, otherwise)
    answer: str = click.prompt(what, default="", show_default=False, hide_input=True, err=True)
    if not answer:
        raise KeyFileError(f"{what} is needed, and nothing was typed", hint=otherwise)
    return answer


def confirm_for_good(network: Network, *, yes: bool) -> None:
    """Ask before something that cannot be undone: on every chain.

    Raises:
        UsageError: Nobody can be asked.
    """
    if not yes:
        _confirm(f"what this does on '{network.name}' cannot be undone")


def confirm_transaction(network: Network, *, yes: bool) -> None:
    """Ask before a transaction costs something: on every chain that is not of this machine.

    Raises:
        UsageError: Nobody can be asked.
    """
    if not yes and not network.is_local:
        _confirm(f"this sends a transaction on '{network.name}', and pays its fee")


def _confirm(what: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(what, hint="--yes goes on without asking")
    click.confirm(f"{what}: go on?", abort=True, err=True)


def application(given: Mapping[str, Any]) -> Application:
    """Return the configured application, from the options that the command line gave."""
    environment, directory = working_environment()
    names = (*OPTIONS, "data_dir")
    options = {name: given.get(name) for name in names}
    return Application.load(options, environment, directory, ask_password)

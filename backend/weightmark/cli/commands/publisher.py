"""weightmark publisher: show, add, end, add-key, end-key."""

from __future__ import annotations

from typing import Any

import click

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.publishers import account_of, ownership_of, signing_key_of, state_of
from weightmark.cli import options, output
from weightmark.cli.publisher_reports import plan_document, print_plan, print_view, view_document
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.networks import Network
from weightmark.domain.registry import Role
from weightmark.domain.signing_keys import ALGORITHMS_BY_LABEL, parse_fingerprint
from weightmark.services.documents import transaction_document
from weightmark.services.ownership import Plan

_ROLES = {role.name.lower(): role for role in Role}

_publisher = click.option(
    "--publisher",
    metavar="[CHAIN:]P",
    help="The publisher, an address or a nickname.  [default: the key's address]",
)
_until = click.option(
    "--until",
    default="",
    metavar="TIME",
    help="2026-11-21T09:00:00Z, 2026-11-21, or from now on: 90d, 12h.  [default: no end]",
)
_ending = click.option(
    "--until",
    default="",
    metavar="TIME",
    help="The end: 2026-11-21T09:00:00Z or 2026-11-21; it may be past.  [default: now]",
)
_owners = options.combined(_publisher, options.transaction, options.trust, options.state)


@click.group("publisher")
def command() -> None:
    """Manage who may act for a publisher, and with which keys it signs."""


@command.command(
    "show",
    epilog="""\b
Examples:
  weightmark publisher show
  weightmark publisher show sepolia:0x52908400098527886E0F7030069857D2E4169EE7
""",
)
@click.argument("publisher", required=False)
@options.combined(options.chain, options.key, options.trust, options.state)
def show(publisher: str | None, *, as_json: bool, **given: Any) -> None:
    """Show the authorities and signing keys of PUBLISHER, which is [chain:]address or nickname.

    Without it, of one's own: the key's address, or 'me'.
    """
    view = state_of(options.application(given), publisher).view()
    if as_json:
        output.print_json(view_document(view))
    else:
        print_view(view)


@command.command(
    "add",
    epilog="""\b
Examples:
  weightmark publisher add 0x8617E340B3D01FA5F11F306F4090FD50E238070D --role delegate --until 90d
  weightmark publisher add 0x8617E340B3D01FA5F11F306F4090FD50E238070D --role owner
""",
)
@click.argument("account")
@click.option("--role", required=True, type=click.Choice(list(_ROLES)), help="What it may do.")
@options.combined(_until, _owners)
def add(account: str, role: str, until: str, **given: Any) -> None:
    """Let ACCOUNT act for the publisher from now on.

    A delegate registers releases, and nothing else. An owner can do everything.
    """
    application = options.application(given)
    state, owner = ownership_of(application, given["publisher"], given["authority"])
    _carry_out(
        application, state.network, owner.add(checksum_address(account), _ROLES[role], until), given
    )


@command.command(
    "end",
    epilog="""\b
Examples:
  weightmark publisher end 1
  weightmark publisher end 0x8617E340B3D01FA5F11F306F4090FD50E238070D --until 2026-11-01
""",
)
@click.argument("authority_to_end", metavar="INDEX|ACCOUNT")
@options.combined(_ending, _owners)
def end(authority_to_end: str, until: str, **given: Any) -> None:
    """End an authority of the publisher; its earlier releases stay good.

    A time in the past is distrust: what was registered since then fails every verification.
    """
    application = options.application(given)
    which = account_of(authority_to_end)
    state, owner = ownership_of(application, given["publisher"], given["authority"])
    _carry_out(application, state.network, owner.end(which, until), given)


@command.command(
    "add-key",
    epilog="""\b
Examples:
  weightmark publisher add-key release.pem
  weightmark publisher add-key FINGERPRINT --algorithm ed25519 --until 365d
""",
)
@click.argument("public_key")
@click.option("--algorithm", type=click.Choice(list(ALGORITHMS_BY_LABEL)), help="Of a fingerprint.")
@options.combined(_until, _owners)
def add_key(public_key: str, algorithm: str | None, until: str, **given: Any) -> None:
    """Add a key that signs manifests: a public key file in PEM or DER, or its fingerprint.

    The fingerprint is the sha256 of the key's SubjectPublicKeyInfo.
    """
    application = options.application(given)
    chosen = ALGORITHMS_BY_LABEL[algorithm] if algorithm else None
    fingerprint, kind = signing_key_of(public_key, chosen)
    state, owner = ownership_of(application, given["publisher"], given["authority"])
    _carry_out(application, state.network, owner.add_key(fingerprint, kind, until), given)


@command.command(
    "end-key",
    epilog="""\b
Examples:
  weightmark publisher end-key FINGERPRINT
  weightmark publisher end-key FINGERPRINT --until 2026-11-01
""",
)
@click.argument("fingerprint")
@options.combined(_ending, _owners)
def end_key(fingerprint: str, until: str, **given: Any) -> None:
    """End a signing key of the publisher; a time in the past is distrust."""
    application = options.application(given)
    known = parse_fingerprint(fingerprint)
    state, owner = ownership_of(application, given["publisher"], given["authority"])
    _carry_out(application, state.network, owner.end_key(known, until), given)


def _carry_out(
    application: Application, network: Network, plan: Plan, given: dict[str, Any]
) -> None:
    print_plan(plan)
    options.confirm_transaction(network, yes=given["yes"], is_grave=plan.is_grave)
    receipt = application.writer(network).send(plan.action)
    transaction = transaction_document(receipt)
    if given["as_json"]:
        output.print_json({"network": network.name, **plan_document(plan), **transaction})
        return
    output.succeed(f"done: {plan.summary}")
    output.print_fields(
        {"block": transaction["block_number"], "transaction": transaction["transaction_hash"]}
    )

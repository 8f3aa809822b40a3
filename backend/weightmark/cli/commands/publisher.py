"""weightmark publisher: show, add, end, add-key, end-key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.publishers import authority_of, ownership_of, signing_key_of, state_of
from weightmark.cli import options, output, unsent
from weightmark.cli.publisher_reports import plan_document, print_plan, print_view, view_document
from weightmark.cli.spending import dry_run, limit_of, max_fee, spending_of
from weightmark.cli.unsent import Mode
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.networks import Network
from weightmark.domain.registry import Role
from weightmark.domain.signing_keys import ALGORITHMS_BY_LABEL, KeyAlgorithm, parse_fingerprint
from weightmark.errors import UsageError
from weightmark.services.documents import transaction_document
from weightmark.services.ownership import Ownership
from weightmark.services.plans import Plan
from weightmark.services.spending import preview_of

_ROLES = {role.name.lower(): role for role in Role}
_ALGORITHMS = [each.label for each in KeyAlgorithm if not each.is_shared_secret]

_publisher = click.option(
    "--publisher",
    metavar="[CHAIN:]P",
    help="The publisher, an address or a nickname.  [default: the key's address]",
)
_until = click.option(
    "--until",
    default="",
    metavar="TIME",
    help="2026-11-21T09:00:00Z; 2026-11-21, which is 00:00 UTC; or from now on: 90d, 12h, rounded "
    "up to a full day or hour.  [default: no end]",
)
_ending = click.option(
    "--until",
    default="",
    metavar="TIME",
    help="The end: 2026-11-21T09:00:00Z, or 2026-11-21, which is 00:00 UTC; it may be past.  "
    "[default: now, by the newest block]",
)
_owners = options.combined(
    _publisher,
    options.transaction,
    max_fee,
    dry_run,
    unsent.unsigned_tx,
    options.trust,
    options.state,
)


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
    address = checksum_address(account)
    _carry_out(given, lambda owner: owner.add(address, _ROLES[role], until))


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
    which = authority_of(authority_to_end)
    _check_end_is_given(given, until)
    _carry_out(given, lambda owner: owner.end(which, until))


@command.command(
    "add-key",
    epilog="""\b
Examples:
  weightmark publisher add-key release.pem
  weightmark publisher add-key FINGERPRINT --algorithm ed25519 --until 365d
""",
)
@click.argument("public_key")
@click.option("--algorithm", type=click.Choice(_ALGORITHMS), help="Of a fingerprint.")
@options.combined(_until, _owners)
def add_key(public_key: str, algorithm: str | None, until: str, **given: Any) -> None:
    """Add a key that signs manifests: a public key file in PEM or DER, or its fingerprint.

    The fingerprint is the sha256 of the key's SubjectPublicKeyInfo.
    """
    chosen = ALGORITHMS_BY_LABEL[algorithm] if algorithm else None
    fingerprint, kind = signing_key_of(public_key, chosen)
    _carry_out(given, lambda owner: owner.add_key(fingerprint, kind, until))


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
    known = parse_fingerprint(fingerprint)
    _check_end_is_given(given, until)
    _carry_out(given, lambda owner: owner.end_key(known, until))


def _check_end_is_given(given: dict[str, Any], until: str) -> None:
    if not until and unsent.mode_of(given) is Mode.UNSIGNED:
        raise UsageError(
            "--unsigned-tx needs --until here: an end that is now is past when a wallet sends it, "
            "and whatever is registered in between would be distrusted",
            hint="give it time to be signed: --until 2d ends it in two days",
        )


def _carry_out(given: dict[str, Any], planned: Callable[[Ownership], Plan]) -> None:
    mode = unsent.mode_of(given)
    application = options.application(given)
    state, owner = ownership_of(
        application,
        given["publisher"],
        given["authority"],
        must_be_ours=mode is not Mode.UNSIGNED,
    )
    network, plan = state.network, planned(owner)
    print_plan(plan)
    shown = {"reference": f"{network.chain_id}:{state.publisher}", **plan_document(plan)}
    if mode is Mode.SEND:
        _send(application, network, plan, shown, given)
        return
    drafter = application.chains.drafter(network, owner.account)
    limit = limit_of(given["max_fee"])
    if mode is Mode.UNSIGNED:
        unsent.finish_transaction(shown, drafter.unsigned(plan.action, limit))
        return
    preview = preview_of(network, drafter, plan.action, limit)
    unsent.finish_preview(network, shown, preview, as_json=given["as_json"])


def _send(
    application: Application,
    network: Network,
    plan: Plan,
    shown: dict[str, object],
    given: dict[str, Any],
) -> None:
    if plan.is_grave:
        options.confirm_for_good(network, yes=given["yes"])
    spending = spending_of(network, yes=given["yes"], amount=given["max_fee"])
    writer = application.writer(network)
    agreed = spending.approve(writer, plan.action)
    transaction = transaction_document(agreed.send(writer, plan.action))
    if given["as_json"]:
        output.print_json({"network": network.name, **shown, **transaction})
        return
    output.succeed(f"done: {plan.summary}")
    output.print_fields(
        {"block": transaction["block_number"], "transaction": transaction["transaction_hash"]}
    )

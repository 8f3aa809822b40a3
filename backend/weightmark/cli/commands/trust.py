"""weightmark trust: add, remove, list."""

from __future__ import annotations

from typing import Any

import click

from weightmark.cli import options, output
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.reference import check_nickname
from weightmark.domain.trust import TrustedPublisher
from weightmark.errors import UsageError


@click.group("trust")
def command() -> None:
    """Manage the publishers that you trust: addresses on a chain, under nicknames of your own."""


@command.command(
    "add",
    epilog="""\b
Examples:
  weightmark trust add acme sepolia:0x52908400098527886E0F7030069857D2E4169EE7
  weightmark trust add acme 1:0x52908400098527886E0F7030069857D2E4169EE7 --note "from their site"
""",
)
@click.argument("nickname")
@click.argument("publisher")
@click.option("--note", default="", help="Where you have the address from.")
@options.combined(options.trust, options.state)
def add(nickname: str, publisher: str, note: str, *, as_json: bool, **given: Any) -> None:
    """Trust PUBLISHER, which is CHAIN:0xADDRESS, as NICKNAME.

    Get the address from the publisher by another way than the files that you want to verify.
    """
    application = options.application(given)
    chain, colon, address = publisher.rpartition(":")
    if not colon:
        raise UsageError(
            "trust is in an address on one chain",
            hint=f"name the chain: weightmark trust add {nickname} CHAIN:{address}",
        )
    entry = TrustedPublisher(
        nickname=check_nickname(nickname),
        chain_id=application.chains.network(chain).chain_id,
        address=checksum_address(address),
        note=note,
    )
    application.trust.add(entry)
    if as_json:
        output.print_json(_document(entry))
        return
    output.succeed(f"trusted as '{nickname}': {entry.chain_id}:{entry.address}")


@command.command(
    "remove",
    epilog="""\b
Examples:
  weightmark trust remove acme
  weightmark trust remove acme --network sepolia
""",
)
@click.argument("nickname")
@options.combined(options.network, options.trust, options.state)
def remove(nickname: str, *, as_json: bool, **given: Any) -> None:
    """Trust NICKNAME no longer. Where it stands on several chains, --network says which."""
    application = options.application(given)
    chosen = application.chains.chosen
    entry = application.trust.remove(nickname, chosen.chain_id if chosen else None)
    if as_json:
        output.print_json(_document(entry))
        return
    output.succeed(f"no longer trusted: {entry.chain_id}:{entry.address}")


@command.command(
    "list",
    epilog="""\b
Example:
  weightmark trust list
""",
)
@options.combined(options.trust, options.state)
def list_(*, as_json: bool, **given: Any) -> None:
    """List the publishers that you trust."""
    publishers = options.application(given).trust.load().publishers
    if as_json:
        output.print_json([_document(each) for each in publishers])
        return
    rows = [(each.nickname, f"{each.chain_id}:{each.address}", each.note) for each in publishers]
    output.print_table([("nickname", "publisher", "note"), *rows])


def _document(entry: TrustedPublisher) -> dict[str, object]:
    return {
        "nickname": entry.nickname,
        "chain_id": entry.chain_id,
        "address": entry.address,
        "note": entry.note,
        "added": entry.added,
    }

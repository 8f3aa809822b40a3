"""What commands do in place of sending a transaction: options, and what is shown."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import click

from weightmark.adapters.files.request_file import earlier_request, write_request
from weightmark.bootstrap.application import unix_time
from weightmark.cli import output
from weightmark.cli.options import PATH, combined
from weightmark.cli.spending import cost_document, cost_fields, dry_run, max_fee
from weightmark.domain.documents import hex_text
from weightmark.domain.networks import Network
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.times import parse_time, utc_text
from weightmark.errors import UsageError
from weightmark.ports.chain import UnsignedTransaction
from weightmark.services.spending import Preview

DEFAULT_DEADLINE = "7d"

unsigned_tx = click.option(
    "--unsigned-tx", is_flag=True, help="Print the transaction for a wallet; send nothing."
)
options = combined(
    max_fee,
    dry_run,
    click.option(
        "--sign-only",
        is_flag=True,
        help="Sign, and send nothing: 'weightmark submit' sends it for whoever pays.",
    ),
    click.option(
        "--request",
        "request_path",
        metavar="FILE",
        type=PATH,
        help="Where --sign-only writes.  [default: NAME-VERSION.NETWORK.KIND.json]",
    ),
    click.option(
        "--deadline",
        metavar="TIME",
        help="Until when the signature counts: 12h, 7d, or 2026-11-21, which is 00:00 UTC.  "
        "[default: 7d]",
    ),
    unsigned_tx,
)


class Mode(Enum):
    """What is done."""

    SEND = "send"
    DRY_RUN = "dry_run"
    SIGN_ONLY = "sign_only"
    UNSIGNED = "unsigned_tx"


def mode_of(given: Mapping[str, Any]) -> Mode:
    """Return what is to be done.

    Raises:
        UsageError: The options contradict each other.
    """
    asked = [mode for mode in Mode if given.get(mode.value)]
    if len(asked) > 1:
        raise UsageError("--dry-run, --sign-only and --unsigned-tx exclude each other")
    mode = asked[0] if asked else Mode.SEND
    if mode is not Mode.SIGN_ONLY and (given.get("deadline") or given.get("request_path")):
        raise UsageError("--deadline and --request belong to --sign-only")
    _refuse_spending(mode, given)
    return mode


def _refuse_spending(mode: Mode, given: Mapping[str, Any]) -> None:
    if mode is Mode.SIGN_ONLY and (given.get("yes") or given.get("max_fee") is not None):
        raise UsageError(
            "--sign-only spends nothing, and takes neither --yes nor --max-fee",
            hint="give them to 'weightmark submit'",
        )
    if mode is Mode.UNSIGNED and given.get("yes"):
        raise UsageError(
            "--unsigned-tx sends nothing, and takes no --yes", hint="the wallet asks its owner"
        )


def deadline_of(given: Mapping[str, Any]) -> int:
    """Return until when a signature counts, in seconds since 1970.

    Raises:
        ValueFormatError: It is no time.
    """
    return parse_time(given["deadline"] or DEFAULT_DEADLINE, unix_time())


def request_path_of(
    given: Mapping[str, Any], network: Network, name: str, version: str, kind: str
) -> Path:
    """Return where the request is written.

    Raises:
        AlreadyExistsError: Something else than a request is there.
    """
    default = f"{name.replace('/', '-')}-{version}.{network.name}.{kind}.json"
    path: Path = given["request_path"] or Path(default)
    earlier_request(path)
    return path


def finish_preview(
    network: Network, fields: Mapping[str, object], preview: Preview | None, *, as_json: bool
) -> None:
    """Print what would be sent, and its cost; None where nothing is left to do."""
    if as_json:
        cost = preview and cost_document(network, preview.account, preview.cost)
        output.print_json({**fields, "network": network.name, "cost": cost})
        return
    if preview is None:
        output.succeed(f"done before; nothing to do: {fields['reference']}")
        return
    output.succeed(f"nothing was sent; it can be: {fields['reference']}")
    output.print_fields({"account": preview.account, **cost_fields(network, preview.cost)})


def finish_request(
    fields: Mapping[str, object], request: SigningRequest | None, path: Path, *, as_json: bool
) -> None:
    """Write a request, and print what it is; None where nothing is left to do."""
    if request is not None:
        write_request(path, request)
    if as_json:
        output.print_json({**fields, **_request_document(request, path)})
        return
    if request is None:
        output.succeed(f"done before; nothing to do: {fields['reference']}")
        return
    signer = request.authorization.signer
    output.succeed(f"{'signed' if request.is_signed else 'to be signed'}: {fields['reference']}")
    output.print_fields(
        {
            "request": path,
            "signer": signer,
            "digest": hex_text(request.digest),
            "good until": utc_text(request.authorization.deadline),
        }
    )
    submit = ["weightmark", "submit", str(path)]
    if not request.is_signed:
        output.line(f"its key is not here: have {signer} sign the member typed_data, and then")
        submit += ["--signature", "HEX"]
    output.line(f"next: {shlex.join(submit)}")


def finish_transaction(
    fields: Mapping[str, object], transaction: UnsignedTransaction | None
) -> None:
    """Print a transaction as wallets take it; None where nothing is left to do."""
    if transaction is None:
        output.print_json({**fields, "transaction": None})
        return
    output.print_json(
        {
            **fields,
            "transaction": {
                "from": transaction.sender,
                "to": transaction.to,
                "data": hex_text(transaction.data),
                "value": hex(transaction.value),
                "chainId": hex(transaction.chain_id),
                "gas": hex(transaction.gas),
                "maxFeePerGas": hex(transaction.max_fee_per_gas),
                "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
            },
        }
    )


def _request_document(request: SigningRequest | None, path: Path) -> dict[str, object]:
    if request is None:
        return {"request": None}
    authorization = request.authorization
    return {
        "request": str(path),
        "signer": authorization.signer,
        "authority_index": authorization.authority_index,
        "digest": hex_text(request.digest),
        "deadline": utc_text(authorization.deadline),
        "signed": request.is_signed,
    }

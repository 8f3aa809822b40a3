"""Costs on a terminal, and what takes the place of a transaction."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from weightmark.cli import spending, unsent
from weightmark.cli.unsent import Mode
from weightmark.domain.actions import Authorization
from weightmark.domain.fees import Cost
from weightmark.domain.networks import ANVIL_CHAIN_ID, LOCAL, Network
from weightmark.domain.signing_requests import SigningRequest, decode
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import UsageError, ValueFormatError
from weightmark.ports.chain import UnsignedTransaction
from weightmark.services.spending import Preview, Spending

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
SEPOLIA = Network("sepolia", 11155111)
COST = Cost(100_000, 120_000, 10**9, 2 * 10**9, 10**18)
FIELDS = {"reference": f"1:{ALICE}/acme/digits@1"}
REQUEST = SigningRequest(
    1,
    ALICE,
    ReleaseStatement(ALICE, "acme/digits", "1", bytes(32), bytes(32)),
    Authorization(ALICE, 0, 1, b""),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _options(**given: Any) -> dict[str, Any]:
    return {"deadline": None, "request_path": None, **given}


def test_a_cost_is_shown_in_whole_coins(capsys: pytest.CaptureFixture[str]) -> None:
    spending.show_cost(SEPOLIA, COST)
    shown = capsys.readouterr()
    assert shown.out == ""
    for part in ("about 0.0001 ETH", "100000 gas at 1 gwei", "at most 0.00024", "balance: 1 ETH"):
        assert part in shown.err


def test_what_does_not_go_by_gas_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    spending.show_cost(SEPOLIA, replace(COST, value=10**16, data_fee=3 * 10**15))
    shown = capsys.readouterr().err
    assert "cost: about 0.0131 ETH" in shown
    assert "deployer: 0.01 ETH of that" in shown
    assert "data fee: about 0.003 ETH of that, for data on Ethereum: unbounded" in shown
    spending.show_cost(SEPOLIA, replace(COST, data_fee=None))
    assert "data fee: not included" in capsys.readouterr().err
    document = spending.cost_document(SEPOLIA, ALICE, replace(COST, data_fee=None))
    assert (document["value"], document["data_fee"]) == (0, None)


@pytest.mark.parametrize("network", [LOCAL, Network("anvil", ANVIL_CHAIN_ID)])
def test_on_this_machine_nobody_is_asked(network: Network) -> None:
    assert spending.spending_of(network, yes=False, amount=None) == Spending()
    assert spending.spending_of(network, yes=False, amount="0.5").max_fee == 5 * 10**17


def test_elsewhere_somebody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="pays its fee") as caught:
        spending.spending_of(SEPOLIA, yes=False, amount=None)
    assert "--dry-run" in caught.value.hint
    found = spending.spending_of(SEPOLIA, yes=True, amount=None)
    assert found.agree is not None
    found.agree(COST)
    told = capsys.readouterr().err
    assert "0.0001 ETH" in told
    assert "bound: 0.00048 ETH" in told
    for answer in "yn":
        monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
        agree = spending.spending_of(SEPOLIA, yes=False, amount="1").agree
        assert agree is not None
        if answer == "y":
            agree(COST)
            continue
        with pytest.raises(click.Abort):
            agree(COST)


@pytest.mark.parametrize("amount", ["", "-1", "1e3", "0x1", "1.", ".5", "1." + "0" * 19, "1 ETH"])
def test_an_amount_is_decimal_and_exact(amount: str) -> None:
    with pytest.raises(ValueFormatError, match="coins"):
        spending.limit_of(amount)
    assert spending.limit_of("0.000000000000000001") == 1


def test_one_thing_is_done() -> None:
    assert unsent.mode_of(_options()) is Mode.SEND
    for mode in (Mode.DRY_RUN, Mode.SIGN_ONLY, Mode.UNSIGNED):
        assert unsent.mode_of(_options(**{mode.value: True})) is mode
    with pytest.raises(UsageError, match="exclude"):
        unsent.mode_of(_options(dry_run=True, sign_only=True))
    for belongs in ({"deadline": "7d"}, {"request_path": Path("x")}):
        with pytest.raises(UsageError, match="belong to --sign-only"):
            unsent.mode_of(_options(unsigned_tx=True, **belongs))
    for spent in ({"yes": True}, {"max_fee": "1"}, {"max_fee": ""}):
        with pytest.raises(UsageError, match="--sign-only spends nothing"):
            unsent.mode_of(_options(sign_only=True, **spent))
        assert unsent.mode_of(_options(**spent)) is Mode.SEND
    with pytest.raises(UsageError, match="--unsigned-tx sends nothing, and takes no --yes"):
        unsent.mode_of(_options(unsigned_tx=True, yes=True))
    assert unsent.mode_of(_options(unsigned_tx=True, max_fee="1")) is Mode.UNSIGNED


def test_a_preview_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    unsent.finish_preview(SEPOLIA, FIELDS, Preview(ALICE, COST), as_json=True)
    cost = json.loads(capsys.readouterr().out)["cost"]
    assert (cost["total"], cost["max_total"], cost["coin"]) == (10**14, 24 * 10**13, "ETH")
    unsent.finish_preview(SEPOLIA, FIELDS, Preview(ALICE, COST), as_json=False)
    assert "nothing was sent" in capsys.readouterr().out
    unsent.finish_preview(SEPOLIA, FIELDS, None, as_json=False)
    assert "nothing to do" in capsys.readouterr().out
    unsent.finish_preview(SEPOLIA, FIELDS, None, as_json=True)
    assert json.loads(capsys.readouterr().out)["cost"] is None


def test_a_request_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a request.json"
    unsent.finish_request(FIELDS, REQUEST, path, as_json=False)
    assert decode(path.read_bytes()) == REQUEST
    told = capsys.readouterr().out
    assert f"have {ALICE} sign" in told
    assert f"weightmark submit '{path}' --signature HEX\n" in told
    unsent.finish_request(FIELDS, REQUEST.signed(b"\x01"), path, as_json=False)
    assert f"weightmark submit '{path}'\n" in capsys.readouterr().out
    unsent.finish_request(FIELDS, REQUEST.signed(b"\x01"), path, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["signed"], shown["digest"]) == (True, f"0x{REQUEST.digest.hex()}")
    unsent.finish_request(FIELDS, None, tmp_path / "none", as_json=True)
    assert json.loads(capsys.readouterr().out)["request"] is None
    unsent.finish_request(FIELDS, None, tmp_path / "none", as_json=False)
    assert "nothing to do" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [path]


def test_a_transaction_is_told_as_wallets_take_it(capsys: pytest.CaptureFixture[str]) -> None:
    made = UnsignedTransaction(1, ALICE, ALICE, b"\x01", 0, 21_000, 2, 1)
    unsent.finish_transaction(FIELDS, made)
    told = json.loads(capsys.readouterr().out)["transaction"]
    assert told == {
        "from": ALICE,
        "to": ALICE,
        "data": "0x01",
        "value": "0x0",
        "chainId": "0x1",
        "gas": "0x5208",
        "maxFeePerGas": "0x2",
        "maxPriorityFeePerGas": "0x1",
    }
    unsent.finish_transaction(FIELDS, None)
    assert json.loads(capsys.readouterr().out)["transaction"] is None


def test_a_request_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    named = ("acme/digits", "1.0", "release")
    found = unsent.request_path_of(_options(), SEPOLIA, *named)
    assert found == Path("acme-digits-1.0.sepolia.release.json")
    assert unsent.request_path_of(_options(), LOCAL, *named) != found
    assert unsent.request_path_of(_options(), SEPOLIA, "other/digits", "1.0", "release") != found
    chosen = _options(request_path=Path("x"))
    assert unsent.request_path_of(chosen, SEPOLIA, *named) == Path("x")

"""Whose key acts, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.networks import _payer, missing_on
from weightmark.bootstrap.publishers import _account, _identity
from weightmark.domain.networks import LOCAL
from weightmark.errors import NoKeyError, ValueFormatError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
FIRST_KEY = {"WEIGHTMARK_PRIVATE_KEY": f"0x{1:064x}"}


def application(folder: Path, environment: dict[str, str], **options: str) -> Application:
    return Application.load({"data_dir": str(folder / "home"), **options}, environment, folder)


def test_an_owner_who_signs_needs_a_key_and_is_told_of_wallets(tmp_path: Path) -> None:
    configured = application(tmp_path, {}, network="sepolia")
    with pytest.raises(NoKeyError) as caught:
        _account(configured.accounts, configured.network)
    for way in ("--key", "WEIGHTMARK_PRIVATE_KEY", "--unsigned-tx with --publisher ADDRESS"):
        assert way in caught.value.hint
    configured = application(tmp_path, FIRST_KEY, network="sepolia")
    assert _account(configured.accounts, configured.network) == ACCOUNT


def test_a_publisher_that_is_named_is_not_looked_for_in_keys(tmp_path: Path) -> None:
    configured = application(tmp_path, {})
    assert _identity(configured, f"local:{ACCOUNT.lower()}") == (LOCAL, ACCOUNT)
    with pytest.raises(ValueFormatError, match="no network is called 'nowhere'"):
        _identity(configured, f"nowhere:{ACCOUNT}")
    assert not (tmp_path / "home").exists()


def test_without_a_name_the_key_that_is_configured_is_the_publisher(tmp_path: Path) -> None:
    configured = application(tmp_path, FIRST_KEY, network="sepolia")
    assert _identity(configured, None) == (configured.network, ACCOUNT)


def test_looking_at_a_network_makes_no_key(tmp_path: Path) -> None:
    assert _payer(application(tmp_path, {}), LOCAL) == ""
    keyless = application(tmp_path, {}, network="sepolia")
    assert _payer(keyless, keyless.network) == ""
    payer = application(tmp_path, FIRST_KEY, network="sepolia")
    assert _payer(payer, payer.network) == ACCOUNT
    assert not (tmp_path / "home").exists()


def test_looking_for_what_is_missing_makes_no_chain(tmp_path: Path) -> None:
    configured = application(tmp_path, {})
    assert missing_on(configured, LOCAL) == configured.chains.contracts
    assert not (tmp_path / "home").exists()

"""Who keeps content, by what is configured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.pinning_service import TOKEN
from weightmark.adapters.ipfs.pinning_api import TOKEN_VARIABLE
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.ipfs import Target, pin_targets
from weightmark.bootstrap.ipfs_settings import SERVICE_URL_VARIABLE
from weightmark.errors import ConfigurationError, UsageError

SERVICE = (Target.PINNING_SERVICE,)
URL = "https://pins.example/psa"


def application(folder: Path, **environment: str) -> Application:
    variables = {"WEIGHTMARK_HOME": str(folder / "home")} | environment
    return Application.load({}, variables, folder)


@pytest.mark.parametrize("variable", [TOKEN_VARIABLE, f"{TOKEN_VARIABLE}_FILE"])
def test_a_service_is_named_by_its_host_and_once(tmp_path: Path, variable: str) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    tokens = {TOKEN_VARIABLE: TOKEN, f"{TOKEN_VARIABLE}_FILE": str(tmp_path / "token")}
    given = {variable: tokens[variable], SERVICE_URL_VARIABLE: URL}
    (target,) = pin_targets(application(tmp_path, **given), SERVICE * 2)
    assert target.name == "the pinning service https://pins.example"


def test_a_service_without_a_url_or_a_token_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no pinning service is configured") as caught:
        pin_targets(application(tmp_path, **{TOKEN_VARIABLE: TOKEN}), SERVICE)
    assert SERVICE_URL_VARIABLE in caught.value.hint
    with pytest.raises(ConfigurationError, match=r"access token .* is not set") as caught:
        pin_targets(application(tmp_path, **{SERVICE_URL_VARIABLE: URL}), SERVICE)
    assert TOKEN_VARIABLE in caught.value.hint
    missing = {SERVICE_URL_VARIABLE: URL, f"{TOKEN_VARIABLE}_FILE": str(tmp_path / "missing")}
    with pytest.raises(ConfigurationError, match="missing cannot be read"):
        pin_targets(application(tmp_path, **missing), SERVICE)


def test_who_keeps_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'pinning\\x1bservice' keeps no content") as caught:
        pin_targets(application(tmp_path), ["pinning\x1bservice"])
    assert "pinning-service" in caught.value.hint

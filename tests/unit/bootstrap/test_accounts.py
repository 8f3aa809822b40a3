"""Which key signs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from eth_account import Account

from weightmark.adapters.state.keys import KeyFolder
from weightmark.bootstrap.accounts import Accounts, password_variable, refuse_to_ask
from weightmark.domain.networks import ANVIL_CHAIN_ID, LOCAL, Network
from weightmark.errors import ConfigurationError, KeyFileError, MissingPathError

SEPOLIA = Network("sepolia", 11155111)
ANVIL = Network("anvil", ANVIL_CHAIN_ID)
SECRET = "11" * 32
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path)


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    """Return a keystore that takes no time to open."""
    path = tmp_path / "mine.json"
    path.write_text(
        json.dumps(Account.encrypt(bytes.fromhex(SECRET), "pw", kdf="pbkdf2", iterations=1))
    )
    return path


def accounts(keys: KeyFolder, chosen: str = "", *answers: str, **variables: str) -> Accounts:
    waiting = list(answers)
    environment = {f"WEIGHTMARK_{name.upper()}": text for name, text in variables.items()}
    ask = (lambda *_: waiting.pop(0)) if answers else refuse_to_ask
    return Accounts(keys, chosen, environment, ask)


def test_a_variable_outranks_all(keys: KeyFolder, keystore: Path) -> None:
    other = "22" * 32
    found = accounts(keys, "mine", private_key=f"0x{other}")
    assert found.private_key(SEPOLIA).reveal() == bytes.fromhex(other)
    assert found.address(SEPOLIA) == Account.from_key(other).address


def test_the_chosen_key_is_opened_with_a_password(keys: KeyFolder, keystore: Path) -> None:
    assert accounts(keys, "mine", "pw").private_key(SEPOLIA).reveal().hex() == SECRET
    assert accounts(keys, "mine", key_password="pw").private_key(LOCAL).reveal().hex() == SECRET
    with pytest.raises(KeyFileError, match="Password of mine is needed, and nobody can be asked"):
        accounts(keys, "mine").private_key(SEPOLIA)


def test_a_password_file_is_read(keys: KeyFolder, keystore: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pw\n")
    found = accounts(keys, "mine", key_password_file=str(tmp_path / "password"))
    assert found.private_key(SEPOLIA).reveal().hex() == SECRET


@pytest.mark.parametrize(
    ("variables", "password"),
    [
        ({"key_password_file": "file"}, " secret "),
        ({"key_password_file": "file", "key_password": "other"}, "other"),
        ({"key_password": ""}, ""),
    ],
)
def test_a_password_comes_from_a_variable_or_a_file(
    keys: KeyFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    password: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b" secret \r\n")
    assert accounts(keys, **variables).new_password("mine") == password


@pytest.mark.parametrize(
    "own",
    [{"key_mine_password": "pw"}, {"key_mine_password_file": "file"}, {"key_password": "pw"}],
)
def test_a_key_may_have_a_password_of_its_own(
    keys: KeyFolder,
    keystore: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: dict[str, str],
) -> None:
    """That of all keys is for those that have none, and that of another key is for none else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("pw\n")
    variables = {"key_password": "another", "key_other_password": "another", **own}
    assert accounts(keys, "mine", **variables).private_key(SEPOLIA).reveal().hex() == SECRET


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("release", "WEIGHTMARK_KEY_RELEASE_PASSWORD"),
        ("release-2.1_a", "WEIGHTMARK_KEY_RELEASE_2_1_A_PASSWORD"),
        ("/keys/of me/release.pem", "WEIGHTMARK_KEY_RELEASE_PEM_PASSWORD"),
        # Neither is the variable that is for all keys.
        ("password", "WEIGHTMARK_KEY_PASSWORD_PASSWORD"),
        ("file", "WEIGHTMARK_KEY_FILE_PASSWORD"),
    ],
)
def test_the_variable_of_one_key_s_password(name: str, variable: str) -> None:
    assert password_variable(name) == variable


def test_a_password_file_that_is_not_there(keys: KeyFolder, tmp_path: Path) -> None:
    missing = accounts(keys, key_password_file=str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        missing.new_password("mine")


def test_a_password_may_come_through_a_pipe(keys: KeyFolder) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"pw\n")
    os.close(writer)
    try:
        assert accounts(keys, key_password_file=f"/dev/fd/{reader}").new_password("mine") == "pw"
    finally:
        os.close(reader)


def test_a_password_is_asked_for_once(keys: KeyFolder, keystore: Path) -> None:
    found = accounts(keys, "mine", "pw")
    assert found.private_key(SEPOLIA).reveal() == found.private_key(SEPOLIA).reveal()


def test_a_secret_that_never_ends_is_read_up_to_a_bound(keys: KeyFolder) -> None:
    with pytest.raises(ConfigurationError, match="/dev/zero is larger than 65536 bytes"):
        accounts(keys, key_password_file="/dev/zero").new_password("mine")


def test_an_address_needs_no_password(keys: KeyFolder, keystore: Path) -> None:
    assert accounts(keys, "mine").address(SEPOLIA) == ADDRESS


@pytest.mark.parametrize("network", [LOCAL, ANVIL], ids=lambda network: network.name)
def test_the_chains_of_this_machine_have_a_key_of_their_own(
    keys: KeyFolder, network: Network
) -> None:
    found = accounts(keys)
    assert found.is_made_on_first_use(network)
    key = found.private_key(network)
    assert not found.is_made_on_first_use(network)
    assert found.address(network) == Account.from_key(key.reveal()).address
    assert found.private_key(LOCAL).reveal() == key.reveal()


def test_it_serves_no_other_chain(keys: KeyFolder) -> None:
    keys.embedded()
    with pytest.raises(KeyFileError, match="serves chains of this machine alone"):
        accounts(keys, "local").private_key(SEPOLIA)
    with pytest.raises(KeyFileError, match="serves chains of this machine alone"):
        accounts(keys, "local").address(SEPOLIA)
    for network in (LOCAL, ANVIL):
        found = accounts(keys, "local").private_key(network)
        assert found.reveal() == keys.embedded().reveal()


def test_every_other_chain_needs_a_key(keys: KeyFolder) -> None:
    for use in (accounts(keys).private_key, accounts(keys).address):
        with pytest.raises(KeyFileError, match="no key is configured for 'sepolia'"):
            use(SEPOLIA)


def test_a_key_that_is_not_there(keys: KeyFolder) -> None:
    for use in (accounts(keys, "none").private_key, accounts(keys, "none").address):
        with pytest.raises(MissingPathError, match="there is no key 'none'"):
            use(SEPOLIA)


def test_a_malformed_variable_is_not_repeated(keys: KeyFolder) -> None:
    with pytest.raises(KeyFileError) as caught:
        accounts(keys, private_key="0xsecret").private_key(LOCAL)
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_given_key_comes_from_a_variable_or_a_person(keys: KeyFolder) -> None:
    assert accounts(keys, private_key=SECRET).given_key().reveal().hex() == SECRET
    assert accounts(keys, "", SECRET).given_key().reveal().hex() == SECRET
    with pytest.raises(KeyFileError, match="nobody can be asked") as caught:
        accounts(keys).given_key()
    assert caught.value.hint == "set WEIGHTMARK_PRIVATE_KEY"
    with pytest.raises(KeyFileError, match="malformed"):
        accounts(keys, "", "no key").given_key()


def test_a_new_password_is_given_twice(keys: KeyFolder) -> None:
    assert accounts(keys, "", "pw", "pw").new_password("mine") == "pw"
    assert accounts(keys, key_password="pw").new_password("mine") == "pw"
    with pytest.raises(KeyFileError, match="the two passwords differ"):
        accounts(keys, "", "pw", "pw2").new_password("mine")
    with pytest.raises(KeyFileError, match="nobody can be asked") as caught:
        accounts(keys).new_password("mine")
    assert caught.value.hint == (
        "set WEIGHTMARK_KEY_PASSWORD or WEIGHTMARK_KEY_PASSWORD_FILE; "
        "WEIGHTMARK_KEY_MINE_PASSWORD for this key alone"
    )


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        (b"text\n", b"text"),
        ("sécret\r\n".encode(), "sécret".encode()),
        (b"\xff\x00\x0d\x0a", b"\xff\x00\x0d\x0a"),
    ],
)
def test_a_shared_secret_in_a_file(
    keys: KeyFolder, tmp_path: Path, data: bytes, secret: bytes
) -> None:
    (tmp_path / "secret").write_bytes(data)
    assert accounts(keys).shared_secret(tmp_path / "secret") == secret


def test_a_shared_secret_from_elsewhere(keys: KeyFolder, tmp_path: Path) -> None:
    assert accounts(keys, hmac_key="sécret").shared_secret(None) == "sécret".encode()
    assert accounts(keys, "", "typed").shared_secret(None) == b"typed"
    with pytest.raises(KeyFileError, match="The shared secret is needed") as caught:
        accounts(keys).shared_secret(None)
    assert caught.value.hint == "name its file with --hmac-key, or set WEIGHTMARK_HMAC_KEY"
    (tmp_path / "empty").write_bytes(b"\n")
    with pytest.raises(KeyFileError, match="is empty"):
        accounts(keys).shared_secret(tmp_path / "empty")

"""Keys: how they are written, and what is made of a file that is no key."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from tests.unit.adapters.state.conftest import PASSWORD
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.state.keys import MAX_KEY_FILE, KeyFolder
from weightmark.errors import (
    AlreadyExistsError,
    KeyFileError,
    MissingPathError,
    StorageError,
)

SECRET = b"\x11" * 32
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> KeyFolder:
    return KeyFolder(folder)


def generate(keys: KeyFolder, name: str, password: str) -> object:
    return keys.add(name, PrivateKey.generate(), password)


def tell(_: str) -> str:
    return PASSWORD


def refuse(_: str) -> str:
    pytest.fail("a password was asked for")


def quick_keystore(path: Path, **crypto: object) -> Path:
    """Write a keystore that takes no time to open."""
    document: Any = Account.encrypt(SECRET, PASSWORD, kdf="pbkdf2", iterations=1)
    document["crypto"] |= crypto
    path.write_text(json.dumps(document))
    return path


def test_a_generated_key_is_encrypted_and_private(keystore: Path) -> None:
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600
    assert stat.S_IMODE(keystore.parent.stat().st_mode) == 0o700
    document = json.loads(keystore.read_bytes())
    assert (document["version"], document["crypto"]["kdf"]) == (3, "scrypt")
    assert document["crypto"]["kdfparams"]["n"] == 2**18
    info = KeyFolder(keystore.parent).info("one")
    assert (info.name, info.path, info.is_encrypted) == ("one", keystore, True)


def test_a_generated_key_opens_with_its_password_alone(keystore: Path) -> None:
    keys = KeyFolder(keystore.parent)
    key = keys.load("one", tell)
    assert Account.from_key(key.reveal()).address == keys.info("one").address
    with pytest.raises(KeyFileError, match="the password is wrong") as caught:
        keys.load("one", lambda _: "another")
    assert "another" not in caught.value.message


def test_a_key_is_named_by_the_path_of_its_file_as_well(keystore: Path, keys: KeyFolder) -> None:
    assert keys.info(str(keystore)).name == str(keystore)
    assert keys.info(str(keystore)).address == KeyFolder(keystore.parent).info("one").address


@pytest.mark.parametrize("act", [generate, lambda keys, *_: keys.check_new("one")])
def test_a_key_that_is_there_is_never_overwritten(
    keystore: Path, folder: Path, keys: KeyFolder, act: Callable[..., object]
) -> None:
    folder.mkdir()
    copy = Path(shutil.copy(keystore, folder))
    before = copy.read_bytes()
    with pytest.raises(AlreadyExistsError, match="the key 'one' exists"):
        act(keys, "one", PASSWORD)
    assert copy.read_bytes() == before


def test_a_key_that_appears_meanwhile_is_not_overwritten_either(
    folder: Path, keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_faster(*_: object, **__: object) -> dict[str, object]:
        (folder / "one.json").write_bytes(b"theirs")
        return {}

    folder.mkdir()
    monkeypatch.setattr(Account, "encrypt", somebody_faster)
    with pytest.raises(AlreadyExistsError):
        keys.add("one", PrivateKey(SECRET), PASSWORD)
    assert (folder / "one.json").read_bytes() == b"theirs"


@pytest.mark.parametrize(("password", "reason"), [("", "empty password"), ("\udcff", "not UTF-8")])
def test_passwords_that_are_refused(
    folder: Path, keys: KeyFolder, password: str, reason: str
) -> None:
    with pytest.raises(KeyFileError, match=reason):
        generate(keys, "one", password)
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["", "A", ".a", "-a", "a/b", "../a", "a b", "a\0", "a" * 65, "local", "é"]
)
def test_names_that_are_refused(keys: KeyFolder, name: str) -> None:
    with pytest.raises(KeyFileError, match="cannot be the name of a key"):
        generate(keys, name, PASSWORD)


def test_a_folder_of_keys_that_cannot_be_read(folder: Path, keys: KeyFolder) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be used"):
        keys.names()


def test_a_path_that_no_file_can_have(keys: KeyFolder) -> None:
    with pytest.raises(MissingPathError, match="there is no key 'nnn"):
        keys.info("n" * 5000)


def test_names_are_listed(folder: Path, keys: KeyFolder) -> None:
    assert keys.names() == ()
    keys.embedded()
    quick_keystore(folder / "b.json")
    quick_keystore(folder / "a.json")
    assert keys.names() == ("a", "b", "local")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "11" * 31,
        "11" * 33,
        "zz" * 32,
        "0x" + "00" * 32,
        f"{ORDER:064x}",
        "f" * 64,
        "1\n1" * 22,
    ],
)
def test_texts_that_are_no_private_key(text: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        PrivateKey.parse(text)
    assert caught.value.message == "the private key is malformed"


@pytest.mark.parametrize("text", ["11" * 32, "0x" + "11" * 32, " 0x" + "11" * 32 + "\n"])
def test_texts_that_are_a_private_key(text: str) -> None:
    assert PrivateKey.parse(text).reveal() == SECRET


def test_the_largest_private_key() -> None:
    assert PrivateKey.parse(f"{ORDER - 1:064x}").reveal()[-1] == 0x40


def test_a_key_does_not_show_itself() -> None:
    key = PrivateKey(SECRET)
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert SECRET.hex() not in shown
        assert repr(SECRET) not in shown
    assert not hasattr(key, "__dict__")


def test_the_embedded_key_is_made_once_and_private(folder: Path, keys: KeyFolder) -> None:
    key = keys.embedded()
    path = folder / "local.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.embedded().reveal() == key.reveal()
    info = keys.info("local")
    assert not info.is_encrypted
    assert info.address == Account.from_key(key.reveal()).address
    assert keys.load("local", refuse).reveal() == key.reveal()


def test_of_two_processes_the_first_makes_the_embedded_key(
    folder: Path, keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = keys.embedded()
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert keys.embedded().reveal() == theirs.reveal()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 50_000,
        b'{"address":"0x1","private_key":1}',
        b'{"address":1,"crypto":{},"version":3}',
        b'{"address":"","crypto":{},"version":3}',
        b'{"address":"' + b"0" * 39 + b'","crypto":{},"version":3}',
        b'{"crypto":{},"version":3}',
        b"x" * (MAX_KEY_FILE + 1),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_key(folder: Path, keys: KeyFolder, data: bytes) -> None:
    folder.mkdir()
    (folder / "one.json").write_bytes(data)
    with pytest.raises(KeyFileError, match=r"one\.json is (not a keystore|too large)"):
        keys.info("one")
    with pytest.raises(KeyFileError):
        keys.load("one", refuse)


@pytest.mark.parametrize(
    "crypto",
    [
        {"kdf": "none"},
        {"kdf": 1},
        {"kdfparams": {}},
        {"kdfparams": 1},
        {"kdfparams": {"c": 1, "dklen": 10**12, "prf": "hmac-sha256", "salt": "00"}},
        {"kdfparams": {"c": 1, "dklen": 32, "prf": "md5", "salt": "00"}},
        {"kdfparams": {"c": -1, "dklen": 32, "prf": "hmac-sha256", "salt": "00"}},
        {"kdf": "scrypt", "kdfparams": {"n": 2**60, "r": 8, "p": 1, "dklen": 32, "salt": "00"}},
        {"mac": 1},
        {"mac": "zz"},
        {"ciphertext": "zz"},
    ],
    ids=str,
)
def test_a_keystore_with_nonsense_in_it(
    tmp_path: Path, keys: KeyFolder, crypto: dict[str, object]
) -> None:
    path = quick_keystore(tmp_path / "one.json", **crypto)
    with pytest.raises(KeyFileError, match="not a keystore of version 3"):
        keys.load(str(path), tell)


def test_a_keystore_of_another_version(tmp_path: Path, keys: KeyFolder) -> None:
    path = quick_keystore(tmp_path / "one.json")
    path.write_text(path.read_text().replace('"version": 3', '"version": 4'))
    with pytest.raises(KeyFileError, match="not a keystore of version 3"):
        keys.load(str(path), tell)


def test_a_keystore_that_was_tampered_with(tmp_path: Path, keys: KeyFolder) -> None:
    """Its authentication code covers the ciphertext alone: the address tells the rest."""
    ciphertext = quick_keystore(tmp_path / "one.json", ciphertext="00" * 32)
    with pytest.raises(KeyFileError, match="the password is wrong"):
        keys.load(str(ciphertext), tell)
    start = quick_keystore(tmp_path / "one.json", cipherparams={"iv": "00" * 16})
    with pytest.raises(KeyFileError, match="not that of the address"):
        keys.load(str(start), tell)


def test_a_keystore_of_another_tool_is_opened(tmp_path: Path, keys: KeyFolder) -> None:
    path = quick_keystore(tmp_path / "one.json")
    assert keys.info(str(path)).address == ADDRESS
    assert keys.load(str(path), tell).reveal() == SECRET


@pytest.mark.parametrize("name", ["nobody", "no/such/file.json", "../one", "\0", ""])
def test_a_key_that_is_not_there(keys: KeyFolder, name: str) -> None:
    with pytest.raises(MissingPathError, match="there is no key"):
        keys.info(name)


def test_a_damaged_embedded_key_is_not_replaced(folder: Path, keys: KeyFolder) -> None:
    folder.mkdir()
    (folder / "local.json").write_bytes(b"{")
    with pytest.raises(KeyFileError, match="is not a keystore file"):
        keys.embedded()
    assert (folder / "local.json").read_bytes() == b"{"


def test_a_pipe_in_place_of_the_embedded_key_is_not_waited_for(
    folder: Path, keys: KeyFolder
) -> None:
    folder.mkdir()
    os.mkfifo(folder / "local.json")
    with pytest.raises(KeyFileError, match="not a regular file"):
        keys.embedded()


def test_a_folder_in_place_of_a_key_file(folder: Path, keys: KeyFolder) -> None:
    (folder / "local.json").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be used"):
        keys.embedded()


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_a_private_key_in_place_of_a_name_is_not_repeated(keys: KeyFolder, prefix: str) -> None:
    with pytest.raises(KeyFileError, match="a private key is no argument") as caught:
        keys.load(prefix + SECRET.hex(), refuse)
    assert SECRET.hex() not in caught.value.message + caught.value.hint

"""Names, versions, addresses and identifiers; eth_abi and eth_utils are the witnesses."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import addresses, hashes, names, versions
from weightmark.domain.identifiers import (
    COMMITMENT_TYPEHASH,
    check_name,
    check_version,
    checksum_address,
    commitment_of,
    model_id_of,
    release_id_of,
)
from weightmark.errors import ValueFormatError

# The examples of EIP-55 (https://eips.ethereum.org/EIPS/eip-55): all capitals, all lower, mixed.
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@given(addresses, names, versions)
def test_release_ids_are_hashes_of_the_abi_encoding(
    publisher: str, name: str, version: str
) -> None:
    expected = keccak(abi_encode(["address", "string", "string"], [publisher, name, version]))
    assert release_id_of(publisher, name, version) == expected


@given(addresses, names)
def test_model_ids_are_hashes_of_the_abi_encoding(publisher: str, name: str) -> None:
    expected = keccak(abi_encode(["address", "string"], [publisher, name]))
    assert model_id_of(publisher, name) == expected


@given(hashes, hashes)
def test_commitments_are_hashes_of_the_abi_encoding(root: bytes, manifest: bytes) -> None:
    typehash = keccak(b"Commitment(bytes32 artifactRoot,bytes32 manifestHash)")
    expected = keccak(abi_encode(["bytes32"] * 3, [typehash, root, manifest]))
    assert typehash == COMMITMENT_TYPEHASH
    assert commitment_of(root, manifest) == expected


def test_root_and_manifest_hash_cannot_change_places() -> None:
    assert commitment_of(b"\1" * 32, b"\2" * 32) != commitment_of(b"\2" * 32, b"\1" * 32)


def test_the_border_between_name_and_version_counts() -> None:
    publisher = EIP_55[0]
    assert release_id_of(publisher, "a", "bc") != release_id_of(publisher, "ab", "c")


@pytest.mark.parametrize("address", EIP_55)
def test_the_examples_of_eip_55(address: str) -> None:
    assert checksum_address(address) == address
    assert checksum_address(address.lower()) == address
    assert checksum_address("0x" + address[2:].upper()) == address


@given(addresses)
def test_checksums_agree_with_the_witness(address: str) -> None:
    assert address == to_checksum_address(address)


@pytest.mark.parametrize("address", EIP_55[4:])
def test_one_wrong_capital_is_refused(address: str) -> None:
    for position in (index for index, each in enumerate(address) if index > 1 and each.isalpha()):
        wrong = address[:position] + address[position].swapcase() + address[position + 1 :]
        with pytest.raises(ValueFormatError, match="wrong checksum"):
            checksum_address(wrong)


@pytest.mark.parametrize(
    "address",
    ["", "0x", EIP_55[0][2:], EIP_55[0] + "0", EIP_55[0][:-1], "0X" + EIP_55[0][2:],
     EIP_55[0] + "\n", "0x" + "g" * 40, "0x" + "٣" * 40, "\u202e" + EIP_55[0]],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueFormatError, match="is not an address") as caught:
        checksum_address(address)
    assert caught.value.message.isprintable()


@given(names)
def test_names_of_the_documented_form_are_accepted(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "..",
        "../a",
        "a/.",
        "A",
        "a b",
        "a@b",
        "a:b",
        "é",
        "a\n",
        "a\0",
        "a" * 129,
        "\u202ea",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a model name") as caught:
        check_name(name)
    assert caught.value.message.isprintable()


def test_the_longest_name_and_version() -> None:
    check_name("a" * 128)
    check_version("1" * 64)


@given(versions)
def test_versions_of_the_documented_form_are_accepted(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize(
    "version", ["", "a/b", "a@b", "a b", "é", "1\n", "\t", "1" * 65, "\x7f", "\u0661"]
)
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a version"):
        check_version(version)


@given(st.text(max_size=20))
def test_only_printable_ascii_gets_through(text: str) -> None:
    for check in (check_name, check_version):
        try:
            accepted = check(text)
        except ValueFormatError:
            continue
        assert accepted.isascii()
        assert accepted.isprintable()
        assert " " not in accepted

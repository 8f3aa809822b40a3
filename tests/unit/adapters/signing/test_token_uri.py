"""Names of keys on tokens (RFC 7512)."""

from __future__ import annotations

import pytest

from weightmark.adapters.signing.token_uri import TokenUri
from weightmark.errors import KeyFileError

MODULE = "?module-path=/usr/lib/token.so"


def test_a_uri_names_a_key_and_the_module_that_reaches_it() -> None:
    text = f"pkcs11:token=My%20token;serial=%31%32;object=k%c3%bc;id=%01%ff;type=private{MODULE}"
    expected = TokenUri("/usr/lib/token.so", "My token", b"12", "kü", b"\x01\xff")
    assert TokenUri.parse(text) == expected
    assert TokenUri.parse(f"pkcs11:id=%01{MODULE}").key_id == b"\1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pkcs11:object=k", "names no module"),
        ("pkcs11:object=k?module-path=", "names no module"),
        (f"pkcs11:token=t{MODULE}", "names no key"),
        (f"pkcs11:{MODULE}", "malformed"),
        (f"pkcs11:object=k;object=l{MODULE}", "malformed"),
        (f"pkcs11:object=k;colour=red{MODULE}", "malformed"),
        (f"pkcs11:object=k;type=cert{MODULE}", "only a private key"),
        (f"pkcs11:object=%ff{MODULE}", "not UTF-8"),
        (f"pkcs11:object=k{MODULE}&module-name=token", "malformed"),
        ("pkcs11:object=k;module-path=/usr/lib/token.so", "malformed"),
    ],
)
def test_what_names_no_key(text: str, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason):
        TokenUri.parse(text)


@pytest.mark.parametrize("place", [f"{MODULE}&", f"?{MODULE[1:]}&", ";"])
@pytest.mark.parametrize("name", ["pin-value", "pin-source"])
def test_a_pin_is_no_argument_and_is_not_repeated(place: str, name: str) -> None:
    with pytest.raises(KeyFileError, match="a PIN is no argument") as caught:
        TokenUri.parse(f"pkcs11:object=k{place}{name}=7531")
    assert "7531" not in caught.value.message + caught.value.hint

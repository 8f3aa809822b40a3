"""The name of a key on a token: a URI of PKCS#11 (RFC 7512)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from weightmark.errors import KeyFileError

URI_PREFIX = "pkcs11:"

_HINT = "write pkcs11:token=NAME;object=NAME?module-path=FILE, or id=%01 for the object"
_ATTRIBUTE = re.compile(r"(?P<name>[a-z-]+)=(?P<value>[^;?&]*)")
_PATH = frozenset({"token", "serial", "object", "id", "type"})
_QUERY = frozenset({"module-path"})
_PIN = frozenset({"pin-value", "pin-source"})


@dataclass(frozen=True, slots=True)
class TokenUri:
    """Which key on which token, and the module that reaches it.

    Attributes:
        module: The shared library of the token's vendor.
        token: The token's label; empty for any.
        serial: The token's serial number; empty for any.
        label: The key's label; empty for any.
        key_id: The key's id; empty for any.
    """

    module: str
    token: str = ""
    serial: bytes = b""
    label: str = ""
    key_id: bytes = b""

    @classmethod
    def parse(cls, text: str) -> TokenUri:
        """Read a URI. One with a PIN is refused, and not repeated: arguments are not secret.

        Raises:
            KeyFileError: It is malformed, names no key or no module, or has a PIN.
        """
        path, _, query = text.removeprefix(URI_PREFIX).partition("?")
        found = _attributes(path.split(";"), _PATH) | _attributes(
            query.split("&") if query else [], _QUERY
        )
        if found.get("type", b"private") != b"private":
            raise KeyFileError("only a private key on a token signs", hint="leave out 'type='")
        if not found.get("module-path"):
            raise KeyFileError("the URI names no module, which reaches the token", hint=_HINT)
        if not (found.get("object") or found.get("id")):
            raise KeyFileError("the URI names no key on the token", hint=_HINT)
        try:
            return cls(
                found["module-path"].decode(),
                found.get("token", b"").decode(),
                found.get("serial", b""),
                found.get("object", b"").decode(),
                found.get("id", b""),
            )
        except UnicodeDecodeError:
            raise KeyFileError("the URI of the token's key is not UTF-8", hint=_HINT) from None


def _attributes(parts: list[str], known: frozenset[str]) -> dict[str, bytes]:
    matches = [_ATTRIBUTE.fullmatch(part) for part in parts]
    found = {match["name"]: unquote_to_bytes(match["value"]) for match in matches if match}
    if any(part.partition("=")[0] in _PIN for part in parts):
        raise KeyFileError(
            "a PIN is no argument: everybody on this machine can read it there",
            hint="set WEIGHTMARK_PKCS11_PIN or WEIGHTMARK_PKCS11_PIN_FILE, or be asked for it",
        )
    if len(found) != len(parts) or not known.issuperset(found):
        raise KeyFileError(
            f"the URI of the token's key is malformed, or has more than {', '.join(sorted(known))}",
            hint=_HINT,
        )
    return found

"""Keys on PKCS#11 tokens, which they never leave: ECDSA with NIST curves, and RSA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, Hash, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from weightmark.adapters.signing.private_keys import check_signing_bits
from weightmark.adapters.signing.public_keys import CURVES, SALT_LENGTH, PublicKey
from weightmark.adapters.signing.token_uri import TokenUri
from weightmark.domain.text import printable
from weightmark.errors import KeyFileError, MissingExtraError, TokenError

if TYPE_CHECKING:
    import pkcs11
    from pkcs11.types import SignMixin

# Gives a PIN, when asked with a sentence that names the token.
Ask = Callable[[str], str]

_TokenKey: TypeAlias = EllipticCurvePublicKey | RSAPublicKey


class TokenSigner:
    """A key on a token; who uses it is asked for the PIN with the first signature."""

    certificates: tuple[bytes, ...] = ()

    def __init__(self, uri: TokenUri, ask: Ask) -> None:
        """Find a key, by its public part, which a token shows without a PIN.

        Raises:
            MissingExtraError: The package that speaks with tokens is not installed.
            TokenError: The token cannot be reached.
            KeyFileError: The key is not there, or is of no kind that counts.
        """
        self._uri = uri
        self._ask = ask
        with _session(uri, None) as session:
            self._key = _public_key(uri, session)
        public = PublicKey(self._key)
        self.identity = public.identity
        self.public_key = public.public_key
        self._verifies = public.verify
        self._pin = ""

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message.

        Raises:
            TokenError: The token cannot be reached.
            KeyFileError: The PIN is wrong, or the key may not sign.
        """
        self._pin = self._pin or self._ask(f"PIN of the token {self._uri.token}")
        with _session(self._uri, self._pin) as session:
            signature = _signature(self._uri, session, self._key, message)
        if not self._verifies(message, signature):
            raise KeyFileError("the token's private key is not that of the public key beside it")
        return signature


@contextmanager
def _session(uri: TokenUri, pin: str | None) -> Iterator[pkcs11.Session]:
    """Open a token, and turn what goes wrong there into errors of ours."""
    try:
        import pkcs11
    except ImportError:
        raise MissingExtraError(
            "keys on tokens need a package that is not installed",
            hint="pip install 'weightmark[pkcs11]'",
        ) from None
    label = printable(uri.token) or "PKCS#11"
    try:
        with _token(uri).open(user_pin=pin) as session:
            yield session
    except (
        pkcs11.PinIncorrect,
        pkcs11.PinInvalid,
        pkcs11.PinLenRange,
        pkcs11.PinLocked,
        pkcs11.PinExpired,
    ):
        raise KeyFileError(
            f"the PIN of the token '{label}' is wrong, or does not count any more",
            hint="after a few wrong ones a token locks itself",
        ) from None
    except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned):
        raise TokenError(
            f"there is no token '{label}', or more than one",
            hint="insert it; 'pkcs11-tool --list-token-slots' shows the tokens of a module",
        ) from None
    except pkcs11.PKCS11Error as error:
        what = type(error).__name__ if type(error) is not pkcs11.PKCS11Error else str(error)
        raise TokenError(f"the token '{label}' cannot be used: {printable(what)}") from None


def _token(uri: TokenUri) -> pkcs11.Token:
    import pkcs11

    wanted = {"token_label": uri.token or None, "token_serial": uri.serial or None}
    return pkcs11.lib(uri.module).get_token(**wanted)


def _object(uri: TokenUri, session: pkcs11.Session, kind: pkcs11.ObjectClass) -> pkcs11.Object:
    """Return one object of a key: its public or its private part."""
    import pkcs11

    try:
        return session.get_key(kind, label=uri.label or None, id=uri.key_id or None)
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned):
        part = "private" if kind is pkcs11.ObjectClass.PRIVATE_KEY else "public"
        raise KeyFileError(
            f"the token holds no {part} key of that name, or more than one",
            hint="'pkcs11-tool --list-objects' shows labels and ids; both parts of a key have them",
        ) from None


def _public_key(uri: TokenUri, session: pkcs11.Session) -> _TokenKey:
    from pkcs11 import ObjectClass

    found = cast("pkcs11.PublicKey", _object(uri, session, ObjectClass.PUBLIC_KEY))
    try:
        key = _loaded(found)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise KeyFileError(
            "this kind of key on a token signs nothing here",
            hint="take P-256, P-384, P-521 or RSA",
        )
    return key


def _loaded(found: pkcs11.PublicKey) -> _TokenKey | None:
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_ec_public_key

    if found.key_type is KeyType.RSA:
        modulus, exponent = (
            int.from_bytes(found[each]) for each in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
        )
        check_signing_bits(modulus.bit_length())
        return RSAPublicNumbers(exponent, modulus).public_key()
    if found.key_type is KeyType.EC:
        key = load_der_public_key(encode_ec_public_key(found))
        if isinstance(key, EllipticCurvePublicKey) and key.curve.name in CURVES:
            return key
    return None


def _signature(uri: TokenUri, session: pkcs11.Session, public: _TokenKey, message: bytes) -> bytes:
    """Have the token sign the hash of a message, which is all that goes there."""
    from pkcs11 import MGF, Mechanism, ObjectClass

    key = cast("SignMixin", _object(uri, session, ObjectClass.PRIVATE_KEY))
    if isinstance(public, RSAPublicKey):
        digest = _hashed(message, SHA256())
        padding = (Mechanism.SHA256, MGF.SHA256, SALT_LENGTH)
        return key.sign(digest, mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=padding)
    _, hashing = CURVES[public.curve.name]
    numbers = key.sign(_hashed(message, hashing), mechanism=Mechanism.ECDSA)
    middle = len(numbers) // 2
    return encode_dss_signature(int.from_bytes(numbers[:middle]), int.from_bytes(numbers[middle:]))


def _hashed(message: bytes, algorithm: HashAlgorithm) -> bytes:
    hashing = Hash(algorithm)
    hashing.update(message)
    return hashing.finalize()

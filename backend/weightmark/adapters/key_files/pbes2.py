"""A private key under a password: EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018).

AES-256-CBC under PBKDF2 with HMAC-SHA256, which every tool reads. What a library or a program
writes by itself has 2,048 iterations: two hundred thousand passwords a second on one core.
"""

from __future__ import annotations

import secrets

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509 import ObjectIdentifier

# OWASP Password Storage Cheat Sheet, 2023, for PBKDF2 with HMAC-SHA256.
ITERATIONS = 600_000
MAX_ITERATIONS = 10_000_000

_SALT_SIZE = 16
_KEY_SIZE = 32
_BLOCK_SIZE = 16
_BLOCK_BITS = 8 * _BLOCK_SIZE

# RFC 8018, appendices A.4, A.2 and B.1.2; NIST's registry of algorithms.
_PBES2 = ObjectIdentifier("1.2.840.113549.1.5.13")
_PBKDF2 = ObjectIdentifier("1.2.840.113549.1.5.12")
_HMAC_SHA256 = ObjectIdentifier("1.2.840.113549.2.9")
_AES_256_CBC = ObjectIdentifier("2.16.840.1.101.3.4.1.42")


@asn1.sequence
class Hash:
    """What says which hash is meant."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null


@asn1.sequence
class _DerivationParameters:
    salt: bytes
    iterations: int
    hash: Hash


@asn1.sequence
class _Derivation:
    algorithm: ObjectIdentifier
    parameters: _DerivationParameters


@asn1.sequence
class _Encryption:
    algorithm: ObjectIdentifier
    start: bytes


@asn1.sequence
class _SchemeParameters:
    derivation: _Derivation
    encryption: _Encryption


@asn1.sequence
class _Scheme:
    algorithm: ObjectIdentifier
    parameters: _SchemeParameters


@asn1.sequence
class _EncryptedKey:
    scheme: _Scheme
    data: bytes


def encrypt(key: bytes, password: bytes) -> bytes:
    """Return a PrivateKeyInfo in DER under a password."""
    salt, start = secrets.token_bytes(_SALT_SIZE), secrets.token_bytes(_BLOCK_SIZE)
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = _cipher(password, salt, ITERATIONS, start).encryptor()
    padded = padder.update(key) + padder.finalize()
    sealed = encryptor.update(padded) + encryptor.finalize()
    return encoded(salt, ITERATIONS, start, sealed)


def decrypt(data: bytes, password: bytes) -> bytes:
    """Return what `encrypt` was given. Nothing but the padding tells a wrong password.

    Raises:
        ValueError: It is no such thing, or the password is another one.
    """
    found = asn1.decode_der(_EncryptedKey, data)
    parameters = found.scheme.parameters
    derivation, start = parameters.derivation.parameters, parameters.encryption.start
    if not 0 < derivation.iterations <= MAX_ITERATIONS or len(start) != _BLOCK_SIZE:
        raise ValueError("parameters out of bounds")
    if encoded(derivation.salt, derivation.iterations, start, found.data) != data:
        raise ValueError("not AES-256-CBC under PBKDF2 with HMAC-SHA256")
    decryptor = _cipher(password, derivation.salt, derivation.iterations, start).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    padded = decryptor.update(found.data) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def hmac() -> Hash:
    """Return what says that HMAC-SHA256 is meant."""
    return Hash(algorithm=_HMAC_SHA256, parameters=asn1.Null())


def encoded(salt: bytes, iterations: int, start: bytes, sealed: bytes) -> bytes:
    """Return an EncryptedPrivateKeyInfo in DER."""
    costs = _DerivationParameters(salt=salt, iterations=iterations, hash=hmac())
    parameters = _SchemeParameters(
        derivation=_Derivation(algorithm=_PBKDF2, parameters=costs),
        encryption=_Encryption(algorithm=_AES_256_CBC, start=start),
    )
    scheme = _Scheme(algorithm=_PBES2, parameters=parameters)
    return asn1.encode_der(_EncryptedKey(scheme=scheme, data=sealed))


def _cipher(password: bytes, salt: bytes, iterations: int, start: bytes) -> Cipher[CBC]:
    derived = PBKDF2HMAC(SHA256(), _KEY_SIZE, salt, iterations).derive(password)
    return Cipher(AES256(derived), CBC(start))

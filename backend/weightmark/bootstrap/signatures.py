"""Signing artifacts and verifying signatures, of what a caller gives and what is configured."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.atomic import read_small
from weightmark.bootstrap.application import Application, unix_time
from weightmark.bootstrap.artifacts import outside
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE
from weightmark.domain.signing_keys import KeyAlgorithm, parse_fingerprint
from weightmark.domain.text import printable
from weightmark.domain.times import parse_time
from weightmark.errors import AlreadyExistsError, MissingPathError, SignatureFileError, UsageError
from weightmark.services.signatures.files import SignedFile, file_for
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners

if TYPE_CHECKING:
    from weightmark.ports.artifacts import Start
    from weightmark.ports.signing import Roots, Signer
    from weightmark.services.signatures.create import Signing, SigningOrder
    from weightmark.services.signatures.inspect import Line
    from weightmark.services.signatures.verify import SignatureVerdict


@dataclass(frozen=True, slots=True)
class SignerOptions:
    """Whom a caller trusts, as it is given.

    Attributes:
        public_keys: Names of keys, or files in PEM or DER.
        fingerprints: In hex.
        addresses: Ethereum accounts.
        hmac_keys: Names of shared secrets, or their files.
        certificates: Files of certificates in PEM.
        at: When the signers' certificates have to be valid; empty for now.
    """

    public_keys: Sequence[str] = ()
    fingerprints: Sequence[str] = ()
    addresses: Sequence[str] = ()
    hmac_keys: Sequence[str] = ()
    certificates: Sequence[Path] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """An artifact that was signed.

    Attributes:
        signing: What was signed.
        signer: By whom.
        path: Where the signature is.
    """

    signing: Signing
    signer: Signer
    path: str


def create_signature(
    application: Application,
    path: Path,
    start: Start,
    *,
    out: Path | None = None,
    replace: bool = False,
    certificates: Sequence[Path] = (),
) -> Created:
    """Sign an artifact with the configured key, and write the signature.

    Args:
        application: What is configured.
        path: A directory or a file.
        start: Called before files are read.
        out: Where to write it, if not beside the files.
        replace: Whether a signature of something else is replaced.
        certificates: Files of certificates that vouch for the key, its own first.

    Raises:
        ArtifactError: ``out`` lies among the artifact's files, or one of these is not acceptable.
        AlreadyExistsError: There is a signature of something else.
        KeyFileError: There is no key, or it cannot be used.
        WeightmarkError: As `weightmark.services.signatures.create.sign` has it.
    """
    from weightmark.services.signatures.create import SigningOrder

    artifact = application.artifacts.source(path)
    signer = configured_signer(application, certificates)
    if out is not None:
        sidecar = file_for(signer.identity.algorithm)
        _check_replaceable(outside(out, path, sidecar), replace=replace)
    order = SigningOrder(
        artifact=artifact,
        subject=subject_of(path),
        created=application.creation_time(),
        single_file=single_file(path),
        anew=replace,
        elsewhere=None if out is None else partial(_signed_file, out),
    )
    return carry_out(order, signer, path, start, out=out)


def carry_out(
    order: SigningOrder,
    signer: Signer,
    path: Path,
    start: Start,
    *,
    out: Path | None = None,
) -> Created:
    """Sign an artifact, and write the signature.

    Args:
        order: What to sign.
        signer: The key.
        path: Where the artifact is.
        start: Called before files are read.
        out: Where to write it, if not beside the files.

    Raises:
        WeightmarkError: As `create_signature` has it.
    """
    from weightmark.adapters.files.sidecars import write_atomically
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.create import SigningDeed, draft, sign

    drafted = draft(order, signer, start)
    with order.artifact.locked():
        signing = sign(drafted, signer, PublicKeyring())
        if signing.deed is SigningDeed.KEPT:
            place = _place(path, signing.name)
        elif out is None:
            place = order.artifact.write_sidecar(signing.name, signing.data)
        else:
            place = write_atomically(out, signing.data)
    return Created(signing, signer, place)


def verify_signature(
    application: Application,
    path: Path,
    trusted: SignerOptions,
    start: Start,
    *,
    signature: Path | None = None,
    ignores: Sequence[str] = (),
    name: str = "",
    version: str = "",
) -> SignatureVerdict:
    """Verify the signatures of an artifact.

    Args:
        application: What is configured.
        path: A directory or a file.
        trusted: Whom the caller trusts.
        start: Called before files are read.
        signature: A file of signatures that is not beside the files.
        ignores: Patterns of files that may be there and are not signed.
        name: The name that has to be signed, or empty.
        version: The version that has to be signed, or empty.

    Raises:
        UsageError: Nobody is trusted.
        MissingPathError: A key or the file of signatures is not there.
        KeyFileError: A key cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
        ConfigurationError: The configuration comes with the artifact.
    """
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.verify import SignatureRequest, verify_signatures

    request = SignatureRequest(
        artifact=application.artifacts.download(path),
        trust=signature_trust(application, trusted),
        single_file=single_file(path),
        given=None if signature is None else {signature.name: _read(signature)},
        ignores=tuple(ignores),
        name=name,
        version=version,
    )
    return verify_signatures(request, PublicKeyring(), start)


def inspect_signature(path: Path) -> tuple[Line, ...]:
    """Return what a file of signatures says, with nobody trusted.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, or is too large.
        SignatureFileError: It is malformed.
    """
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.inspect import inspect_signatures

    data = _read(path)
    try:
        file = SignedFile.parse(path.name, data)
    except SignatureFileError as error:
        raise SignatureFileError(
            f"'{path}' is no file of signatures that can be read: {error.message}",
            hint="name a model.sig or a weightmark.sig",
        ) from None
    return inspect_signatures(file, PublicKeyring())


def single_file(path: Path) -> str:
    """Return the path of an artifact that is one file, as its listing has it; or an empty text."""
    is_file = isfile(path)  # noqa: PTH113 - Path's own raises where a name is too long
    return path.name if is_file else ""


def configured_signer(application: Application, certificates: Sequence[Path]) -> Signer:
    """Return the configured key, with the certificates that vouch for it.

    Args:
        application: What is configured.
        certificates: Files of certificates, the key's own first.

    Raises:
        MissingPathError: The key, or a file, is not there.
        KeyFileError: There is no key, it cannot be used, or the first certificate is of another,
            or not for signatures.
    """
    signer = application.accounts.signer()
    if not certificates:
        return signer
    from weightmark.adapters.signing.certificate_files import CertifiedSigner, read_certificates
    from weightmark.adapters.signing.certificates import check_signing

    chain = read_certificates(certificates)
    certified = CertifiedSigner(signer, chain)
    check_signing(chain[0])
    return certified


def subject_of(path: Path) -> str:
    """Return what an artifact without a manifest is called: its own name, made safe to show."""
    return printable(os.path.basename(os.path.realpath(path)))  # noqa: PTH119 - of any name


def signature_trust(application: Application, trusted: SignerOptions) -> TrustedSigners:
    """Return whom a caller trusts; secrets may be asked for.

    Raises:
        UsageError: A time is given, and no certificates.
        MissingPathError: A key is not there.
        KeyFileError: A key cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
    """
    keys = (
        *(trusted_public_key(application, each) for each in trusted.public_keys),
        *(
            RequiredKey(f"the key {each}", fingerprint=parse_fingerprint(each).hex())
            for each in trusted.fingerprints
        ),
        *(
            RequiredKey(f"the account {each}", address=checksum_address(each))
            for each in trusted.addresses
        ),
        *(
            RequiredKey(f"the shared secret '{each}'", application.accounts.secret_key(each))
            for each in trusted.hmac_keys
        ),
    )
    now = unix_time()
    at = datetime.fromtimestamp(parse_time(trusted.at, now) if trusted.at else now, UTC)
    if trusted.at and not trusted.certificates:
        raise UsageError(
            "only certificates have to be valid at a time, and none are trusted",
            hint="--certificate-chain FILE names some",
        )
    return TrustedSigners(keys, _roots(trusted.certificates), at)


def trusted_public_key(application: Application, text: str) -> RequiredKey:
    """Return a public key by its name among the keys of this machine, or from a file.

    Raises:
        UsageError: It is a shared secret.
        MissingPathError: It is not there.
        KeyFileError: It is no public key, or of no kind or size that counts.
        ConfigurationError: The file cannot be read.
    """
    from weightmark.adapters.signing.public_key_files import read_public_key
    from weightmark.adapters.signing.public_keys import PublicKeyring

    label = f"the key '{text}'"
    if text in application.keys.names():
        info = application.keys.info(text)
        if info.algorithm is KeyAlgorithm.HMAC_SHA256:
            raise UsageError(
                f"'{text}' is a shared secret, and no public key", hint=f"--hmac-key {text}"
            )
        if info.public_key:
            return RequiredKey(label, PublicKeyring().verifier(info.public_key))
        return RequiredKey(label, fingerprint=info.fingerprint, address=info.address)
    data = read_small(Path(text))
    if data is None:
        raise MissingPathError(
            f"there is no public key '{text}'",
            hint="name a file in PEM or DER, or one of 'weightmark keys list'",
        )
    return RequiredKey(label, read_public_key(data, text))


def _roots(paths: Sequence[Path]) -> Roots | None:
    if not paths:
        return None
    from weightmark.adapters.signing.certificate_files import read_roots

    return read_roots(paths)


def _place(path: Path, name: str) -> str:
    """Return where a sidecar of an artifact is."""
    return f"{path}.{name}" if single_file(path) else str(path / name)


def _read(path: Path) -> bytes:
    from weightmark.adapters.files.sidecars import read_bounded

    return read_bounded(path, MAX_SIGNATURE_FILE_SIZE)


def _signed_file(path: Path) -> SignedFile:
    return SignedFile.parse(path.name, _read(path))


def _check_replaceable(path: Path, *, replace: bool) -> None:
    """Refuse to replace a file that is no signature, or one that is, unasked."""
    try:
        _signed_file(path)
    except MissingPathError:
        return
    if not replace:
        raise AlreadyExistsError(
            f"'{path}' is there, and is left as it is", hint="--replace signs anew"
        )

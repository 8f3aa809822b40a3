"""Making a release manifest of what an earlier tool wrote, after that was verified.

The procedure, by its numbers in the code:

1. Read the file strictly.
2. What it says must be signed by the key that the caller trusts. Where it is not signed at all, the
   caller must have said that he knows.
3. Take name, version and the like from the caller, or from what the signature covers; never from
   what it does not cover.
4. Hash the files, and compare: each listed file is as it was signed, and there is no other file but
   the tool's own. Those become a part of the artifact, as every file does.

Nothing is written. The verdict names what the signature does not cover.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from msgspec import UNSET

from weightmark.domain.earlier.parsing import parse
from weightmark.domain.earlier.values import Description, EarlierCodes, EarlierManifest
from weightmark.domain.identifiers import check_name, check_version
from weightmark.domain.manifest import Manifest, Metadata
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import UsageError, ValueFormatError
from weightmark.ports.artifacts import Artifact, Start
from weightmark.ports.earlier import Contents, EarlierKey
from weightmark.services.earlier_files import compare_codes, compare_manifest
from weightmark.services.manifests import ManifestDraft, create_manifest


@dataclass(frozen=True, slots=True)
class ImportTrust:
    """What the caller trusts.

    Attributes:
        key: A public key, if any.
        secret: Gives the shared secret; a person may be asked for it.
        accepts_unsigned: Whether a file that is not signed will do.
    """

    key: EarlierKey | None
    secret: Callable[[], bytes]
    accepts_unsigned: bool = False


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import.

    Attributes:
        data: The file of the earlier tool.
        signature: What lies beside it as its signature; None where nothing does.
        place: The path of the file among the artifact's files; empty if it is elsewhere.
        signature_place: The same of what lies beside it.
        trusted: What the caller trusts.
        artifact: The files, and where the new manifest will be.
        contents: The contents of the same files.
        draft: What the caller says of the release; name and version may be empty.
    """

    data: bytes
    signature: bytes | None
    place: str
    signature_place: str
    trusted: ImportTrust
    artifact: Artifact
    contents: Contents
    draft: ManifestDraft


@dataclass(frozen=True, slots=True)
class Import:
    """What came of it.

    Attributes:
        tool: What wrote the file.
        covered: What the file says besides its files, and is signed.
        uncovered: What the file says, and is not signed.
        verdict: Every check.
        manifest: The release manifest, if the verdict is that all is well.
    """

    tool: str
    covered: Mapping[str, str]
    uncovered: Mapping[str, str]
    verdict: Verdict
    manifest: Manifest | None = None


def import_manifest(request: ImportRequest, start: Start) -> Import:
    """Verify what an earlier tool wrote, and make a release manifest of it.

    Raises:
        ManifestError: The file is malformed, or of no tool that is known.
        UsageError: The key that it needs is not given, or its release has no name or version.
        KeyFileError: The shared secret is not given, and nobody can be asked.
        MissingPathError: The artifact is not there.
        ArtifactError: It holds something that cannot be accepted, or changed while it was read.
        StorageError: What an earlier run left cannot be removed.
    """
    earlier = parse(request.data)  # 1
    match earlier:
        case EarlierManifest():
            return _import_manifest(earlier, request, start)
        case EarlierCodes():
            return _import_codes(earlier, request, start)


def _import_manifest(earlier: EarlierManifest, request: ImportRequest, start: Start) -> Import:
    signed = _signature(earlier, request)  # 2
    if signed.outcome is not Outcome.PASSED:
        earlier = _unsigned(earlier)
    known = Import(earlier.tool, earlier.covered, earlier.uncovered, Verdict((signed,)))
    if not known.verdict.verified:
        return known
    said = earlier.description
    manifest = create_manifest(request.artifact, _completed(request.draft, said), start)  # 3
    found = compare_manifest(earlier, manifest, request.place, _own(earlier, request))  # 4
    return _concluded(known, manifest, found)


def _own(earlier: EarlierManifest, request: ImportRequest) -> set[str]:
    """Return the paths of the tool's own files; what lies beside counts if it is the signature."""
    inside, beside = earlier.signature, request.signature
    is_signature = inside is None or beside in (inside, b64encode(inside))
    return {request.place, request.signature_place} if is_signature else {request.place}


def _unsigned(earlier: EarlierManifest) -> EarlierManifest:
    """Return the same without a signature that would count: nothing is covered."""
    uncovered = {**earlier.covered, **earlier.uncovered}
    return replace(earlier, covered={}, uncovered=uncovered, description=Description())


def _import_codes(earlier: EarlierCodes, request: ImportRequest, start: Start) -> Import:
    secret = request.trusted.secret()  # 2, for each file on its own
    manifest = create_manifest(request.artifact, _completed(request.draft, Description()), start)
    message = "HMAC-SHA256 under a shared secret: whoever can check it can sign"
    shared = Check(8, "signature", Outcome.WARNED, message)
    names = Check(8, "names", Outcome.WARNED, "the signatures cover contents, not the files' names")
    known = Import(earlier.tool, {}, earlier.uncovered, Verdict((shared, names)))
    found = compare_codes(earlier, manifest, request.place, request.contents, secret, start)  # 4
    return _concluded(known, manifest, found)


def _concluded(known: Import, manifest: Manifest, found: tuple[Check, ...]) -> Import:
    unsigned: tuple[Check, ...] = ()
    if known.uncovered:
        message = f"nobody has signed {', '.join(known.uncovered)}: not taken over"
        unsigned = (Check(8, "unsigned", Outcome.WARNED, message),)
    verdict = Verdict((*found, *known.verdict.checks, *unsigned))
    return replace(known, verdict=verdict, manifest=manifest if verdict.verified else None)


def _signature(earlier: EarlierManifest, request: ImportRequest) -> Check:
    signature = request.signature if earlier.signature is None else earlier.signature
    trusted = request.trusted
    if signature is None:
        if trusted.accepts_unsigned:
            return Check(
                8, "signature", Outcome.WARNED, "it is not signed: anybody can have made it"
            )
        message, hint = "it is not signed", "--unsigned imports it all the same"
        return Check(8, "signature", Outcome.FAILED, message, hint)
    if trusted.accepts_unsigned:
        raise UsageError(
            "--unsigned, but the file is signed", hint="name its key: --public-key FILE"
        )
    if trusted.key is None:
        raise UsageError(
            "a signature by a key that nobody vouches for proves nothing",
            hint="name the key that you trust: --public-key FILE",
        )
    return _checked(earlier, signature, trusted.key)


def _checked(earlier: EarlierManifest, signature: bytes, key: EarlierKey) -> Check:
    algorithm, fingerprint = key.identity.algorithm, key.identity.fingerprint
    if algorithm is not earlier.scheme.algorithm:
        problem = f"it says {earlier.scheme.value}, and the trusted key is of {algorithm.label}"
    elif earlier.public_key and not key.holds(earlier.public_key):
        problem = "it carries another key than the trusted one"
    elif not key.verify(earlier.scheme, earlier.message, signature):
        problem = f"it is not signed by the key {fingerprint}, or was altered"
    else:
        message = f"{earlier.scheme.value}, by the key {fingerprint}"
        return Check(8, "signature", Outcome.PASSED, message)
    return Check(8, "signature", Outcome.FAILED, problem)


def _completed(draft: ManifestDraft, said: Description) -> ManifestDraft:
    name, version = draft.name or said.name, draft.version or said.version
    _check_release(name, version)
    metadata = _metadata(draft.metadata, said)
    created_by = draft.created_by or said.created_by
    return replace(draft, name=name, version=version, created_by=created_by, metadata=metadata)


def _check_release(name: str, version: str) -> None:
    missing = [option for option, text in (("--name", name), ("--version", version)) if not text]
    if missing:
        raise UsageError(
            "no signature covers the release's name and version",
            hint=f"give {' and '.join(missing)}",
        )
    try:
        check_name(name)
        check_version(version)
    except ValueFormatError as error:
        hint = error.hint or "--name and --version give others"
        raise ValueFormatError(error.message, hint=hint) from None


def _metadata(given: Metadata, said: Description) -> Metadata:
    return Metadata(
        description=given.description or said.description or UNSET,
        license=given.license,
        framework=given.framework or said.framework or UNSET,
        author=given.author or said.author or UNSET,
        tags=given.tags,
    )

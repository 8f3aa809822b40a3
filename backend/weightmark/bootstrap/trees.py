"""Signing every model of a tree, and verifying them, of what is given and what is configured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application, unix_time
from weightmark.bootstrap.paths import single_file, subject_of
from weightmark.bootstrap.signing import Created, carry_out, configured_signer
from weightmark.bootstrap.trusted_signers import SignerOptions, trusted_signers
from weightmark.domain.models import Models, Selection
from weightmark.domain.times import parse_duration
from weightmark.errors import MissingPathError, UsageError, WeightmarkError
from weightmark.services.signatures.trees import ROOT, Age, TreeVerdict
from weightmark.services.signatures.verify import SignatureRequest

if TYPE_CHECKING:
    from weightmark.ports.artifacts import Start
    from weightmark.ports.signing import Signer


@dataclass(frozen=True, slots=True)
class SignedModel:
    """One model of a tree, and what came of signing it.

    Attributes:
        path: Where it is in the tree.
        result: Its signature, or why there is none.
    """

    path: str
    result: Created | WeightmarkError


def find(directory: Path, selection: Selection) -> Models:
    """Return the models of a tree: at least one.

    Raises:
        MissingPathError: There is no such directory, or no model in it.
        ArtifactError: The tree cannot be accepted.
    """
    from weightmark.adapters.files.model_tree import find_models

    models = find_models(directory, selection)
    if not models.paths:
        raise MissingPathError(
            f"there is no model in '{directory}'",
            hint="a model is a file with a known suffix, or a folder with a config.json or the "
            "like; --include GLOB says what else is one",
        )
    return models


def sign_each(
    application: Application,
    directory: Path,
    models: Models,
    start: Start,
    *,
    replace: bool = False,
    certificates: Sequence[Path] = (),
) -> Iterator[SignedModel]:
    """Sign each model of a tree with the configured key; one that fails does not stop the others.

    Args:
        application: What is configured.
        directory: The tree.
        models: Its models.
        start: Called before the files of each model are read.
        replace: Whether signatures of something else are replaced.
        certificates: Files of certificates: the key's own, and those that vouch for it.

    Raises:
        UsageError: The key has certificates, and its file can carry none.
        KeyFileError: There is no key, or it cannot be used.
        MissingPathError: The key that is named is not there.
    """
    signer = configured_signer(application, certificates)
    for path in models.paths:
        try:
            created = _sign(application, directory / path, path, signer, start, replace=replace)
            yield SignedModel(path, created)
        except UsageError:
            # The command line is wrong for all of them.
            raise
        except WeightmarkError as error:
            yield SignedModel(path, error)


def verify_each(
    application: Application,
    directory: Path,
    models: Models,
    trusted: SignerOptions,
    start: Start,
    *,
    anywhere: bool = False,
) -> TreeVerdict:
    """Verify the signatures of each model of a tree.

    Args:
        application: What is configured.
        directory: The tree.
        models: Its models.
        trusted: Whom the caller trusts.
        start: Called before the files of each model are read.
        anywhere: Whether models may be elsewhere than they were signed.

    Raises:
        UsageError: Nobody is trusted.
        MissingPathError: A key is not there.
        KeyFileError: A key cannot be used.
        ValueFormatError: A fingerprint, an address or the time is malformed.
        ConfigurationError: The configuration comes with a model.
    """
    from weightmark.adapters.signing.public_keys import PublicKeyring
    from weightmark.services.signatures.verify import verify_signatures

    trust, keyring = trusted_signers(application, trusted), PublicKeyring()
    requests = {
        path: SignatureRequest(
            artifact=application.artifacts.download(directory / path),
            trust=trust,
            single_file=single_file(directory / path),
            place=_place(path),
            is_place_optional=anywhere,
        )
        for path in models.paths
    }
    found = {path: verify_signatures(each, keyring, start) for path, each in requests.items()}
    return TreeVerdict(found, models.excluded)


def age_limit(text: str) -> Age | None:
    """Return how old signatures may be, by a duration such as ``90d``; any age for nothing.

    Raises:
        ValueFormatError: It is no duration.
    """
    if not text:
        return None
    now = unix_time()
    oldest = max(now - parse_duration(text), 0)
    return Age(datetime.fromtimestamp(oldest, UTC), datetime.fromtimestamp(now, UTC))


def _sign(
    application: Application, path: Path, place: str, signer: Signer, start: Start, *, replace: bool
) -> Created:
    from weightmark.services.signatures.create import SigningOrder

    order = SigningOrder(
        artifact=application.artifacts.source(path),
        subject=subject_of(path),
        created=application.creation_time(),
        single_file=single_file(path),
        anew=replace,
        place=_place(place),
    )
    return carry_out(order, signer, path, start)


def _place(path: str) -> str:
    """Return what a model is called by its path; the tree itself is called as on its own."""
    return "" if path == ROOT else path

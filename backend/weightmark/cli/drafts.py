"""The options that describe a release, for the commands that make a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from msgspec import UNSET

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.manifests import ReleaseKeys, ReleaseOptions
from weightmark.cli.options import PATH, combined, digest, own_certificates
from weightmark.domain.documents import hex_text
from weightmark.domain.manifest import Metadata
from weightmark.errors import ManifestError
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST

_publisher = click.option(
    "--publisher", metavar="ADDRESS", help="The publisher.  [default: the key's address]"
)
_described = combined(
    click.option(
        "--ignore", multiple=True, metavar="GLOB", help="Leave out files that match; repeatable."
    ),
    click.option("--description", default="", help="What the model is."),
    click.option("--license", "license_name", default="", help="Its licence."),
    click.option("--framework", default="", help="What it was made with."),
    click.option("--author", default="", help="Who made it."),
    click.option("--tag", multiple=True, help="A tag; repeatable."),
    click.option("--created-by", default="", help="Free text: a person, a pipeline, a commit."),
    click.option(
        "--out",
        metavar="FILE",
        type=PATH,
        help="Write the manifest there.  [default: beside the files]",
    ),
)

_signers = combined(
    click.option(
        "--sign-key",
        "sign_keys",
        metavar="KEY",
        multiple=True,
        help="A key that signs the release, and that its manifest names: its name, its file, or a "
        "token's URI; repeatable.",
    ),
    own_certificates,
    click.option(
        "--signer",
        "signers",
        metavar="P",
        multiple=True,
        help="A public key that the manifest names as well: its holder signs elsewhere; "
        "repeatable.",
    ),
)
options = combined(
    click.option("--name", required=True, metavar="N", help="The model's name: acme/digits"),
    click.option("--version", required=True, metavar="V", help="The release's version: 1.0.0"),
    _publisher,
    digest,
    _signers,
    _described,
)
# Of a release whose description somebody has signed already, and its digests with it.
overriding = combined(
    click.option("--name", default="", metavar="N", help="The model's name.  [default: as signed]"),
    click.option("--version", default="", metavar="V", help="Its version.  [default: as signed]"),
    _publisher,
    _described,
)


def read_evidence(application: Application, path: Path) -> Evidence:
    """Read a manifest file, or the manifest beside an artifact.

    Raises:
        MissingPathError: There is none.
        ManifestError: It is malformed.
    """
    # os.path, for Path raises what the system says of a name that is too long.
    beside = f"{path}.{MANIFEST}"
    if os.path.isfile(path) and not os.path.exists(beside):  # noqa: PTH110, PTH113
        try:
            return Evidence.read(application.artifacts.manifest_alone(path))
        except ManifestError as error:
            raise ManifestError(f"'{path}' is no manifest: {error.message}") from None
    return Evidence.read(application.artifacts.download(path))


def summary(evidence: Evidence, path: str) -> dict[str, object]:
    """Return what is shown of a manifest that was written."""
    manifest = evidence.manifest
    return {
        "manifest": path,
        "manifest_hash": hex_text(evidence.manifest_hash),
        "artifact_root": manifest.artifact_root,
        "files": len(manifest.files),
        "size": manifest.size,
    }


def flattened(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the members of a manifest as names and texts, those of its members among them."""
    for name, value in fields.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            yield from ((f"{label} {inner}", text) for inner, text in flattened(value))
        elif isinstance(value, list | tuple):
            yield label, ", ".join(map(_in_one_line, value))
        else:
            yield label, str(value)


def _in_one_line(item: object) -> str:
    return " ".join(map(str, item.values())) if isinstance(item, dict) else str(item)


def said_in(given: Mapping[str, Any]) -> ReleaseOptions:
    """Return what the options say of a release."""
    return ReleaseOptions(
        name=given["name"],
        version=given["version"],
        publisher=given["publisher"],
        created_by=given["created_by"],
        metadata=Metadata(
            description=given["description"] or UNSET,
            license=given["license_name"] or UNSET,
            framework=given["framework"] or UNSET,
            author=given["author"] or UNSET,
            tags=given["tag"] or UNSET,
        ),
        ignores=given["ignore"],
    )


def keys_in(given: Mapping[str, Any]) -> ReleaseKeys:
    """Return who signs a release, by the options."""
    return ReleaseKeys(given["sign_keys"], given["certificates"], given["signers"])

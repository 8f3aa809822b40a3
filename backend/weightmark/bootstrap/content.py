"""What writes artifacts as CAR files, and reads them out of those."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.artifacts import outside
from weightmark.domain.ipfs.profiles import Profile
from weightmark.ports.artifacts import Start
from weightmark.services.content import Addressed, Imported


def export_car(
    application: Application,
    path: Path,
    profile: Profile,
    out: Path,
    start: Start,
    ignores: Collection[str],
) -> Addressed:
    """Write the artifact at a path as a CAR file; see `services.content.export_car`.

    Raises:
        ArtifactError: The CAR file would be among the artifact's files.
    """
    from weightmark.adapters.ipfs.destination import LocalDestination
    from weightmark.services.content import export_car

    destination = LocalDestination(outside(out, path, ""))
    artifact = application.artifacts.addressable(path)
    return export_car(artifact, profile, destination, start, ignores)


def import_car(file: Path, out: Path, start: Start) -> Imported:
    """Write the files of a CAR file; see `services.content.import_car`."""
    from weightmark.adapters.ipfs.car_file import open_car
    from weightmark.adapters.ipfs.destination import LocalDestination
    from weightmark.services.content import import_car

    with open_car(file) as blocks:
        return import_car(blocks, LocalDestination(out), start)

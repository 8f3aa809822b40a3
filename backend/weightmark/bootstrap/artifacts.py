"""The artifacts that commands work on: a publisher's own files, or those that somebody sent."""

from __future__ import annotations

from os.path import isfile, realpath
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.bootstrap.settings import Settings
from weightmark.errors import ArtifactError
from weightmark.services.sidecars import MANIFEST

if TYPE_CHECKING:
    from weightmark.adapters.files.local_artifact import LocalArtifact
    from weightmark.ports.artifacts import Artifact
    from weightmark.ports.content import Addressable, Publishable
    from weightmark.ports.earlier import Contents


class Artifacts:
    """Opens artifacts on this machine, and refuses a configuration that comes with one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def source(self, path: Path, manifest: Path | None = None) -> Publishable:
        """Return files that are one's own, to be published.

        Digests of those that did not change come from the cache.

        Args:
            path: A directory or a file.
            manifest: Where their manifest is, if it is not beside them.

        Raises:
            ConfigurationError: The configuration lies inside the artifact.
            ArtifactError: The manifest's place is among the artifact's files.
        """
        from weightmark.adapters.files.digest_cache import DigestCache
        from weightmark.adapters.files.local_artifact import LocalArtifact

        self._settings.refuse_files_inside(path)
        cache = DigestCache(self._settings.data_dir / "digests.sqlite3")
        locks = self._settings.data_dir / "locks"
        return _with_manifest(LocalArtifact(path, cache=cache, locks=locks), path, manifest)

    def download(self, path: Path, manifest: Path | None = None) -> Artifact:
        """Return files that may be anybody's. All of them are read.

        Args:
            path: A directory or a file.
            manifest: Where their manifest is, if it is not beside them.

        Raises:
            ConfigurationError: The configuration comes with the artifact.
            ArtifactError: The manifest's place is among the artifact's files.
        """
        return _with_manifest(self._downloaded(path), path, manifest)

    def download_with_contents(
        self, path: Path, manifest: Path | None = None
    ) -> tuple[Artifact, Contents]:
        """Return files that may be anybody's, and get a manifest; and what reads their contents.

        Args:
            path: A directory or a file.
            manifest: Where their manifest is, if it is not beside them.

        Raises:
            ConfigurationError: The configuration comes with the artifact.
            ArtifactError: The manifest's place is among the artifact's files.
        """
        artifact = self._downloaded(path, self._settings.data_dir / "locks")
        return _with_manifest(artifact, path, manifest), artifact

    def addressable(self, path: Path) -> Addressable:
        """Return files that may be anybody's, to be addressed.

        Args:
            path: A directory or a file.

        Raises:
            ConfigurationError: The configuration comes with the artifact.
        """
        return self._downloaded(path)

    def manifest_alone(self, path: Path) -> Artifact:
        """Return an artifact of whose manifest only is known where it is."""
        from weightmark.adapters.files.local_artifact import LocalArtifact
        from weightmark.adapters.files.manifest_elsewhere import ManifestElsewhere

        return ManifestElsewhere(LocalArtifact(path.parent), MANIFEST, path)

    def _downloaded(self, path: Path, locks: Path | None = None) -> LocalArtifact:
        from weightmark.adapters.files.local_artifact import LocalArtifact

        # What lies beside a single file may have come with it.
        is_file = isfile(path)  # noqa: PTH113 - Path's own raises where a name is too long
        self._settings.refuse_files_inside(path.parent if is_file else path)
        return LocalArtifact(path, locks=locks)


def _with_manifest(artifact: Publishable, path: Path, manifest: Path | None) -> Publishable:
    from weightmark.adapters.files.manifest_elsewhere import ManifestElsewhere

    if manifest is None:
        return artifact
    return ManifestElsewhere(artifact, MANIFEST, outside(manifest, path))


def outside(file: Path, artifact: Path, sidecar: str = MANIFEST) -> Path:
    """Return the place of a file that is to be written, if it is not among an artifact's files.

    Args:
        file: Where it is to be.
        artifact: Where the artifact is.
        sidecar: What the file is called where it may lie beside the files.

    Raises:
        ArtifactError: It is.
    """
    place, files = (Path(realpath(path)) for path in (file, artifact))
    if place.is_relative_to(files) and place != files / sidecar:
        raise ArtifactError(
            f"{file} lies inside the artifact, and would become a part of it",
            hint="choose a place outside of it",
        )
    return file

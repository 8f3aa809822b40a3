"""Which symbolic links an artifact may hold.

A link is followed if what it leads to lies inside the artifact, or is a file in the blob store of
the Hugging Face cache in which the artifact itself lies: such a cache keeps an artifact at
``models--<owner>--<name>/snapshots/<revision>/`` as links into
``models--<owner>--<name>/blobs/`` (huggingface_hub, `file_download.py`). Any other is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from weightmark.domain.text import printable
from weightmark.errors import ArtifactError

_CACHED_KINDS = (b"models--", b"datasets--")


@dataclass(frozen=True, slots=True)
class LinkRules:
    """The rules for one artifact.

    Attributes:
        root: The real directory of the artifact; None if no link may stay inside.
        blobs: The real directory of its blob store, if it lies in a cache.
    """

    root: bytes | None
    blobs: bytes | None

    @classmethod
    def for_directory(cls, root: bytes) -> LinkRules:
        """Return the rules for an artifact at the real directory ``root``."""
        return cls(root, _blob_store(root))

    @classmethod
    def for_single_file(cls, directory: bytes) -> LinkRules:
        """Return the rules for one file, or a sidecar, in the real directory ``directory``."""
        return cls(None, _blob_store(directory))

    def resolve(self, link: bytes, path: str) -> bytes:
        """Return the real location that a link leads to.

        Args:
            link: Where the link is.
            path: How an error names it.

        Raises:
            ArtifactError: The link is broken, goes in a circle, or leads elsewhere.
        """
        try:
            target = os.path.realpath(link, strict=True)
        except OSError as error:
            raise _refused(link, path, f"which cannot be followed: {error.strerror}") from None
        if self._allows(target):
            return target
        raise _refused(link, path, "which is outside the artifact")

    def _allows(self, target: bytes) -> bool:
        if self.blobs is not None and os.path.dirname(target) == self.blobs:  # noqa: PTH120
            return os.path.isfile(target)  # noqa: PTH113
        return self.root is not None and (
            target == self.root or target.startswith(self.root.rstrip(b"/") + b"/")
        )


def _blob_store(directory: bytes) -> bytes | None:
    parts = directory.split(b"/")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index] == b"snapshots" and parts[index - 1].startswith(_CACHED_KINDS):
            return b"/".join((*parts[:index], b"blobs"))
    return None


def _refused(link: bytes, path: str, reason: str) -> ArtifactError:
    target = printable(os.fsdecode(os.readlink(link)))  # noqa: PTH115
    return ArtifactError(
        f"the link '{printable(path)}' leads to '{target}', {reason}",
        hint="replace the link by the file itself",
    )

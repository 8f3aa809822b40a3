"""What `hf download --local-dir` leaves in a directory, recognised by name and by content.

The forms are those of huggingface_hub's `_local_folder.py`, up to 2.4. Whatever else lies under
``.cache/huggingface/`` is part of the artifact, so that nothing can hide there.
"""

from __future__ import annotations

import re

from weightmark.adapters.files.reading import read_at_most
from weightmark.errors import ArtifactError

PREFIX = ".cache/huggingface/"
_MAX_SIZE = 1024

# A path below the prefix, and the content that a file there must have.
_FORMS = (
    (re.compile(r"\.gitignore"), re.compile(rb"\*")),
    (
        re.compile(r"CACHEDIR\.TAG"),
        re.compile(rb"Signature: 8a477f597d28d172789f06886806bc55\n(#[\t\x20-\x7e]*\n)*"),
    ),
    (re.compile(r"\.gitignore\.lock|download/.+\.lock"), re.compile(rb"")),
    # The commit, the ETag (the file's git hash or sha256) and the time in seconds since 1970.
    (
        re.compile(r"download/.+\.metadata"),
        re.compile(rb"[0-9a-f]{40}\n([0-9a-f]{40}|[0-9a-f]{64})\n[0-9]{1,12}(\.[0-9]{1,12})?\n"),
    ),
)


def is_leftover(path: str, location: bytes) -> bool:
    """Say whether a file is one of those, and not part of the artifact.

    Args:
        path: The file's path in the artifact.
        location: Where it is.
    """
    if not path.startswith(PREFIX):
        return False
    name = path[len(PREFIX) :]
    form = next((content for names, content in _FORMS if names.fullmatch(name)), None)
    if form is None:
        return False
    try:
        return form.fullmatch(read_at_most(location, _MAX_SIZE, path)) is not None
    except (ArtifactError, FileNotFoundError):
        return False

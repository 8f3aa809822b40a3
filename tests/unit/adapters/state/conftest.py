"""What the tests of local state share."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.state.keys import KeyFolder

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a generated key, ``one.json``; to make or open one takes a second."""
    folder = tmp_path_factory.mktemp("keys")
    return KeyFolder(folder).add("one", PrivateKey.generate(), PASSWORD).path

"""Where anvil is.

What npm puts on PATH is a script around the program, which ends with 0 whatever happens, and leaves
the program running when it is killed itself. So the program beside it is what we start.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from weightmark.errors import MissingExtraError

ANVIL_VARIABLE = "ANVIL"

_CHECKOUT = Path(__file__).parents[4]
_HINT = (
    "install it: npm install --global @foundry-rs/anvil (in a checkout: npm ci); "
    f"or name the program with the variable {ANVIL_VARIABLE}"
)


def find_anvil(environment: Mapping[str, str], checkout: Path = _CHECKOUT) -> Path:
    """Return the program: the one that a variable names, that of PATH, or the checkout's.

    Raises:
        MissingExtraError: There is none, or none where the variable says.
    """
    if named := environment.get(ANVIL_VARIABLE, ""):
        found = shutil.which(named, path="")
        missing = f"there is no program at {named}, which the variable {ANVIL_VARIABLE} names"
    else:
        on_path = shutil.which("anvil", path=environment.get("PATH", ""))
        found = on_path or shutil.which(checkout / "node_modules/.bin/anvil")
        missing = "anvil, the program of the local node, is not installed"
    program = next(_programs(Path(found)), None) if found else None
    if program is None:
        raise MissingExtraError(missing, hint=_HINT)
    return program


def _programs(found: Path) -> Iterator[Path]:
    real = found.resolve()
    if real.suffix != ".mjs":
        yield real
        return
    # npm installs the packages of platforms that are not this one's nowhere.
    package = real.parent
    for scope in (package.parent, package / "node_modules/@foundry-rs"):
        for program in scope.glob("anvil-*-*/bin/anvil"):
            if os.access(program, os.X_OK):
                yield program

"""Runs ``weightmark``, and kills it without warning at one step.

``python killing.py STEP ARGUMENT…`` ends by SIGKILL at ``STEP``: the name of a step, then
``:before`` or ``:after``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

# Each step of a publish that leaves something behind: where its function is. The two of the chain
# are within the transaction of its file; what follows them is its end, and the next step.
STEPS = {
    "make-key": ("weightmark.adapters.state.keys", "write_private"),
    "write-manifest": ("weightmark.adapters.files.local_artifact", "LocalArtifact.write_sidecar"),
    "replace-manifest": ("weightmark.adapters.files.sidecars", "os.replace"),
    "deploy": ("weightmark.adapters.chain.embedded.machine", "Machine.deploy"),
    "register": ("weightmark.adapters.chain.embedded.machine", "Machine.send"),
    "remember": ("weightmark.adapters.state.records", "SqliteRecords.remember"),
    "trust": ("weightmark.adapters.state.trust_file", "TrustFile.add"),
}
# And of one that is signed: after the manifest, and before the chain.
SIGNING_STEPS = {"write-signatures": ("weightmark.services.placing", "_write_signatures")}
# And of one that pins.
PINNING_STEPS = {
    "copy": ("weightmark.adapters.files.local_artifact", "LocalArtifact.copy"),
    "pin": ("weightmark.adapters.ipfs.additions", "StoreAdditions.pin"),
    "keep": ("weightmark.services.pinning", "Keeping.keep"),
}


def kill() -> None:
    """End this process as a power cut would: nothing is flushed, closed or undone."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(function: Callable[..., Any], moment: str) -> Callable[..., Any]:
    """Return a function that ends the process before or after it does its work."""

    def step(*arguments: Any, **options: Any) -> Any:
        if moment == "before":
            kill()
        function(*arguments, **options)
        kill()

    return step


def arm(step: str, moment: str) -> None:
    """Put the end in its place."""
    module, path = (STEPS | SIGNING_STEPS | PINNING_STEPS)[step]
    *holders, name = path.split(".")
    holder: Any = import_module(module)
    for each in holders:
        holder = getattr(holder, each)
    setattr(holder, name, killed_at(getattr(holder, name), moment))


if __name__ == "__main__":
    from weightmark.cli.main import run

    arm(*sys.argv[1].split(":"))
    sys.exit(run(sys.argv[2:]))

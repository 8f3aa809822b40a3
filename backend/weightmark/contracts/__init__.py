"""The contracts as they were compiled: what is deployed, and what a client compares with.

``scripts/build-contracts`` writes the JSON files beside this module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

ContractName = Literal["Attestations", "BatchAnchors", "ModelRegistry"]
CONTRACT_NAMES: tuple[ContractName, ...] = get_args(ContractName)


@dataclass(frozen=True, slots=True)
class ContractArtifact:
    """One compiled contract.

    Attributes:
        abi: The interface, as the compiler describes it.
        bytecode: What a deployment sends; it takes no arguments.
        runtime_code: What a deployment leaves on chain, on every chain the same.
        code_hash: keccak256 of ``runtime_code``: a contract with another one is refused.
    """

    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    runtime_code: bytes
    code_hash: bytes


@cache
def load(name: ContractName) -> ContractArtifact:
    """Return the packaged artifact of the contract ``name``."""
    document = json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return ContractArtifact(
        abi=tuple(document["abi"]),
        bytecode=_unhex(document["bytecode"]),
        runtime_code=_unhex(document["deployedBytecode"]),
        code_hash=_unhex(document["codeHash"]),
    )


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))

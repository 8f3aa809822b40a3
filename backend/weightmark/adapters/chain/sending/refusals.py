"""Why a node does not take a transaction.

JSON-RPC has no codes for it: nodes say it in words. These are the words of geth (core/txpool and
core/error.go), reth and anvil, Nethermind, Erigon and Besu, in lower case and without underscores.
"""

from __future__ import annotations

import re
from enum import Enum

from weightmark.adapters.chain.json_rpc import Refusal


class Reason(Enum):
    """What a refusal comes down to."""

    KNOWN = "the node has this very transaction"
    NONCE_MINED = "a transaction that is in a block has its nonce: another one, or this"
    NONCE_PENDING = "another transaction that waits has its nonce"
    UNDERPRICED = "it offers too little"
    OTHER = "what its words are not known to mean"


_WORDS = {
    Reason.KNOWN: r"already ?known|known transaction|already imported|already exists",
    Reason.NONCE_MINED: r"nonce ?(is )?too ?low|nonce has already been used|old ?nonce",
    Reason.NONCE_PENDING: r"replacement",
    Reason.UNDERPRICED: r"underpriced|fee ?too ?low|less than block base fee|below .*base fee"
    r"|lower than .*base fee|gas price (is )?(too low|below)|tip .*(low|below)",
}


def reason_of(refusal: Refusal) -> Reason:
    """Return what a node means."""
    said = refusal.message.lower().replace("_", " ")
    found = (reason for reason, words in _WORDS.items() if re.search(words, said))
    return next(found, Reason.OTHER)

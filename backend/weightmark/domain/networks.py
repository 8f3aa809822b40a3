"""The chains that Weightmark knows by name.

Chain ids of public networks are those of the EIP-155 registry (https://chainid.network).
"""

from __future__ import annotations

from dataclasses import dataclass

# The bytes "WMK": no public chain has this id.
EMBEDDED_CHAIN_ID = 0x574D4B
ANVIL_CHAIN_ID = 31337

# What fees are paid in, where it is not ether; of other chains than the known ones we cannot tell.
_OTHER_COINS = {137: "POL", 80002: "POL"}
UNKNOWN_COIN = "coins"


@dataclass(frozen=True, slots=True)
class Network:
    """A chain, and how to reach it.

    Attributes:
        name: What users call it.
        chain_id: Its EIP-155 id.
        rpc_url: Its JSON-RPC endpoint, or empty where there is none by default.
    """

    name: str
    chain_id: int
    rpc_url: str = ""

    @property
    def is_embedded(self) -> bool:
        """Whether the chain is a file on this machine."""
        return self.chain_id == EMBEDDED_CHAIN_ID

    @property
    def is_local(self) -> bool:
        """Whether the newest block counts as final, because the chain proves nothing to others."""
        return self.chain_id in (EMBEDDED_CHAIN_ID, ANVIL_CHAIN_ID)

    @property
    def coin(self) -> str:
        """What its native coin is called, of which 10**18 wei are one."""
        known = {each.chain_id for each in BUILT_IN}
        usual = "ETH" if self.chain_id in known else UNKNOWN_COIN
        return _OTHER_COINS.get(self.chain_id, usual)


LOCAL = Network("local", EMBEDDED_CHAIN_ID)

BUILT_IN = (
    LOCAL,
    Network("anvil", ANVIL_CHAIN_ID, "http://127.0.0.1:8545"),
    Network("ethereum", 1),
    Network("sepolia", 11155111),
    Network("base", 8453),
    Network("base-sepolia", 84532),
    Network("optimism", 10),
    Network("arbitrum", 42161),
    Network("polygon", 137),
    Network("polygon-amoy", 80002),
)

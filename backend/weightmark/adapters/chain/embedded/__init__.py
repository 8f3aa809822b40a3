"""The embedded chain: an EVM whose whole state is one SQLite file of this machine."""

from weightmark.adapters.chain.embedded.reader import EmbeddedChainReader
from weightmark.adapters.chain.embedded.writer import EmbeddedChainWriter

__all__ = ["EmbeddedChainReader", "EmbeddedChainWriter"]

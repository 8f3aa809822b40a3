"""The part of Protocol Buffers that dag-pb and UnixFS are made of: varints and byte strings.

Source: https://protobuf.dev/programming-guides/encoding, and https://github.com/multiformats/unsigned-varint.
"""

from __future__ import annotations

from collections.abc import Iterator

from weightmark.errors import ContentError

# As unsigned-varint bounds it: nine bytes hold 63 bits.
MAX_VARINT_SIZE = 9

_VARINT, _BYTES = 0, 2


def varint(number: int) -> bytes:
    """Return a number that is not negative in groups of seven bits, the lowest first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def read_varint(data: bytes, start: int = 0) -> tuple[int, int]:
    """Return the number at a place, and where it ends.

    Raises:
        ContentError: It does not end, is longer than nine bytes, or longer than it needs to be.
    """
    number = 0
    for index, byte in enumerate(data[start : start + MAX_VARINT_SIZE]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if byte or not index:
                return number, start + index + 1
            break
    raise ContentError("a number in a block is malformed")


def field(number: int, value: int | bytes) -> bytes:
    """Return one field of a message."""
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value)
    return varint(number << 3 | _BYTES) + varint(len(value)) + value


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give number and value of each field.

    Raises:
        ContentError: The message is malformed, or has a field that is neither of our two types.
    """
    place = 0
    while place < len(message):
        key, place = read_varint(message, place)
        value, place = read_varint(message, place)
        if key & 7 == _VARINT:
            yield key >> 3, value
            continue
        if key & 7 != _BYTES or value > len(message) - place:
            raise ContentError("a field in a block is malformed")
        yield key >> 3, message[place : place + value]
        place += value

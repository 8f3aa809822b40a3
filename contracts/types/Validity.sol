// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Authorities and signing keys keep their validity at the same place: the first second (40
/// bits from bit 160) and the second at which it is over (40 bits from bit 200).
uint256 constant FROM_OFFSET = 160;
uint256 constant UNTIL_OFFSET = 200;
uint256 constant KIND_OFFSET = 240;

/// @dev An end that no block reaches.
uint40 constant FOREVER = type(uint40).max;

function validFrom(uint256 word) pure returns (uint40) {
    return uint40(word >> FROM_OFFSET);
}

function validUntil(uint256 word) pure returns (uint40) {
    return uint40(word >> UNTIL_OFFSET);
}

function kind(uint256 word) pure returns (uint8) {
    return uint8(word >> KIND_OFFSET);
}

function packValidity(uint40 from, uint40 until, uint8 kindNumber) pure returns (uint256) {
    return (uint256(from) << FROM_OFFSET) | (uint256(until) << UNTIL_OFFSET)
        | (uint256(kindNumber) << KIND_OFFSET);
}

function replaceUntil(uint256 word, uint40 until) pure returns (uint256) {
    return word & ~((uint256(FOREVER) << UNTIL_OFFSET)) | (uint256(until) << UNTIL_OFFSET);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice State of one batch, in bits from the low end: time of anchoring in seconds (40), zero
/// (216). Zero: nothing there.
/// @dev Nothing else is of use to a proof: who anchored is no authority, and a block's number does
/// not mean the same on every chain.
type BatchWord is uint256;

using {anchoredAt, isEmpty} for BatchWord global;

function newBatch(uint40 time) pure returns (BatchWord) {
    return BatchWord.wrap(time);
}

function anchoredAt(BatchWord word) pure returns (uint40) {
    return uint40(BatchWord.unwrap(word));
}

function isEmpty(BatchWord word) pure returns (bool) {
    return BatchWord.unwrap(word) == 0;
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseId} from "./Identifiers.sol";

/// @notice The newest state of one model, in bits from the low end: a hash chain over all of its
/// releases (216), the newest sequence number (40). Zero: no release yet.
type HeadWord is uint256;

uint256 constant HEAD_SEQUENCE_OFFSET = 216;
uint256 constant CHAIN_HASH_SHIFT = 40;

using {sequence, next} for HeadWord global;

function sequence(HeadWord head) pure returns (uint40) {
    return uint40(HeadWord.unwrap(head) >> HEAD_SEQUENCE_OFFSET);
}

/// @dev Returns the head after one more release: a gap or another order gives another chain hash.
function next(HeadWord head, ReleaseId releaseId, bytes32 commitment) pure returns (HeadWord) {
    bytes32 linked = keccak256(abi.encode(head, releaseId, commitment));
    return HeadWord.wrap(
        (uint256(sequence(head) + 1) << HEAD_SEQUENCE_OFFSET)
            | (uint256(linked) >> CHAIN_HASH_SHIFT)
    );
}

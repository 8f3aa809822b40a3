// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice State of one attestation, in bits from the low end: time of attestation in seconds (40),
/// time of withdrawal in seconds (40; 0: not withdrawn), zero (176). Zero: nothing there.
type AttestationWord is uint256;

uint256 constant WITHDRAWN_AT_OFFSET = 40;

using {attestedAt, withdrawnAt, isEmpty, withdrawn} for AttestationWord global;

function newAttestation(uint40 time) pure returns (AttestationWord) {
    return AttestationWord.wrap(time);
}

/// @dev Returns the word with its time of withdrawal; a word that has one is not given another.
function withdrawn(AttestationWord word, uint40 time) pure returns (AttestationWord) {
    return
        AttestationWord.wrap(AttestationWord.unwrap(word) | (uint256(time) << WITHDRAWN_AT_OFFSET));
}

function attestedAt(AttestationWord word) pure returns (uint40) {
    return uint40(AttestationWord.unwrap(word));
}

function withdrawnAt(AttestationWord word) pure returns (uint40) {
    return uint40(AttestationWord.unwrap(word) >> WITHDRAWN_AT_OFFSET);
}

function isEmpty(AttestationWord word) pure returns (bool) {
    return AttestationWord.unwrap(word) == 0;
}

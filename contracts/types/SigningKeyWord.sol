// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {kind, packValidity, replaceUntil, validFrom, validUntil} from "./Validity.sol";

/// @notice A key with which a publisher signs artifacts, in bits from the low end: zero (160), first
/// second of its validity (40), the second at which it is over (40), algorithm (8). Zero: nothing
/// there. Algorithms: 1 ecdsa-p256-sha256, 2 ecdsa-p384-sha384, 3 ecdsa-p521-sha512, 4 ed25519,
/// 5 rsa-pss-sha256, 6 ethereum; the contract requires only that the number is not 0.
type SigningKeyWord is uint256;

using {from, until, algorithm, isEmpty, ending} for SigningKeyWord global;

function newSigningKey(uint40 since, uint40 end, uint8 algorithmNumber)
    pure
    returns (SigningKeyWord)
{
    return SigningKeyWord.wrap(packValidity(since, end, algorithmNumber));
}

function ending(SigningKeyWord word, uint40 end) pure returns (SigningKeyWord) {
    return SigningKeyWord.wrap(replaceUntil(SigningKeyWord.unwrap(word), end));
}

/// @dev For callers: the registry itself only writes it.
// slither-disable-next-line dead-code
function from(SigningKeyWord word) pure returns (uint40) {
    return validFrom(SigningKeyWord.unwrap(word));
}

function until(SigningKeyWord word) pure returns (uint40) {
    return validUntil(SigningKeyWord.unwrap(word));
}

/// @dev For callers: the registry itself only writes it.
// slither-disable-next-line dead-code
function algorithm(SigningKeyWord word) pure returns (uint8) {
    return kind(SigningKeyWord.unwrap(word));
}

function isEmpty(SigningKeyWord word) pure returns (bool) {
    return SigningKeyWord.unwrap(word) == 0;
}

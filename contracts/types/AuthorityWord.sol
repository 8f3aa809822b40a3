// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {FOREVER, kind, packValidity, replaceUntil, validFrom, validUntil} from "./Validity.sol";

/// @notice An account that may act for a publisher, in bits from the low end: account (160), first
/// second of its validity (40), the second at which it is over (40), role (8). Zero: nothing there.
type AuthorityWord is uint256;

/// @dev Registers, revokes, and manages authorities and signing keys.
uint8 constant ROLE_OWNER = 1;
/// @dev Registers only.
uint8 constant ROLE_DELEGATE = 2;

using {account, from, until, role, isEmpty, isValidAt, ending} for AuthorityWord global;

function newAuthority(address who, uint40 since, uint40 end, uint8 roleNumber)
    pure
    returns (AuthorityWord)
{
    return AuthorityWord.wrap(uint256(uint160(who)) | packValidity(since, end, roleNumber));
}

/// @dev What index 0 says until it is written: the identity itself is an owner, always.
function identityAuthority(address publisher) pure returns (AuthorityWord) {
    return newAuthority(publisher, 0, FOREVER, ROLE_OWNER);
}

function ending(AuthorityWord word, uint40 end) pure returns (AuthorityWord) {
    return AuthorityWord.wrap(replaceUntil(AuthorityWord.unwrap(word), end));
}

function account(AuthorityWord word) pure returns (address) {
    return address(uint160(AuthorityWord.unwrap(word)));
}

function from(AuthorityWord word) pure returns (uint40) {
    return validFrom(AuthorityWord.unwrap(word));
}

function until(AuthorityWord word) pure returns (uint40) {
    return validUntil(AuthorityWord.unwrap(word));
}

function role(AuthorityWord word) pure returns (uint8) {
    return kind(AuthorityWord.unwrap(word));
}

function isEmpty(AuthorityWord word) pure returns (bool) {
    return AuthorityWord.unwrap(word) == 0;
}

function isValidAt(AuthorityWord word, uint256 time) pure returns (bool) {
    return from(word) <= time && time < until(word);
}

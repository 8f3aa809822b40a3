// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBatchAnchors} from "contracts/interfaces/IBatchAnchors.sol";
import {BatchWord} from "contracts/types/BatchWord.sol";

import {BaseTest} from "./BaseTest.sol";

/// @dev What every test of the anchors starts from: one batch that is not anchored yet.
abstract contract BatchAnchorsTest is BaseTest {
    bytes32 internal constant ROOT = keccak256("root of a batch");
    bytes internal constant CID = abi.encodePacked(hex"01551220", keccak256("items of a batch"));

    IBatchAnchors internal anchors;

    function setUp() public virtual override {
        super.setUp();
        anchors = IBatchAnchors(deploy("BatchAnchors.sol"));
    }

    function raw(BatchWord word) internal pure returns (uint256) {
        return BatchWord.unwrap(word);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BatchAnchorsTest} from "./utils/BatchAnchorsTest.sol";

/// @dev Verifiers read storage words and never call the
/// contract: the slot and the bits are written out once more here, from the documentation.
contract BatchTest is BatchAnchorsTest {
    function testFuzz_WhenTheRootIsNotAnchored(bytes32 root) public {
        vm.assume(root != ROOT);
        anchors.anchor(ROOT, CID);
        vm.assertEq(raw(anchors.batch(root)), 0);
    }

    function testFuzz_WhenTheRootIsAnchored(bytes32 root, uint40 time) public {
        vm.assume(root != 0 && time != 0);
        vm.warp(time);
        anchors.anchor(root, CID);
        vm.assertEq(raw(anchors.batch(root)), time);
    }

    function testFuzz_IsTheWordAtSlot0(bytes32 root, uint40 time) public {
        vm.assume(root != 0 && time != 0);
        bytes32 slot = keccak256(abi.encode(root, uint256(0)));
        vm.assertEq(vm.load(address(anchors), slot), 0);
        vm.warp(time);
        anchors.anchor(root, CID);
        vm.assertEq(uint256(vm.load(address(anchors), slot)), time);
        vm.assertEq(raw(anchors.batch(root)), time);
    }
}

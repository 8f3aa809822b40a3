// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBatchAnchors} from "contracts/interfaces/IBatchAnchors.sol";
import {IContentAddressed} from "contracts/interfaces/IContentAddressed.sol";
import {newBatch} from "contracts/types/BatchWord.sol";

import {BatchAnchorsTest} from "./utils/BatchAnchorsTest.sol";

contract AnchorTest is BatchAnchorsTest {
    function test_WhenTheRootIsZero() public {
        expectRevert(IBatchAnchors.InvalidRoot.selector, 0);
        anchors.anchor(0, CID);
    }

    function testFuzz_WhenTheCidIsTooLong(uint8 more) public {
        uint256 length = 65 + uint256(more);
        expectRevert(IContentAddressed.InvalidCidLength.selector, length);
        anchors.anchor(ROOT, new bytes(length));
    }

    function testFuzz_WhenTheRootIsAnchoredAlready(uint32 later, address sender, uint8 length)
        public
    {
        anchors.anchor(ROOT, CID);
        vm.warp(START + uint256(later));
        expectRevert(IBatchAnchors.AlreadyAnchored.selector, uint256(ROOT), START);
        vm.prank(sender);
        anchors.anchor(ROOT, new bytes(length % 65));
    }

    function testFuzz_WritesTheTimeOfTheBlock(bytes32 root, uint40 time, address sender) public {
        vm.assume(root != 0 && time != 0);
        vm.warp(time);
        vm.prank(sender);
        anchors.anchor(root, CID);
        vm.assertEq(anchors.batch(root).anchoredAt(), time);
    }

    function testFuzz_EmitsBatchAnchored(bytes32 root, bytes32 filling, uint8 length) public {
        vm.assume(root != 0);
        bytes memory cid = _cid(filling, length % 65);
        vm.expectEmit(address(anchors));
        emit IBatchAnchors.BatchAnchored(root, newBatch(START), cid);
        anchors.anchor(root, cid);
    }

    function test_TakesACidOf64Bytes() public {
        anchors.anchor(ROOT, new bytes(64));
        vm.assertEq(anchors.batch(ROOT).anchoredAt(), START);
    }

    function testFuzz_LeavesOtherBatchesAsTheyAre(bytes32 one, bytes32 another) public {
        vm.assume(one != 0 && another != 0 && one != another);
        anchors.anchor(one, CID);
        vm.warp(START + 1);
        anchors.anchor(another, CID);
        vm.assertEq(anchors.batch(one).anchoredAt(), START);
        vm.assertEq(anchors.batch(another).anchoredAt(), START + 1);
    }

    function test_TakesNoEther() public {
        bytes memory data = abi.encodeCall(IBatchAnchors.anchor, (ROOT, CID));
        (bool success,) = address(anchors).call{value: 1}(data);
        vm.assertFalse(success);
        vm.assertEq(raw(anchors.batch(ROOT)), 0);
    }

    function _cid(bytes32 filling, uint256 length) private pure returns (bytes memory cid) {
        cid = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            cid[i] = filling[i % 32];
        }
    }
}

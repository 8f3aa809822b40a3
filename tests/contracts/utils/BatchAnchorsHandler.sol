// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBatchAnchors} from "contracts/interfaces/IBatchAnchors.sol";
import {BatchWord} from "contracts/types/BatchWord.sol";

import {BatchAnchorsTest} from "./BatchAnchorsTest.sol";
import {Log} from "./Vm.sol";

/// @dev Anchors at random, and writes down what succeeded and what was logged. The roots are few, so
/// that it meets what it did before; 0 is one of them.
contract BatchAnchorsHandler is BatchAnchorsTest {
    uint256 public constant ROOTS = 8;

    mapping(bytes32 root => BatchWord) public first;
    mapping(bytes32 root => uint256) public successes;
    mapping(bytes32 root => BatchWord) public logged;
    uint40 private _now = START;

    constructor(IBatchAnchors target) {
        anchors = target;
    }

    function setUp() public override {}

    function passTime(uint8 time) external {
        _now += time;
        vm.warp(_now);
    }

    function anchorsOne(address sender, uint8 seed, uint8 cidLength) external {
        bytes32 root = bytes32(seed % ROOTS);
        vm.recordLogs();
        vm.prank(sender);
        try anchors.anchor(root, new bytes(cidLength % 80)) {
            if (successes[root]++ == 0) first[root] = anchors.batch(root);
        } catch {}
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IBatchAnchors.BatchAnchored.selector) continue;
            (BatchWord word,) = abi.decode(logs[i].data, (BatchWord, bytes));
            logged[logs[i].topics[1]] = word;
        }
    }

    /// @dev The sender is not any address: the contract's own would be given what it is to send.
    function sendsEther(uint8 seed, uint64 value) external {
        bytes memory data = seed % 2 == 0
            ? bytes("")
            : abi.encodeCall(IBatchAnchors.anchor, (bytes32(seed % ROOTS), CID));
        uint256 amount = uint256(value) + 1;
        vm.deal(relayer, amount);
        vm.prank(relayer);
        (bool success,) = address(anchors).call{value: amount}(data);
        vm.assertFalse(success);
    }
}

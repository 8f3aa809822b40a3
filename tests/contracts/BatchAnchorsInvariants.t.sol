// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BatchAnchorsHandler} from "./utils/BatchAnchorsHandler.sol";
import {BatchAnchorsTest} from "./utils/BatchAnchorsTest.sol";
import {Handled} from "./utils/Handled.sol";

/// @dev The laws of the anchors, held against what the handler saw happen, by any sender, in any
/// order and at any time.
contract BatchAnchorsInvariantsTest is BatchAnchorsTest, Handled {
    BatchAnchorsHandler private _handler;

    function setUp() public override {
        super.setUp();
        _handler = new BatchAnchorsHandler(anchors);
    }

    /// @dev A written anchor never changes.
    function invariant_AnAnchoredWordNeverChanges() public view {
        for (uint256 i = 0; i < _handler.ROOTS(); i++) {
            vm.assertEq(raw(anchors.batch(bytes32(i))), raw(_handler.first(bytes32(i))));
        }
    }

    /// @dev A root is anchored at most once, and 0 never.
    function invariant_ARootIsAnchoredOnce() public view {
        vm.assertEq(_handler.successes(0), 0);
        for (uint256 i = 1; i < _handler.ROOTS(); i++) {
            vm.assertLe(_handler.successes(bytes32(i)), 1);
        }
    }

    /// @dev Every event has its state, and every state its event.
    function invariant_EveryEventHasItsState() public view {
        for (uint256 i = 0; i < _handler.ROOTS(); i++) {
            vm.assertEq(raw(anchors.batch(bytes32(i))), raw(_handler.logged(bytes32(i))));
        }
    }

    /// @dev No ether is held.
    function invariant_NoEtherIsHeld() public view {
        vm.assertEq(address(anchors).balance, 0);
    }

    function handlerAddress() internal view override returns (address) {
        return address(_handler);
    }
}

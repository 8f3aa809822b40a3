// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AttestationId} from "contracts/types/Attestation.sol";
import {AttestationWord} from "contracts/types/AttestationWord.sol";

import {AttestationsHandler} from "./utils/AttestationsHandler.sol";
import {AttestationsTest} from "./utils/AttestationsTest.sol";
import {Handled} from "./utils/Handled.sol";

/// @dev The laws of the attestations, held against what the handler saw happen: by attesters and by
/// whoever submits what they signed, or what they did not, in any order and at any time.
contract AttestationsInvariantsTest is AttestationsTest, Handled {
    AttestationsHandler private _handler;
    AttestationId[] private _ids;

    function setUp() public override {
        super.setUp();
        _handler = new AttestationsHandler(attestations);
        for (uint256 who = 0; who < _handler.ATTESTERS(); who++) {
            for (uint256 what = 0; what < _handler.ATTESTATIONS(); what++) {
                _ids.push(_handler.idAt(who, what));
            }
        }
    }

    /// @dev Laws hold of a handler that does nothing: by calls and by signatures, it must do something.
    function test_TheHandlerReachesEveryCall() public {
        _handler.attestsOne(0, 0);
        _handler.withdrawsOne(0, 0);
        _handler.submitsAttestation(0, 1, 1, 1);
        _assertSeen(_handler.idAt(0, 1), 0, 0);
        _handler.submitsAttestation(0, 1, 0, 1);
        _handler.submitsWithdrawal(0, 1, 1, 1);
        _assertSeen(_handler.idAt(0, 1), START, 0);
        _handler.submitsWithdrawal(0, 1, 0, 1);
        for (uint256 what = 0; what < 2; what++) {
            _assertSeen(_handler.idAt(0, what), START, START);
        }
    }

    /// @dev A time of attestation never changes; where nobody attested, there is none.
    function invariant_ATimeOfAttestationNeverChanges() public view {
        for (uint256 i = 0; i < _ids.length; i++) {
            AttestationsHandler.Seen memory seen = _handler.seen(_ids[i]);
            vm.assertEq(wordOf(_ids[i]).attestedAt(), seen.attestedAt);
            vm.assertLe(seen.attestations, 1);
        }
    }

    /// @dev A withdrawal never ends; what was not withdrawn by its attester stands.
    function invariant_AWithdrawalNeverEnds() public view {
        for (uint256 i = 0; i < _ids.length; i++) {
            AttestationsHandler.Seen memory seen = _handler.seen(_ids[i]);
            vm.assertEq(wordOf(_ids[i]).withdrawnAt(), seen.withdrawnAt);
            vm.assertLe(seen.withdrawals, 1);
        }
    }

    /// @dev What is withdrawn was attested, and not later.
    function invariant_WhatIsWithdrawnWasAttested() public view {
        for (uint256 i = 0; i < _ids.length; i++) {
            AttestationWord word = wordOf(_ids[i]);
            if (word.withdrawnAt() == 0) continue;
            vm.assertFalse(word.attestedAt() == 0);
            vm.assertLe(word.attestedAt(), word.withdrawnAt());
        }
    }

    /// @dev Only the attester writes: no signature of another, and none that is late, succeeded.
    function invariant_OnlyTheAttesterWrites() public view {
        vm.assertEq(_handler.forgeries(), 0);
    }

    /// @dev Every event has its state, and every state its event.
    function invariant_EveryEventHasItsState() public view {
        for (uint256 i = 0; i < _ids.length; i++) {
            vm.assertEq(raw(wordOf(_ids[i])), raw(_handler.seen(_ids[i]).logged));
        }
    }

    /// @dev No ether is held.
    function invariant_NoEtherIsHeld() public view {
        vm.assertEq(address(attestations).balance, 0);
    }

    function handlerAddress() internal view override returns (address) {
        return address(_handler);
    }

    function _assertSeen(AttestationId id, uint40 attestedAt, uint40 withdrawnAt) private view {
        vm.assertEq(_handler.seen(id).attestedAt, attestedAt);
        vm.assertEq(_handler.seen(id).withdrawnAt, withdrawnAt);
    }
}

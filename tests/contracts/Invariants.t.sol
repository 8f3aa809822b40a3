// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AuthorityWord} from "contracts/types/AuthorityWord.sol";
import {HeadWord} from "contracts/types/HeadWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";

import {RegistryHandler} from "./utils/RegistryHandler.sol";
import {RegistryTest} from "./utils/RegistryTest.sol";

/// @dev The laws of the registry, held against what the handler saw happen. The handler acts as the
/// publisher, as its authorities and as strangers, in any order and at any time.
contract InvariantsTest is RegistryTest {
    RegistryHandler private _handler;

    function setUp() public override {
        super.setUp();
        _handler = new RegistryHandler(registry);
    }

    /// @dev Read by forge: only the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev A registered commitment, its time, sequence and authority never change.
    function invariant_WhatIsRegisteredNeverChanges() public view {
        for (uint256 i = 0; i < _handler.registeredCount(); i++) {
            (ReleaseId releaseId, bytes32 commitment, ReleaseWord seen) = _handler.registered(i);
            (bytes32 stored, ReleaseWord word) = registry.release(releaseId);
            vm.assertEq(stored, commitment);
            vm.assertEq(word.registeredAt(), seen.registeredAt());
            vm.assertEq(word.sequence(), seen.sequence());
            vm.assertEq(word.authorityIndex(), seen.authorityIndex());
        }
    }

    /// @dev A revocation is never undone, and only `superseded` gives way.
    function invariant_RevocationIsFinal() public view {
        for (uint256 i = 0; i < _handler.revokedCount(); i++) {
            (ReleaseId releaseId, uint8 reason) = _handler.revoked(i);
            vm.assertEq(wordOf(releaseId).status(), 2);
            if (reason != SUPERSEDED) vm.assertEq(wordOf(releaseId).reason(), reason);
        }
    }

    /// @dev Nothing is ever registered where a tombstone lies.
    function invariant_TombstonesStayEmpty() public view {
        for (uint256 i = 0; i < _handler.tombstoneCount(); i++) {
            (bytes32 commitment, ReleaseWord word) = registry.release(_handler.tombstones(i));
            vm.assertEq(commitment, 0);
            vm.assertEq(word.registeredAt(), 0);
            vm.assertEq(word.sequence(), 0);
        }
    }

    /// @dev Sequence numbers have no gaps, and the head is the chain over the releases in order.
    function invariant_TheHeadChainsEveryReleaseInOrder() public view {
        uint256 head;
        for (uint256 i = 0; i < _handler.registeredCount(); i++) {
            (ReleaseId releaseId, bytes32 commitment, ReleaseWord word) = _handler.registered(i);
            vm.assertEq(word.sequence(), i + 1);
            uint256 linked = uint256(keccak256(abi.encode(head, raw(releaseId), commitment)));
            head = (i + 1) << 216 | linked >> 40;
        }
        vm.assertEq(HeadWord.unwrap(registry.head(modelId())), head);
    }

    /// @dev Only an authority that was valid at the time registered.
    function invariant_OnlyValidAuthoritiesRegister() public view {
        for (uint256 i = 0; i < _handler.registeredCount(); i++) {
            vm.assertTrue(_handler.wasAllowed(i));
        }
    }

    /// @dev Account, role and start of an authority never change, and its end is only lowered.
    function invariant_AuthoritiesOnlyEndSooner() public view {
        for (uint32 i = 0; i <= registry.authorityCount(publisher); i++) {
            AuthorityWord seen = _handler.firstAuthority(i);
            AuthorityWord word = registry.authority(publisher, i);
            if (raw(word) == 0) continue;
            vm.assertEq(word.account(), seen.account());
            vm.assertEq(word.role(), seen.role());
            vm.assertEq(word.from(), seen.from());
            vm.assertEq(word.until(), _handler.lowestEnd(i));
        }
    }

    /// @dev The count is the number of authorities that were added, and none lies beyond it.
    function invariant_AuthoritiesAreAppended() public view {
        uint32 count = registry.authorityCount(publisher);
        vm.assertEq(count, _handler.addedCount());
        vm.assertEq(raw(registry.authority(publisher, uint256(count) + 1)), 0);
    }

    /// @dev Algorithm and start of a signing key never change, and its end is only lowered.
    function invariant_SigningKeysOnlyEndSooner() public view {
        for (uint256 i = 0; i < _handler.KEYS(); i++) {
            bytes32 fingerprint = bytes32(i);
            SigningKeyWord seen = _handler.firstKey(fingerprint);
            SigningKeyWord word = registry.signingKey(publisher, fingerprint);
            vm.assertEq(word.algorithm(), seen.algorithm());
            vm.assertEq(word.from(), seen.from());
            vm.assertEq(word.until(), _handler.lowestKeyEnd(fingerprint));
        }
    }

    /// @dev Whatever strangers try under the publisher's name is refused.
    function invariant_StrangersWriteNothing() public view {
        vm.assertEq(_handler.strangersSuccesses(), 0);
    }
}

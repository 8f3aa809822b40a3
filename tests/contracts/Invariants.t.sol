// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AuthorityWord} from "contracts/types/AuthorityWord.sol";
import {HeadWord} from "contracts/types/HeadWord.sol";
import {ModelId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";

import {Handled} from "./utils/Handled.sol";
import {RegistryHandler} from "./utils/RegistryHandler.sol";
import {RegistryTest} from "./utils/RegistryTest.sol";

/// @dev The laws of the registry, held against what the handler saw happen. The handler acts as two
/// publishers, as their authorities and as strangers, in any order and at any time.
contract InvariantsTest is RegistryTest, Handled {
    RegistryHandler private _handler;

    function setUp() public override {
        super.setUp();
        _handler = new RegistryHandler(registry);
    }

    /// @dev Laws hold of a handler that does nothing: each call must succeed, and be refused, at times.
    function test_TheHandlerReachesEveryCall() public {
        for (uint256 seed = 0; seed < 60; seed++) {
            _handler.passesTime(seed);
            _handler.registers(seed);
            _handler.revokes(seed);
            _handler.addsAuthority(seed);
            _handler.endsAuthority(seed);
            _handler.addsKey(seed);
            _handler.endsKey(seed);
            _handler.sendsEther(seed);
        }
        bytes4[8] memory calls = [
            registry.register.selector,
            registry.registerFor.selector,
            registry.revoke.selector,
            registry.revokeFor.selector,
            registry.addAuthority.selector,
            registry.endAuthority.selector,
            registry.addSigningKey.selector,
            registry.endSigningKey.selector
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            vm.assertNotEq(bytes32(_handler.successes(calls[i])), 0);
            vm.assertNotEq(bytes32(_handler.refusals(calls[i])), 0);
        }
    }

    /// @dev A registered commitment, its time, sequence and authority never change.
    function invariant_ACommitmentNeverChanges() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            RegistryHandler.Registered[] memory seen = _registered(i);
            for (uint256 j = 0; j < seen.length; j++) {
                (bytes32 stored, ReleaseWord word) = registry.release(seen[j].releaseId);
                vm.assertEq(stored, seen[j].commitment);
                vm.assertEq(word.registeredAt(), seen[j].word.registeredAt());
                vm.assertEq(word.sequence(), seen[j].word.sequence());
                vm.assertEq(word.authorityIndex(), seen[j].word.authorityIndex());
            }
        }
    }

    /// @dev A revocation is never undone, and only `superseded` gives way.
    function invariant_ARevocationNeverEnds() public view {
        RegistryHandler.Revoked[] memory seen = _handler.revoked();
        for (uint256 i = 0; i < seen.length; i++) {
            ReleaseWord word = wordOf(seen[i].releaseId);
            vm.assertEq(word.status(), 2);
            if (seen[i].reason != SUPERSEDED) vm.assertEq(word.reason(), seen[i].reason);
        }
    }

    /// @dev Nothing is ever registered where a tombstone lies.
    function invariant_TombstonesStayEmpty() public view {
        RegistryHandler.Revoked[] memory seen = _handler.revoked();
        for (uint256 i = 0; i < seen.length; i++) {
            if (!seen[i].isTombstone) continue;
            (bytes32 commitment, ReleaseWord word) = registry.release(seen[i].releaseId);
            vm.assertEq(commitment, 0);
            vm.assertEq(word.registeredAt(), 0);
            vm.assertEq(word.sequence(), 0);
        }
    }

    /// @dev Only an authority of the role needed, valid at the time, writes under a publisher's name.
    function invariant_OnlyAnAuthorityWrites() public view {
        vm.assertEq(_handler.trespasses(), 0);
    }

    /// @dev The releases of a model have the numbers from 1 on, in the order of registration.
    function invariant_SequencesHaveNoGap() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            RegistryHandler.Registered[] memory seen = _registered(i);
            for (uint256 j = 0; j < seen.length; j++) {
                vm.assertEq(wordOf(seen[j].releaseId).sequence(), j + 1);
            }
            vm.assertEq(_head(i).sequence(), seen.length);
        }
    }

    /// @dev A head is the hash chain over every release before it, written out once more here.
    function invariant_AHeadCommitsToEveryReleaseBeforeIt() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            RegistryHandler.Registered[] memory seen = _registered(i);
            uint256 head;
            for (uint256 j = 0; j < seen.length; j++) {
                bytes32 releaseId = raw(seen[j].releaseId);
                bytes32 linked = keccak256(abi.encode(head, releaseId, seen[j].commitment));
                head = (j + 1) << 216 | uint256(linked) >> 40;
            }
            vm.assertEq(raw(_head(i)), head);
        }
    }

    /// @dev Account, role and start of an authority never change, and its end only falls.
    function invariant_TheEndOfAnAuthorityOnlyFalls() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            address owner = _handler.publisherAt(i);
            AuthorityWord[] memory seen = _handler.authorities(owner);
            for (uint256 j = 0; j < seen.length; j++) {
                AuthorityWord word = registry.authority(owner, j);
                if (j == 0 && raw(word) == 0) continue;
                vm.assertEq(raw(word), raw(seen[j].ending(_handler.lowestEnd(owner, j))));
            }
        }
    }

    /// @dev The count is the number of authorities that were added, and none lies beyond it.
    function invariant_AuthoritiesAreAppended() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            address owner = _handler.publisherAt(i);
            uint256 count = registry.authorityCount(owner);
            vm.assertEq(count, _handler.authorities(owner).length - 1);
            vm.assertEq(raw(registry.authority(owner, count + 1)), 0);
        }
    }

    /// @dev Algorithm and start of a signing key never change, and its end only falls.
    function invariant_TheEndOfASigningKeyOnlyFalls() public view {
        for (uint256 i = 0; i < _handler.PUBLISHERS(); i++) {
            address owner = _handler.publisherAt(i);
            for (uint256 j = 0; j < _handler.KEYS(); j++) {
                bytes32 key = bytes32(j);
                SigningKeyWord seen = _handler.firstKey(owner, key);
                uint256 word = SigningKeyWord.unwrap(registry.signingKey(owner, key));
                uint40 until = _handler.lowestKeyEnd(owner, key);
                vm.assertEq(word, SigningKeyWord.unwrap(seen.ending(until)));
            }
        }
    }

    /// @dev No function takes ether, and none is held.
    function invariant_NoEtherIsHeld() public view {
        vm.assertEq(_handler.acceptedEther(), 0);
        vm.assertEq(address(registry).balance, 0);
    }

    /// @dev Every success says one thing in one event, and the state says the same.
    function invariant_EveryEventHasItsState() public view {
        vm.assertEq(_handler.eventsWithoutState(), 0);
    }

    function handlerAddress() internal view override returns (address) {
        return address(_handler);
    }

    function _registered(uint256 number)
        private
        view
        returns (RegistryHandler.Registered[] memory)
    {
        return _handler.registered(_handler.publisherAt(number));
    }

    function _head(uint256 number) private view returns (HeadWord) {
        bytes32 id = keccak256(abi.encode(_handler.publisherAt(number), NAME));
        return registry.head(ModelId.wrap(id));
    }
}

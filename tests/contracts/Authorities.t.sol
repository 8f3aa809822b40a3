// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {AuthorityWord, newAuthority} from "contracts/types/AuthorityWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract AddAuthorityTest is RegistryTest {
    function testFuzz_WritesTheWordAtTheNextIndex(address account, bool owner, uint40 until)
        public
    {
        vm.assume(account != address(0) && until > START);
        uint8 role = owner ? OWNER : DELEGATE;
        uint32 index = addAuthority(account, role, until);
        AuthorityWord word = registry.authority(publisher, index);

        vm.assertEq(index, 1);
        vm.assertEq(registry.authorityCount(publisher), 1);
        vm.assertEq(word.account(), account);
        vm.assertEq(word.from(), START);
        vm.assertEq(word.until(), until);
        vm.assertEq(word.role(), role);
    }

    function test_CountsFromOneForEveryPublisher() public {
        vm.assertEq(registry.authorityCount(publisher), 0);
        addAuthority(other, DELEGATE, FOREVER);
        vm.assertEq(addAuthority(other, DELEGATE, FOREVER), 2);
        vm.assertEq(registry.authorityCount(publisher), 2);

        vm.prank(other);
        vm.assertEq(registry.addAuthority(other, 0, publisher, OWNER, FOREVER), 1);
    }

    function test_LeavesIndexZeroUnwritten() public {
        addAuthority(other, OWNER, FOREVER);
        vm.assertEq(raw(registry.authority(publisher, 0)), 0);
    }

    function test_EmitsAuthorityAdded() public {
        vm.expectEmit(address(registry));
        emit IModelRegistry.AuthorityAdded(publisher, 1, other, DELEGATE, START, FOREVER);
        addAuthority(other, DELEGATE, FOREVER);
    }

    function test_WhenTheAccountIsNobody() public {
        expectRevert(IModelRegistry.InvalidAccount.selector, 0);
        addAuthority(address(0), OWNER, FOREVER);
    }

    function testFuzz_WhenThereIsNoSuchRole(uint8 role) public {
        vm.assume(role != OWNER && role != DELEGATE);
        expectRevert(IModelRegistry.InvalidRole.selector, role);
        addAuthority(other, role, FOREVER);
    }

    function testFuzz_WhenTheEndIsNotInTheFuture(uint40 until) public {
        until = until % (START + 1);
        expectRevert(IModelRegistry.UntilInPast.selector, until);
        addAuthority(other, OWNER, until);
    }

    function test_WhenTheEndIsNow() public {
        expectRevert(IModelRegistry.UntilInPast.selector, START);
        addAuthority(other, OWNER, START);
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != address(0));
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.addAuthority(publisher, index, stranger, OWNER, FOREVER);
    }

    function test_WhenTheSenderIsADelegate() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.addAuthority(publisher, index, other, OWNER, FOREVER);
    }

    function test_AnAddedOwnerAddsFurtherOnes() public {
        uint32 index = addAuthority(other, OWNER, FOREVER);
        vm.prank(other);
        vm.assertEq(registry.addAuthority(publisher, index, relayer, DELEGATE, FOREVER), 2);
    }
}

contract EndAuthorityTest is RegistryTest {
    uint32 private _index;

    function setUp() public override {
        super.setUp();
        _index = addAuthority(other, DELEGATE, START + YEAR);
    }

    function testFuzz_LowersTheEndOnly(uint40 until) public {
        until = until % (START + YEAR);
        endAuthority(_index, until);
        vm.assertEq(
            raw(registry.authority(publisher, _index)),
            raw(newAuthority(other, START, until, DELEGATE))
        );
    }

    function test_LowersItAgain() public {
        endAuthority(_index, START + 10);
        endAuthority(_index, START + 5);
        vm.assertEq(registry.authority(publisher, _index).until(), START + 5);
    }

    function testFuzz_WritesTheIdentityAtIndexZero(uint40 until) public {
        vm.assume(until < FOREVER);
        endAuthority(0, until);
        vm.assertEq(
            raw(registry.authority(publisher, 0)), raw(newAuthority(publisher, 0, until, OWNER))
        );
        vm.assertEq(registry.authorityCount(publisher), 1);
    }

    function test_EmitsAuthorityEnded() public {
        vm.expectEmit(address(registry));
        emit IModelRegistry.AuthorityEnded(publisher, _index, START + 1);
        endAuthority(_index, START + 1);
    }

    function testFuzz_WhenTheEndIsNotLower(uint40 until) public {
        vm.assume(until >= START + YEAR);
        expectRevert(IModelRegistry.UntilNotLowered.selector, START + YEAR, until);
        endAuthority(_index, until);
    }

    function test_WhenTheEndIsTheSame() public {
        expectRevert(IModelRegistry.UntilNotLowered.selector, START + YEAR, START + YEAR);
        endAuthority(_index, START + YEAR);
    }

    function test_WhenTheIdentityIsEndedForever() public {
        expectRevert(IModelRegistry.UntilNotLowered.selector, FOREVER, FOREVER);
        endAuthority(0, FOREVER);
    }

    function testFuzz_WhenTheIndexIsUnwritten(uint32 index) public {
        vm.assume(index > _index);
        expectRevert(IModelRegistry.UnknownAuthority.selector, uint256(uint160(publisher)), index);
        endAuthority(index, START);
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != other && stranger != address(0));
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.endAuthority(publisher, index, 0, START);
    }

    function test_WhenTheSenderIsADelegate() public {
        expectNotAuthorized(other, _index);
        vm.prank(other);
        registry.endAuthority(publisher, _index, _index, START);
    }

    function test_AnEndedIdentityActsNoMore() public {
        endAuthority(0, START);
        expectNotAuthorized(publisher, 0);
        endAuthority(_index, START);
    }

    /// @dev What a rotation after a leaked key needs; the reverse is equally possible, below.
    function test_AnAddedOwnerEndsTheIdentityForGood() public {
        uint32 owner = addAuthority(relayer, OWNER, FOREVER);
        vm.prank(relayer);
        registry.endAuthority(publisher, owner, 0, START);

        expectNotAuthorized(publisher, 0);
        addAuthority(publisher, OWNER, FOREVER);
        vm.prank(relayer);
        registry.register(releaseStatement(), owner);
    }

    function test_TheIdentityEndsAnAddedOwner() public {
        uint32 owner = addAuthority(relayer, OWNER, FOREVER);
        endAuthority(owner, START);

        expectNotAuthorized(relayer, owner);
        vm.prank(relayer);
        registry.endAuthority(publisher, owner, 0, START);
        register();
    }
}

contract AuthorityValidityTest is RegistryTest {
    function testFuzz_ADelegateRegistersUntilItsEnd(uint32 lifetime, uint32 later) public {
        vm.assume(lifetime > 0);
        uint32 index = addAuthority(other, DELEGATE, START + lifetime);
        vm.warp(START + uint256(later));
        if (later >= lifetime) expectNotAuthorized(other, index);
        vm.prank(other);
        registry.register(releaseStatement(), index);
    }

    function test_InItsFirstAndLastSecond() public {
        uint32 index = addAuthority(other, DELEGATE, START + 10);
        vm.prank(other);
        ReleaseId first = registry.register(releaseStatement("1"), index);
        vm.warp(START + 9);
        vm.prank(other);
        ReleaseId last = registry.register(releaseStatement("2"), index);

        vm.assertEq(wordOf(first).authorityIndex(), index);
        vm.assertEq(wordOf(last).authorityIndex(), index);
    }

    function test_WhenItIsOver() public {
        uint32 index = addAuthority(other, DELEGATE, START + 10);
        vm.warp(START + 10);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.register(releaseStatement(), index);
    }

    function test_BeforeItStarts() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        vm.warp(START - 1);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.register(releaseStatement(), index);
    }

    function test_AnotherAuthoritysIndexIsOfNoUse() public {
        addAuthority(other, OWNER, FOREVER);
        uint32 index = addAuthority(relayer, DELEGATE, FOREVER);
        expectNotAuthorized(relayer, index - 1);
        vm.prank(relayer);
        registry.register(releaseStatement(), index - 1);
    }

    function test_OnePublishersAuthorityIsNotAnothers() public {
        vm.prank(other);
        uint32 index = registry.addAuthority(other, 0, relayer, OWNER, FOREVER);
        expectNotAuthorized(relayer, index);
        vm.prank(relayer);
        registry.register(releaseStatement(), index);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ReleaseFile, TrustedReleases} from "contracts/libraries/TrustedReleases.sol";

import {ExampleTest} from "./utils/ExampleTest.sol";
import {ConstantWallet} from "./utils/Wallets.sol";

/// @dev Calls the library as a consumer does.
contract Consumer {
    using TrustedReleases for IModelRegistry;

    function requireCode(IModelRegistry registry, bytes32 codeHash) external view {
        registry.requireCode(codeHash);
    }

    function isCurrent(
        IModelRegistry registry,
        address publisher,
        string calldata name,
        string calldata version
    ) external view returns (bool) {
        return registry.isCurrent(publisher, name, version);
    }

    function hasFile(IModelRegistry registry, address publisher, ReleaseFile calldata file)
        external
        view
        returns (bool)
    {
        return registry.hasFile(publisher, file);
    }
}

contract ExamplesTrustedReleasesTest is ExampleTest {
    Consumer private _consumer;

    function setUp() public override {
        super.setUp();
        _consumer = new Consumer();
    }

    function test_AReleaseAndItsFile() public {
        registerFiles();
        _assertCounts(true);
    }

    function test_NothingRegistered() public view {
        _assertCounts(false);
    }

    function testFuzz_OneBitChanged(uint256 bit) public {
        registerFiles();
        vm.assertTrue(_isCurrent(publisher));
        vm.assertFalse(_consumer.hasFile(registry, publisher, flipped(releaseFile(), bit)));
    }

    function testFuzz_Revoked(uint8 reason) public {
        registerFiles();
        revoke(WITHDRAWN + reason % 4);
        _assertCounts(false);
    }

    function testFuzz_ClosedBeforeItWasRegistered(uint8 reason) public {
        revoke(WITHDRAWN + reason % 4);
        _assertCounts(false);
    }

    /// @dev The same files under anybody else's address are not those of the trusted publisher.
    function testFuzz_AnotherPublisher(address stranger) public {
        vm.assume(stranger != publisher && stranger != address(0));
        registerFiles(stranger, NAME, VERSION, stranger, 0);
        vm.assertTrue(_isCurrent(stranger));
        _assertCounts(false);
    }

    function testFuzz_AnotherVersion(string memory version) public {
        vm.assume(keccak256(bytes(version)) != keccak256(bytes(VERSION)));
        registerFiles();
        vm.assertFalse(_consumer.isCurrent(registry, publisher, NAME, version));
        vm.assertFalse(_consumer.hasFile(registry, publisher, releaseFile(NAME, version)));
    }

    function testFuzz_IdentityEnded(uint40 until) public {
        registerFiles();
        until = until % FOREVER;
        endAuthority(0, until);
        _assertCounts(until > START);
    }

    function testFuzz_DelegateEnded(uint40 until) public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        registerFiles(publisher, NAME, VERSION, other, index);
        _assertCounts(true);
        until = until % FOREVER;
        endAuthority(index, until);
        _assertCounts(until > START);
    }

    function test_TheRegistrysCode() public view {
        _consumer.requireCode(registry, address(registry).codehash);
    }

    function testFuzz_AnotherCodeHash(bytes32 codeHash) public {
        vm.assume(codeHash != address(registry).codehash);
        _expectNotTheRegistry(registry);
        _consumer.requireCode(registry, codeHash);
    }

    /// @dev An address that holds money and no code has a code hash too, that of nothing.
    function testFuzz_NoCodeAtAll(bytes32 codeHash, bool exists) public {
        IModelRegistry nothing = IModelRegistry(relayer);
        if (exists) vm.deal(relayer, 1);
        _expectNotTheRegistry(nothing);
        _consumer.requireCode(nothing, codeHash);
        _expectNotTheRegistry(nothing);
        _consumer.requireCode(nothing, relayer.codehash);
        vm.expectRevert("");
        _consumer.isCurrent(nothing, publisher, NAME, VERSION);
        vm.expectRevert("");
        _consumer.hasFile(nothing, publisher, releaseFile());
    }

    function test_ARegistryThatLies() public {
        IModelRegistry liar = IModelRegistry(address(new ConstantWallet(abi.encode(true))));
        vm.assertTrue(_consumer.hasFile(liar, publisher, releaseFile()));
        bytes32 codeHash = address(registry).codehash;
        _expectNotTheRegistry(liar);
        _consumer.requireCode(liar, codeHash);
    }

    /// @dev What is neither yes nor no is not taken for a yes.
    function testFuzz_ARegistryThatAnswersNonsense(bytes memory answer) public {
        vm.assume(answer.length < 32 || uint256(bytes32(answer)) > 1);
        IModelRegistry liar = IModelRegistry(address(new ConstantWallet(answer)));
        vm.expectRevert("");
        _consumer.hasFile(liar, publisher, releaseFile());
    }

    function _assertCounts(bool expected) private view {
        vm.assertTrue(_isCurrent(publisher) == expected);
        vm.assertTrue(_consumer.hasFile(registry, publisher, releaseFile()) == expected);
    }

    function _isCurrent(address owner) private view returns (bool) {
        return _consumer.isCurrent(registry, owner, NAME, VERSION);
    }

    function _expectNotTheRegistry(IModelRegistry what) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                TrustedReleases.NotTheRegistry.selector, what, address(what).codehash
            )
        );
    }
}

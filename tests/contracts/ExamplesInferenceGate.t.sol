// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {InferenceGate} from "contracts/examples/InferenceGate.sol";
import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ReleaseFile, TrustedReleases} from "contracts/libraries/TrustedReleases.sol";
import {ModelId} from "contracts/types/Identifiers.sol";

import {ExampleTest} from "./utils/ExampleTest.sol";
import {ConstantWallet} from "./utils/Wallets.sol";

contract ExamplesInferenceGateTest is ExampleTest {
    bytes32 private constant INPUT = keccak256("input");

    InferenceGate private _gate;

    function setUp() public override {
        super.setUp();
        _gate = _deploy(registry);
    }

    function test_WhatItTrusts() public view {
        vm.assertEq(address(_gate.registry()), address(registry));
        vm.assertEq(_gate.publisher(), publisher);
        vm.assertEq(ModelId.unwrap(_gate.model()), ModelId.unwrap(modelId()));
    }

    function testFuzz_AnybodyAsksForACurrentRelease(address requester, bytes32 inputHash) public {
        registerFiles();
        ReleaseFile memory file = releaseFile();
        vm.expectEmit(address(_gate));
        emit InferenceGate.InferenceRequested(
            requester, releaseIdOf(VERSION), file.digest, inputHash
        );
        vm.prank(requester);
        _gate.requestInference(file, inputHash);
    }

    /// @dev Also one that is not the newest: what is not revoked is served.
    function test_AnEarlierReleaseToo() public {
        registerFiles();
        registerFiles(publisher, NAME, "2.0.0", publisher, 0);
        _gate.requestInference(releaseFile(), INPUT);
        _gate.requestInference(releaseFile(NAME, "2.0.0"), INPUT);
    }

    function test_NotBeforeItIsRegistered() public {
        _expectNotCurrent();
        _gate.requestInference(releaseFile(), INPUT);
    }

    function testFuzz_NotOnceItIsRevoked(uint8 reason) public {
        registerFiles();
        _gate.requestInference(releaseFile(), INPUT);
        revoke(WITHDRAWN + reason % 4);
        _expectNotCurrent();
        _gate.requestInference(releaseFile(), INPUT);
    }

    function testFuzz_NotOnceItsAuthorityIsDistrusted(uint40 until) public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        registerFiles(publisher, NAME, VERSION, other, index);
        _gate.requestInference(releaseFile(), INPUT);
        endAuthority(index, until % (START + 1));
        _expectNotCurrent();
        _gate.requestInference(releaseFile(), INPUT);
    }

    function testFuzz_NotAnotherPublishers(address stranger) public {
        vm.assume(stranger != publisher && stranger != address(0));
        registerFiles(stranger, NAME, VERSION, stranger, 0);
        _expectNotCurrent();
        _gate.requestInference(releaseFile(), INPUT);
    }

    function testFuzz_NotAnotherModel(string memory name) public {
        bytes memory text = bytes(name);
        vm.assume(
            text.length > 0 && text.length <= 128 && keccak256(text) != keccak256(bytes(NAME))
        );
        registerFiles(publisher, name, VERSION, publisher, 0);
        bytes32 model = keccak256(abi.encode(publisher, name));
        vm.expectRevert(abi.encodeWithSelector(InferenceGate.NotTheModel.selector, model));
        _gate.requestInference(releaseFile(name, VERSION), INPUT);
    }

    function testFuzz_NotWithOneBitChanged(uint256 bit) public {
        registerFiles();
        ReleaseFile memory file = flipped(releaseFile(), bit);
        vm.expectRevert(
            abi.encodeWithSelector(InferenceGate.NotAFile.selector, releaseIdOf(VERSION), file.path)
        );
        _gate.requestInference(file, INPUT);
    }

    function test_NotDeployedOverNothing() public {
        _expectNotTheRegistry(address(relayer));
        _deploy(IModelRegistry(relayer));
    }

    function testFuzz_NotDeployedOverALiar(bytes memory answer) public {
        address liar = address(new ConstantWallet(answer));
        _expectNotTheRegistry(liar);
        _deploy(IModelRegistry(liar));
    }

    function _deploy(IModelRegistry asked) private returns (InferenceGate) {
        return new InferenceGate(asked, address(registry).codehash, publisher, modelId());
    }

    function _expectNotCurrent() private {
        vm.expectRevert(
            abi.encodeWithSelector(InferenceGate.NotCurrent.selector, releaseIdOf(VERSION))
        );
    }

    function _expectNotTheRegistry(address what) private {
        vm.expectRevert(
            abi.encodeWithSelector(TrustedReleases.NotTheRegistry.selector, what, what.codehash)
        );
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Attestations} from "contracts/Attestations.sol";
import {BatchAnchors} from "contracts/BatchAnchors.sol";
import {ModelRegistry} from "contracts/ModelRegistry.sol";

import {BaseTest} from "./utils/BaseTest.sol";

contract DeploymentTest is BaseTest {
    address private constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @dev Arachnid's deterministic deployment proxy: salt, then init code; it answers with the
    /// 20 bytes of the address. From its repository, `deterministic-deployment-proxy`.
    bytes private constant DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    function testFuzz_TheAddressesAndTheCodesAreTheSameOnEveryChain(uint64 chain, bytes32 salt)
        public
    {
        vm.chainId(chain);
        vm.etch(DEPLOYER, DEPLOYER_CODE);
        bytes[3] memory runtimeCodes = _runtimeCodes();
        bytes[3] memory initCodes = [
            type(ModelRegistry).creationCode,
            type(BatchAnchors).creationCode,
            type(Attestations).creationCode
        ];
        for (uint256 i = 0; i < 3; i++) {
            address deployed = _deploy(salt, initCodes[i]);
            vm.assertEq(deployed.code, runtimeCodes[i]);
        }
    }

    function test_TheRuntimeCodesAreWhatTheCompilerGave() public {
        bytes[3] memory runtimeCodes = _runtimeCodes();
        vm.assertEq(address(new ModelRegistry()).code, runtimeCodes[0]);
        vm.assertEq(address(new BatchAnchors()).code, runtimeCodes[1]);
        vm.assertEq(address(new Attestations()).code, runtimeCodes[2]);
    }

    function test_NoneTakesValue() public {
        address[3] memory contracts = [
            address(new ModelRegistry()), address(new BatchAnchors()), address(new Attestations())
        ];
        for (uint256 i = 0; i < 3; i++) {
            (bool success,) = contracts[i].call{value: 1}("");
            vm.assertFalse(success);
        }
    }

    function _deploy(bytes32 salt, bytes memory initCode) private returns (address deployed) {
        (bool success, bytes memory answer) = DEPLOYER.call(abi.encodePacked(salt, initCode));
        vm.assertTrue(success);
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", DEPLOYER, salt, keccak256(initCode)));
        deployed = address(uint160(uint256(hash)));
        vm.assertEq(address(bytes20(answer)), deployed);
    }

    function _runtimeCodes() private pure returns (bytes[3] memory) {
        return [
            type(ModelRegistry).runtimeCode,
            type(BatchAnchors).runtimeCode,
            type(Attestations).runtimeCode
        ];
    }
}

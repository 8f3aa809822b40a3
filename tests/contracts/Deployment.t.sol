// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ModelRegistry} from "contracts/ModelRegistry.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract DeploymentTest is RegistryTest {
    address private constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @dev Arachnid's deterministic deployment proxy: salt, then init code; it answers with the
    /// 20 bytes of the address. From its repository, `deterministic-deployment-proxy`.
    bytes private constant DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    function testFuzz_TheAddressAndTheCodeAreTheSameOnEveryChain(uint64 chain, bytes32 salt)
        public
    {
        vm.chainId(chain);
        vm.etch(DEPLOYER, DEPLOYER_CODE);
        bytes memory initCode = type(ModelRegistry).creationCode;
        (bool success, bytes memory answer) = DEPLOYER.call(abi.encodePacked(salt, initCode));
        vm.assertTrue(success);

        bytes32 hash = keccak256(abi.encodePacked(hex"ff", DEPLOYER, salt, keccak256(initCode)));
        address deployed = address(uint160(uint256(hash)));
        vm.assertEq(address(bytes20(answer)), deployed);
        vm.assertEq(deployed.code, address(registry).code);
    }

    function test_TheRuntimeCodeIsWhatTheCompilerGave() public view {
        vm.assertEq(address(registry).code, type(ModelRegistry).runtimeCode);
    }

    function test_TakesNoValue() public {
        (bool success,) = address(registry).call{value: 1}("");
        vm.assertFalse(success);
    }
}

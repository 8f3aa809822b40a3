// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BaseTest} from "./utils/BaseTest.sol";

contract DeploymentTest is BaseTest {
    address private constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @dev Arachnid's deterministic deployment proxy: salt, then init code; it answers with the
    /// 20 bytes of the address. From its repository, `deterministic-deployment-proxy`.
    bytes private constant DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    string[3] private _sources = ["ModelRegistry.sol", "BatchAnchors.sol", "Attestations.sol"];

    function testFuzz_TheAddressesAndTheCodesAreTheSameOnEveryChain(uint64 chain, bytes32 salt)
        public
    {
        vm.chainId(chain);
        vm.etch(DEPLOYER, DEPLOYER_CODE);
        for (uint256 i = 0; i < _sources.length; i++) {
            address deployed = _deploy(salt, vm.getCode(_sources[i]));
            vm.assertEq(deployed.code, vm.getDeployedCode(_sources[i]));
        }
    }

    function test_TheRuntimeCodesAreWhatTheCompilerGave() public {
        for (uint256 i = 0; i < _sources.length; i++) {
            vm.assertEq(deploy(_sources[i]).code, vm.getDeployedCode(_sources[i]));
        }
    }

    function test_NoneTakesValue() public {
        for (uint256 i = 0; i < _sources.length; i++) {
            (bool success,) = deploy(_sources[i]).call{value: 1}("");
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
}

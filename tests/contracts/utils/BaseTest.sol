// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";

import {Vm} from "./Vm.sol";

/// @dev What every test starts from: the cheatcodes, a time, and accounts with keys.
abstract contract BaseTest {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev The time at which every test starts.
    uint40 internal constant START = 1_800_000_000;

    uint256 internal constant OTHER_KEY = 0xB0B;

    address internal immutable other = vm.addr(OTHER_KEY);
    address internal immutable relayer = address(0x4E1A7E4);

    function setUp() public virtual {
        vm.warp(START);
    }

    /// @dev Deploys what was compiled as the package has it, from the name of its file: a test that
    /// imported it would compile it once more.
    function deploy(string memory source) internal returns (address deployed) {
        bytes memory initCode = vm.getCode(source);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        vm.assertTrue(deployed != address(0));
    }

    function signatureOf(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Expects an error that carries one value of one word.
    function expectRevert(bytes4 selector, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, value));
    }

    /// @dev Expects an error that carries two values of one word each.
    function expectRevert(bytes4 selector, uint256 first, uint256 second) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, first, second));
    }

    /// @dev Written out once more, from EIP-712 and the documentation.
    function separatorOf(uint256 chain, address verifier) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        return
            keccak256(
                abi.encode(typeHash, keccak256("Weightmark"), keccak256("1"), chain, verifier)
            );
    }

    function digestOf(address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = separatorOf(block.chainid, verifier);
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    /// @dev Checks what a contract says of its domain, by EIP-5267.
    function checkDomain(uint256 chain, ISignedStatements verifier) internal view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = verifier.eip712Domain();

        vm.assertEq(uint8(fields), 0x0f);
        vm.assertEq(name, "Weightmark");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, chain);
        vm.assertEq(verifyingContract, address(verifier));
        vm.assertEq(salt, 0);
        vm.assertEq(extensions.length, 0);
    }
}

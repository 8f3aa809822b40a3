// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev One event, as forge recorded it.
struct Log {
    bytes32[] topics;
    bytes data;
    address emitter;
}

/// @dev The cheatcodes of forge that these tests use, under forge's own names.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function etch(address target, bytes calldata code) external;
    function expectCall(address callee, bytes calldata data) external;
    function expectEmit(address emitter) external;
    function expectRevert(bytes calldata data) external;
    function getCode(string calldata source) external view returns (bytes memory initCode);
    function getDeployedCode(string calldata source)
        external
        view
        returns (bytes memory runtimeCode);
    function getRecordedLogs() external returns (Log[] memory logs);
    function load(address target, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function randomAddress() external view returns (address);
    function randomBytes(uint256 length) external view returns (bytes memory);
    function randomUint() external view returns (uint256);
    function recordLogs() external;
    function setArbitraryStorage(address target) external;
    function sign(uint256 privateKey, bytes32 digest)
        external
        pure
        returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;

    function readFile(string calldata path) external view returns (string memory);
    function parseBytes(string calldata text) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key)
        external
        pure
        returns (bytes32);
    function parseJsonBytes32Array(string calldata json, string calldata key)
        external
        pure
        returns (bytes32[] memory);
    function parseJsonString(string calldata json, string calldata key)
        external
        pure
        returns (string memory);
    function parseJsonUint(string calldata json, string calldata key)
        external
        pure
        returns (uint256);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function toString(uint256 value) external pure returns (string memory);

    function assertEq(uint256 one, uint256 other) external pure;
    function assertEq(bytes32 one, bytes32 other) external pure;
    function assertEq(address one, address other) external pure;
    function assertEq(string calldata one, string calldata other) external pure;
    function assertEq(bytes calldata one, bytes calldata other) external pure;
    function assertNotEq(bytes32 one, bytes32 other) external pure;
    function assertTrue(bool condition) external pure;
    function assertTrue(bool condition, string calldata message) external pure;
    function assertFalse(bool condition) external pure;
    function assertFalse(bool condition, string calldata message) external pure;
    function assertLe(uint256 one, uint256 other) external pure;
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {HeadWord} from "contracts/types/HeadWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract HeadTest is RegistryTest {
    function test_IsZeroBeforeTheFirstRelease() public view {
        vm.assertEq(raw(registry.head(modelId())), 0);
    }

    /// @dev The rule once more, as documented: the low 216 bits are the top of the link's hash.
    function testFuzz_ChainsOverEveryRelease(uint8 releases) public {
        releases = 1 + releases % 8;
        uint256 expected;
        for (uint256 i = 0; i < releases; i++) {
            ReleaseId releaseId = register(vm.toString(i));
            (bytes32 commitment,) = registry.release(releaseId);
            uint256 linked = uint256(keccak256(abi.encode(expected, raw(releaseId), commitment)));
            expected = (i + 1) << 216 | linked >> 40;
            vm.assertEq(wordOf(releaseId).sequence(), i + 1);
        }
        vm.assertEq(raw(registry.head(modelId())), expected);
        vm.assertEq(registry.head(modelId()).sequence(), releases);
    }

    function test_AnotherOrderGivesAnotherHead() public {
        register("1");
        register("2");
        HeadWord forwards = registry.head(modelId());
        registry = newRegistry();
        register("2");
        register("1");
        vm.assertEq(registry.head(modelId()).sequence(), forwards.sequence());
        vm.assertNotEq(bytes32(raw(registry.head(modelId()))), bytes32(raw(forwards)));
    }

    function testFuzz_OtherContentGivesAnotherHead(bytes32 artifactRoot) public {
        vm.assume(artifactRoot != ROOT);
        register();
        uint256 head = raw(registry.head(modelId()));
        registry = newRegistry();
        ReleaseStatement memory statement = releaseStatement();
        statement.artifactRoot = artifactRoot;
        vm.prank(publisher);
        registry.register(statement, 0);
        vm.assertNotEq(bytes32(raw(registry.head(modelId()))), bytes32(head));
    }

    function test_ModelsDoNotShareAHead() public {
        register();
        ReleaseStatement memory statement = releaseStatement();
        statement.name = "acme/another";
        vm.prank(publisher);
        vm.assertEq(wordOf(registry.register(statement, 0)).sequence(), 1);
        vm.assertEq(registry.head(modelId()).sequence(), 1);
    }
}

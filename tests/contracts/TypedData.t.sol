// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract DomainSeparatorTest is RegistryTest {
    function testFuzz_IsOfThisChainAndContract(uint64 chain) public {
        vm.chainId(chain);
        vm.assertEq(registry.domainSeparator(), separatorOf(chain, address(registry)));
        IModelRegistry another = newRegistry();
        vm.assertEq(another.domainSeparator(), separatorOf(chain, address(another)));
    }
}

contract Eip712DomainTest is RegistryTest {
    function testFuzz_DescribesTheSeparator(uint64 chain) public {
        vm.chainId(chain);
        checkDomain(chain, registry);
    }
}

/// @dev The hash is written out once more here, from EIP-712 and the documented type string.
contract ReleaseDigestTest is RegistryTest {
    function testFuzz_IsTheHashOfEip712(ReleaseStatement memory statement, uint256 deadline)
        public
        view
    {
        bytes32 typeHash = keccak256(
            "Release(address publisher,string name,string version,bytes32 artifactRoot,bytes32 manifestHash,bytes manifestCid,uint40 expectedSequence,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash,
                statement.publisher,
                keccak256(bytes(statement.name)),
                keccak256(bytes(statement.version)),
                statement.artifactRoot,
                statement.manifestHash,
                keccak256(statement.manifestCid),
                statement.expectedSequence,
                deadline
            )
        );
        vm.assertEq(
            registry.releaseDigest(statement, deadline), digestOf(address(registry), structHash)
        );
    }

    function testFuzz_IsOfThisChainAndContract(uint64 chain, uint256 deadline) public {
        vm.assume(chain != 31337);
        bytes32 digest = registry.releaseDigest(releaseStatement(), deadline);
        bytes32 another = newRegistry().releaseDigest(releaseStatement(), deadline);
        vm.assertNotEq(another, digest);
        vm.chainId(chain);
        vm.assertNotEq(registry.releaseDigest(releaseStatement(), deadline), digest);
    }
}

/// @dev The hash is written out once more here, from EIP-712 and the documented type string.
contract RevocationDigestTest is RegistryTest {
    function testFuzz_IsTheHashOfEip712(RevocationStatement memory statement, uint256 deadline)
        public
        view
    {
        bytes32 typeHash = keccak256(
            "Revocation(address publisher,string name,string version,uint8 reason,bytes32 successor,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash,
                statement.publisher,
                keccak256(bytes(statement.name)),
                keccak256(bytes(statement.version)),
                statement.reason,
                statement.successor,
                deadline
            )
        );
        vm.assertEq(
            registry.revocationDigest(statement, deadline), digestOf(address(registry), structHash)
        );
    }

    function testFuzz_IsOfThisChainAndContract(uint64 chain, uint256 deadline) public {
        vm.assume(chain != 31337);
        RevocationStatement memory statement = revocationStatement(WITHDRAWN);
        bytes32 digest = registry.revocationDigest(statement, deadline);
        vm.assertNotEq(newRegistry().revocationDigest(statement, deadline), digest);
        vm.chainId(chain);
        vm.assertNotEq(registry.revocationDigest(statement, deadline), digest);
    }
}

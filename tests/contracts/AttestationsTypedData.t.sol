// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Attestations} from "contracts/Attestations.sol";
import {Attestation} from "contracts/types/Attestation.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";

contract AttestationsDomainSeparatorTest is AttestationsTest {
    function testFuzz_IsOfThisChainAndContract(uint64 chain) public {
        vm.chainId(chain);
        vm.assertEq(attestations.domainSeparator(), separatorOf(chain, address(attestations)));
        Attestations another = new Attestations();
        vm.assertEq(another.domainSeparator(), separatorOf(chain, address(another)));
    }
}

contract AttestationsEip712DomainTest is AttestationsTest {
    function testFuzz_DescribesTheSeparator(uint64 chain) public {
        vm.chainId(chain);
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = attestations.eip712Domain();

        vm.assertEq(uint8(fields), 0x0f);
        vm.assertEq(name, "Weightmark");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, chain);
        vm.assertEq(verifyingContract, address(attestations));
        vm.assertEq(salt, 0);
        vm.assertEq(extensions.length, 0);
    }
}

/// @dev The hash is written out once more here, from EIP-712 and the documented type string.
contract AttestationDigestTest is AttestationsTest {
    function testFuzz_IsTheHashOfEip712(
        address account,
        Attestation memory given,
        bytes memory cid,
        uint256 deadline
    ) public view {
        bytes32 typeHash = keccak256(
            "Attestation(address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,bytes32 statementHash,bytes statementCid,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash,
                account,
                given.releaseId,
                given.commitment,
                given.kind,
                given.statementHash,
                keccak256(cid),
                deadline
            )
        );
        vm.assertEq(
            attestations.attestationDigest(account, given, cid, deadline),
            digestOf(address(attestations), structHash)
        );
    }
}

/// @dev The hash is written out once more here, from EIP-712 and the documented type string.
contract WithdrawalDigestTest is AttestationsTest {
    function testFuzz_IsTheHashOfEip712(address account, Attestation memory given, uint256 deadline)
        public
        view
    {
        bytes32 typeHash = keccak256(
            "AttestationWithdrawal(address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,bytes32 statementHash,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash,
                account,
                given.releaseId,
                given.commitment,
                given.kind,
                given.statementHash,
                deadline
            )
        );
        vm.assertEq(
            attestations.withdrawalDigest(account, given, deadline),
            digestOf(address(attestations), structHash)
        );
    }
}

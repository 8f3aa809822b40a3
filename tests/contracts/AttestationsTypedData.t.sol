// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {Attestation} from "contracts/types/Attestation.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";

contract AttestationsDomainSeparatorTest is AttestationsTest {
    function testFuzz_IsOfThisChainAndContract(uint64 chain) public {
        vm.chainId(chain);
        vm.assertEq(attestations.domainSeparator(), separatorOf(chain, address(attestations)));
        IAttestations another = newAttestations();
        vm.assertEq(another.domainSeparator(), separatorOf(chain, address(another)));
    }
}

contract AttestationsEip712DomainTest is AttestationsTest {
    function testFuzz_DescribesTheSeparator(uint64 chain) public {
        vm.chainId(chain);
        checkDomain(chain, attestations);
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

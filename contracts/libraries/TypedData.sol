// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Attestation} from "../types/Attestation.sol";
import {ReleaseStatement, RevocationStatement} from "../types/Statements.sol";

/// @title EIP-712 hashes of what authorities and attesters sign.
/// @dev The domain is computed at call time. A cached one would bake the chain id into the code,
/// and give each chain another code hash and another address.
library TypedData {
    string internal constant DOMAIN_NAME = "Weightmark";
    string internal constant DOMAIN_VERSION = "1";

    bytes32 internal constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 internal constant RELEASE_TYPEHASH = keccak256(
        "Release(address publisher,string name,string version,bytes32 artifactRoot,bytes32 manifestHash,bytes manifestCid,uint40 expectedSequence,uint256 deadline)"
    );
    bytes32 internal constant REVOCATION_TYPEHASH = keccak256(
        "Revocation(address publisher,string name,string version,uint8 reason,bytes32 successor,uint256 deadline)"
    );
    bytes32 internal constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,bytes32 statementHash,bytes statementCid,uint256 deadline)"
    );
    bytes32 internal constant ATTESTATION_WITHDRAWAL_TYPEHASH = keccak256(
        "AttestationWithdrawal(address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,bytes32 statementHash,uint256 deadline)"
    );

    /// @notice Returns the domain separator of this contract on this chain.
    function domainSeparator() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256(bytes(DOMAIN_NAME)),
                keccak256(bytes(DOMAIN_VERSION)),
                block.chainid,
                address(this)
            )
        );
    }

    /// @notice Returns what an authority signs to have a release registered until `deadline`.
    function digest(ReleaseStatement calldata statement, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                RELEASE_TYPEHASH,
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
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }

    /// @notice Returns what an owner signs to have a release revoked until `deadline`.
    function digest(RevocationStatement calldata statement, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                REVOCATION_TYPEHASH,
                statement.publisher,
                keccak256(bytes(statement.name)),
                keccak256(bytes(statement.version)),
                statement.reason,
                statement.successor,
                deadline
            )
        );
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }

    /// @notice Returns what an attester signs to have an attestation submitted until `deadline`.
    function attestationDigest(
        address attester,
        Attestation calldata attestation,
        bytes calldata statementCid,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                ATTESTATION_TYPEHASH, attester, attestation, keccak256(statementCid), deadline
            )
        );
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }

    /// @notice Returns what an attester signs to have its attestation withdrawn until `deadline`.
    function withdrawalDigest(address attester, Attestation calldata attestation, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 structHash =
            keccak256(abi.encode(ATTESTATION_WITHDRAWAL_TYPEHASH, attester, attestation, deadline));
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }
}

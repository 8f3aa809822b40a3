// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {Attestation, AttestationId, AttesterSignature} from "contracts/types/Attestation.sol";
import {AttestationWord} from "contracts/types/AttestationWord.sol";

import {AttestationsTest} from "./AttestationsTest.sol";
import {Log} from "./Vm.sol";

/// @dev Attests and withdraws at random, directly and by signatures, true and forged ones, and
/// writes down what succeeded and what was logged. Its attesters and attestations are few, so that
/// what it does meets what it did before.
contract AttestationsHandler is AttestationsTest {
    uint256 public constant ATTESTERS = 2;
    uint256 public constant ATTESTATIONS = 3;

    /// @dev What was seen of one attestation: the first time of each act, how often it succeeded, and
    /// the word that was logged last.
    struct Seen {
        uint40 attestedAt;
        uint40 withdrawnAt;
        uint8 attestations;
        uint8 withdrawals;
        AttestationWord logged;
    }

    mapping(AttestationId attestationId => Seen) private _seen;
    uint256 public forgeries;
    uint40 private _now = START;

    constructor(IAttestations target) {
        attestations = target;
    }

    function setUp() public override {}

    /// @dev Returns the attestation of that number by that attester.
    function idAt(uint256 who, uint256 what) public pure returns (AttestationId) {
        return idOf(_attester(who), _attestation(what));
    }

    function seen(AttestationId attestationId) external view returns (Seen memory) {
        return _seen[attestationId];
    }

    function passTime(uint8 time) external {
        _now += time;
        vm.warp(_now);
    }

    function attestsOne(uint8 who, uint8 what) external {
        vm.recordLogs();
        vm.prank(_attester(who));
        try attestations.attest(_attestation(what), CID) {
            _noteAttested(idAt(who, what));
        } catch {}
        _readLogs();
    }

    function withdrawsOne(uint8 who, uint8 what) external {
        vm.recordLogs();
        vm.prank(_attester(who));
        try attestations.withdraw(_attestation(what)) {
            _noteWithdrawn(idAt(who, what));
        } catch {}
        _readLogs();
    }

    function submitsAttestation(uint8 who, uint8 what, uint8 signer, uint8 later) external {
        address account = _attester(who);
        uint256 deadline = START + uint256(later) * 50;
        bytes32 digest = attestations.attestationDigest(account, _attestation(what), CID, deadline);
        bytes memory signature = signatureOf(_key(signer), digest);
        vm.recordLogs();
        try attestations.attestFor(
            _attestation(what), CID, AttesterSignature(account, deadline, signature)
        ) {
            if (!_isTrue(who, signer, deadline)) forgeries++;
            _noteAttested(idAt(who, what));
        } catch {}
        _readLogs();
    }

    function submitsWithdrawal(uint8 who, uint8 what, uint8 signer, uint8 later) external {
        address account = _attester(who);
        uint256 deadline = START + uint256(later) * 50;
        bytes32 digest = attestations.withdrawalDigest(account, _attestation(what), deadline);
        bytes memory signature = signatureOf(_key(signer), digest);
        vm.recordLogs();
        try attestations.withdrawFor(
            _attestation(what), AttesterSignature(account, deadline, signature)
        ) {
            if (!_isTrue(who, signer, deadline)) forgeries++;
            _noteWithdrawn(idAt(who, what));
        } catch {}
        _readLogs();
    }

    function sendsEther(uint8 way, uint8 who, uint8 what, uint64 value) external {
        Attestation memory given = _attestation(what);
        bytes[3] memory calls = [
            bytes(""),
            abi.encodeCall(IAttestations.attest, (given, CID)),
            abi.encodeCall(IAttestations.withdraw, (given))
        ];
        address sender = _attester(who);
        uint256 amount = uint256(value) + 1;
        vm.deal(sender, amount);
        vm.prank(sender);
        (bool success,) = address(attestations).call{value: amount}(calls[way % 3]);
        vm.assertFalse(success);
    }

    function _noteAttested(AttestationId attestationId) private {
        if (_seen[attestationId].attestations++ == 0) _seen[attestationId].attestedAt = _now;
    }

    function _noteWithdrawn(AttestationId attestationId) private {
        if (_seen[attestationId].withdrawals++ == 0) _seen[attestationId].withdrawnAt = _now;
    }

    function _readLogs() private {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            bytes32[] memory topics = logs[i].topics;
            if (topics[0] == IAttestations.Attested.selector) {
                (,,, AttestationWord word,) =
                    abi.decode(logs[i].data, (bytes32, uint8, bytes32, AttestationWord, bytes));
                _seen[AttestationId.wrap(topics[1])].logged = word;
            }
            if (topics[0] == IAttestations.AttestationWithdrawn.selector) {
                _seen[AttestationId.wrap(topics[1])].logged =
                    abi.decode(logs[i].data, (AttestationWord));
            }
        }
    }

    function _isTrue(uint8 who, uint8 signer, uint256 deadline) private view returns (bool) {
        return who % ATTESTERS == signer % ATTESTERS && _now <= deadline;
    }

    function _attestation(uint256 seed) private pure returns (Attestation memory given) {
        given = audit();
        given.statementHash = bytes32(seed % ATTESTATIONS);
    }

    function _key(uint256 seed) private pure returns (uint256) {
        return ATTESTER_KEY + seed % ATTESTERS;
    }

    function _attester(uint256 seed) private pure returns (address) {
        return vm.addr(_key(seed));
    }
}

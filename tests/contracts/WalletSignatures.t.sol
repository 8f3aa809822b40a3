// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {Authorization, ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";
import {
    BurningWallet,
    ConstantWallet,
    GoodWallet,
    LongAnswerWallet,
    RevertingWallet,
    WritingWallet
} from "./utils/Wallets.sol";

/// @dev Publishers that are contract wallets, well-behaved and hostile ones.
contract WalletSignaturesTest is RegistryTest {
    bytes4 private constant MAGIC = IERC1271.isValidSignature.selector;

    /// @dev What a call to the registry may cost beside the wallet's own gas.
    uint256 private constant OWN_GAS = 200_000;
    uint256 private constant WALLET_GAS = 1_000_000;

    function test_AGoodWalletSigns() public {
        ReleaseId releaseId = _submit(address(new GoodWallet()));
        vm.assertEq(wordOf(releaseId).sequence(), 1);
    }

    function test_AGoodWalletIsAskedForTheDigest() public {
        address wallet = address(new GoodWallet());
        ReleaseStatement memory statement = _statement(wallet);
        bytes32 digest = registry.releaseDigest(statement, START);
        bytes memory signature = abi.encodePacked(digest);
        vm.expectCall(wallet, abi.encodeCall(IERC1271.isValidSignature, (digest, signature)));
        registry.registerFor(statement, Authorization(wallet, 0, START, signature));
    }

    function testFuzz_AGoodWalletRefusesAnotherSignature(bytes memory signature) public {
        address wallet = address(new GoodWallet());
        _expectRefusal(wallet);
        registry.registerFor(_statement(wallet), Authorization(wallet, 0, START, signature));
    }

    function test_AGoodWalletSignsARevocation() public {
        address wallet = address(new GoodWallet());
        ReleaseId releaseId = _submit(wallet);
        RevocationStatement memory statement = revocationStatement(WITHDRAWN);
        statement.publisher = wallet;
        bytes memory signature = abi.encodePacked(registry.revocationDigest(statement, START));
        registry.revokeFor(statement, Authorization(wallet, 0, START, signature));
        vm.assertEq(wordOf(releaseId).reason(), WITHDRAWN);
    }

    function testFuzz_AnotherAnswerThanTheMagicValue(bytes32 answer) public {
        vm.assume(answer != bytes32(MAGIC));
        _refuse(address(new ConstantWallet(abi.encode(answer))));
    }

    function testFuzz_TheMagicValueWithDirtBehindIt(uint224 dirt) public {
        vm.assume(dirt != 0);
        _refuse(address(new ConstantWallet(abi.encodePacked(MAGIC, dirt))));
    }

    function testFuzz_TheMagicValueCutShort(uint8 length) public {
        length = length % 32;
        bytes memory answer = new bytes(length);
        for (uint256 i = 0; i < 4 && i < length; i++) {
            answer[i] = MAGIC[i];
        }
        _refuse(address(new ConstantWallet(answer)));
    }

    function test_AWalletThatReverts() public {
        _refuse(address(new RevertingWallet()));
    }

    function test_AWalletThatWrites() public {
        _refuse(address(new WritingWallet()));
    }

    function test_AWalletThatBurnsItsGas() public {
        address wallet = address(new BurningWallet());
        ReleaseStatement memory statement = _statement(wallet);
        _expectRefusal(wallet);
        uint256 before = gasleft();
        registry.registerFor(statement, Authorization(wallet, 0, START, ""));
        vm.assertLe(before - gasleft(), WALLET_GAS + OWN_GAS);
    }

    /// @dev The answer is accepted for its first word; the caller pays for none of the rest.
    function test_AWalletWithALongAnswer() public {
        address wallet = address(new LongAnswerWallet());
        uint256 before = gasleft();
        registry.registerFor(_statement(wallet), Authorization(wallet, 0, START, ""));
        vm.assertLe(before - gasleft(), _costOfTheAnswer(wallet) + OWN_GAS);
    }

    /// @dev The identity precompile answers with the question, which starts with the magic value.
    function test_APrecompileIsNoWallet() public {
        _refuse(address(4));
    }

    function test_AnAccountWithoutCodeIsNoWallet() public {
        _refuse(address(0xC0DE1E55));
    }

    function _costOfTheAnswer(address wallet) private view returns (uint256) {
        bytes32 word;
        uint256 before = gasleft();
        assembly ("memory-safe") {
            pop(staticcall(gas(), wallet, 0x00, 0x00, 0x00, 0x20))
            word := mload(0x00)
        }
        vm.assertEq(word, bytes32(MAGIC));
        return before - gasleft();
    }

    function _statement(address wallet) private view returns (ReleaseStatement memory statement) {
        statement = releaseStatement();
        statement.publisher = wallet;
    }

    function _submit(address wallet) private returns (ReleaseId) {
        ReleaseStatement memory statement = _statement(wallet);
        bytes memory signature = abi.encodePacked(registry.releaseDigest(statement, START));
        return registry.registerFor(statement, Authorization(wallet, 0, START, signature));
    }

    function _refuse(address wallet) private {
        ReleaseStatement memory statement = _statement(wallet);
        bytes memory signature = abi.encodePacked(registry.releaseDigest(statement, START));
        _expectRefusal(wallet);
        registry.registerFor(statement, Authorization(wallet, 0, START, signature));
    }

    function _expectRefusal(address wallet) private {
        expectRevert(ISignedStatements.InvalidSignature.selector, uint256(uint160(wallet)));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {AuthorityWord, identityAuthority} from "contracts/types/AuthorityWord.sol";
import {Authorization} from "contracts/types/Statements.sol";

import {RegistryEvents} from "./RegistryEvents.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Log} from "./Vm.sol";

/// @dev Who acts on the registry: three accounts, two of them publishers, each by turns an owner, a
/// delegate or a stranger to the others. They are few, so that what they do meets what was done.
abstract contract RegistryActors is RegistryTest {
    uint256 public constant PUBLISHERS = 2;
    uint256 private constant ACCOUNTS = 3;

    /// @dev Who acts for whom, how, and whether it may.
    struct Actor {
        address publisher;
        uint32 index;
        address account;
        bool signs;
        bool isForged;
    }

    address[ACCOUNTS] private _accounts;
    mapping(address account => uint256 key) private _keyOf;
    bytes32 private _random;
    uint40 internal time = START;

    /// @dev Calls that succeeded though their actor was no valid authority, or had not signed.
    uint256 public trespasses;
    /// @dev Calls that succeeded with other than one event whose state is there.
    uint256 public eventsWithoutState;
    /// @dev Calls that succeeded with ether.
    uint256 public acceptedEther;
    /// @dev Calls that succeeded at all, and calls that were refused to who may not.
    mapping(bytes4 selector => uint256) public successes;
    mapping(bytes4 selector => uint256) public refusals;

    constructor(IModelRegistry target) {
        registry = target;
        uint256[ACCOUNTS] memory keys = [PUBLISHER_KEY, OTHER_KEY, 0xCA401];
        for (uint256 i = 0; i < ACCOUNTS; i++) {
            _accounts[i] = vm.addr(keys[i]);
            _keyOf[_accounts[i]] = keys[i];
        }
    }

    /// @dev The registry is given.
    function setUp() public override {}

    /// @dev Every choice of a call follows from its one argument.
    modifier choosing(uint256 seed) {
        _random = keccak256(abi.encode(_random, seed));
        _;
    }

    function publisherAt(uint256 number) public view returns (address) {
        return _accounts[number];
    }

    function _choose(uint256 count) internal returns (uint256) {
        _random = keccak256(abi.encode(_random));
        return uint256(_random) % count;
    }

    function _chooseAccount() internal returns (address) {
        return _accounts[_choose(ACCOUNTS)];
    }

    /// @dev Mostly the account that stands at the index, now and then another; now and then an index
    /// that is not written.
    function _chooseActor() internal returns (Actor memory by) {
        by.publisher = publisherAt(_choose(PUBLISHERS));
        by.index = uint32(_choose(registry.authorityCount(by.publisher) + 2));
        by.account = _effective(by).account();
        if (by.account == address(0) || _choose(4) == 0) by.account = _chooseAccount();
        by.signs = _choose(2) == 0;
        by.isForged = _choose(4) == 0;
    }

    function _sign(Actor memory by, bytes32 digest, uint256 deadline)
        internal
        view
        returns (Authorization memory)
    {
        if (by.isForged) digest = ~digest;
        bytes memory signature = signatureOf(_keyOf[by.account], digest);
        return Authorization(by.account, by.index, deadline, signature);
    }

    /// @dev Makes a call as the actor, and judges what came of it.
    function _act(Actor memory by, bytes memory call, bool needsOwner) internal returns (bool) {
        bool allowed = _isAllowed(by, needsOwner);
        vm.recordLogs();
        if (!by.signs) vm.prank(by.account);
        (bool success,) = address(registry).call(call);
        Log[] memory logs = vm.getRecordedLogs();
        if (!success && !allowed) refusals[bytes4(call)]++;
        if (!success) return false;
        successes[bytes4(call)]++;
        if (!allowed) trespasses++;
        if (logs.length != 1 || !RegistryEvents.isState(registry, logs[0])) eventsWithoutState++;
        return true;
    }

    function _isAllowed(Actor memory by, bool needsOwner) private view returns (bool) {
        AuthorityWord word = _effective(by);
        return word.account() == by.account && word.from() <= time && time < word.until()
            && (!needsOwner || word.role() == OWNER) && !(by.signs && by.isForged);
    }

    function _effective(Actor memory by) private view returns (AuthorityWord word) {
        word = registry.authority(by.publisher, by.index);
        if (raw(word) == 0 && by.index == 0) word = identityAuthority(by.publisher);
    }
}

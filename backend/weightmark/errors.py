"""Every error that Weightmark raises, in one tree.

Each class carries a stable ``code``, the exit status of the command line and the HTTP status of the
web API; both tables derive from here. An instance carries a message that names what is wrong and,
where there is one, a hint that says what to do::

    WeightmarkError
    ├── UsageError                      exit 2   the command line itself is wrong
    ├── RefusedError                    exit 1   verified to be wrong, or refused
    │   ├── VerificationFailedError              a verification did not pass
    │   ├── LookAlikeContractError               the contract's code is not the packaged code
    │   ├── VersionExistsError                   the version is registered with other content
    │   ├── AlreadyRevokedError                  the release is revoked for good
    │   ├── AlreadyWithdrawnError                the attestation is withdrawn for good
    │   ├── NotAuthorizedError                   the account may not act for the publisher
    │   ├── StatementRefusedError                the contract refused a statement's content
    │   ├── UntrustedCertificateError            no trusted certificate vouches for the key
    │   ├── UnknownReleaseError                  nobody registered that release
    │   └── AlreadyExistsError                   a key, file, batch or the like is there already
    ├── UnavailableError                exit 3   could not be checked or done
    │   ├── ChainUnreachableError                the endpoint does not answer, or answers nonsense
    │   ├── WrongChainError                      the endpoint serves another chain
    │   ├── NotDeployedError                     the contracts are not on this network
    │   ├── TransactionFailedError               a transaction was not carried out
    │   ├── StorageError                         the data directory cannot be read or written
    │   ├── LockTimeoutError                     another process holds the lock for too long
    │   ├── TokenError                           a PKCS#11 token is out of reach, or refuses
    │   ├── ContentUnavailableError              nobody who was asked has a block
    │   │   └── ContentGoneError                 the file that had a block is gone
    │   ├── IpfsServiceError                     a node, gateway or pinning service does not serve
    │   ├── DevnetError                          the local node does not start, or does not end
    │   └── MissingExtraError                    an optional package is not installed
    └── InputError                      exit 4   bad input
        ├── ArtifactError                        a tree that cannot be accepted: link, FIFO, name
        │   └── ArtifactChangedError             a file changed while it was read
        ├── MissingPathError                     a path that is not there
        ├── ManifestError                        a manifest that is malformed, or not canonical
        ├── SigningRequestError                  a request that is malformed, or a signature
        ├── SignatureFileError                   a bundle or envelope that is malformed
        ├── ContentError                         a CID, block or CAR file that is malformed or wrong
        ├── ValueFormatError                     a digest, address, name, version or reference
        ├── KeyFileError                         a key or password that cannot be used
        │   └── NoKeyError                       no key is configured
        └── ConfigurationError                   a configuration, trust or network file
"""

from __future__ import annotations

from typing import ClassVar


class WeightmarkError(Exception):
    """The root of every error that Weightmark raises.

    Attributes:
        code: Stable identifier, for programs.
        exit_status: Exit status of a command that ends with this error.
        http_status: Status of a web API response that reports this error.
        message: What is wrong, naming the offending value.
        hint: What to do about it, or an empty string.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 3
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WeightmarkError):
    """The command line or the arguments of a call contradict each other."""

    code = "usage"
    exit_status = 2
    http_status = 400


class RefusedError(WeightmarkError):
    """Something was verified to be wrong, or a rule forbids what was asked."""

    code = "refused"
    exit_status = 1
    http_status = 409


class VerificationFailedError(RefusedError):
    """A verification that had to pass did not; its verdict says why."""

    code = "verification-failed"
    http_status = 422


class LookAlikeContractError(RefusedError):
    """The code at the contract's address is not the code that this package carries."""

    code = "look-alike-contract"
    http_status = 502


class VersionExistsError(RefusedError):
    """The version is registered already, with other content."""

    code = "version-exists"


class AlreadyRevokedError(RefusedError):
    """The release is revoked for a reason that is final."""

    code = "already-revoked"


class AlreadyWithdrawnError(RefusedError):
    """The attestation is withdrawn, and a withdrawal is final."""

    code = "already-withdrawn"


class NotAuthorizedError(RefusedError):
    """The account is not an authority that may do this for the publisher."""

    code = "not-authorized"
    http_status = 403


class StatementRefusedError(RefusedError):
    """The contract refused a statement for what it says."""

    code = "statement-refused"


class UntrustedCertificateError(RefusedError):
    """No trusted certificate vouches for a key at the time that counts."""

    code = "untrusted-certificate"
    http_status = 422


class UnknownReleaseError(RefusedError):
    """No such release is known."""

    code = "unknown-release"
    http_status = 404


class AlreadyExistsError(RefusedError):
    """A key, nickname, network, file, batch or attestation exists, and is left as it is."""

    code = "already-exists"


class UnavailableError(WeightmarkError):
    """Something could not be checked or done; trying again later may succeed."""

    code = "unavailable"
    exit_status = 3
    http_status = 503


class ChainUnreachableError(UnavailableError):
    """The chain's endpoint does not answer, or its answer cannot be understood."""

    code = "chain-unreachable"


class WrongChainError(UnavailableError):
    """The endpoint serves another chain than the network names."""

    code = "wrong-chain"


class NotDeployedError(UnavailableError):
    """Weightmark's contracts are not deployed on the network."""

    code = "not-deployed"


class TransactionFailedError(UnavailableError):
    """A transaction was not carried out, for a reason outside the contract's rules."""

    code = "transaction-failed"


class StorageError(UnavailableError):
    """A file of Weightmark's own state cannot be read or written."""

    code = "storage"


class LockTimeoutError(UnavailableError):
    """Another process has held a lock for longer than we wait."""

    code = "lock-timeout"


class TokenError(UnavailableError):
    """A PKCS#11 token, or what reaches it, is not there or refuses."""

    code = "token"


class ContentUnavailableError(UnavailableError):
    """Nobody who was asked has a block."""

    code = "content-unavailable"


class ContentGoneError(ContentUnavailableError):
    """A file that had a block, and was pinned for it, is gone or cannot be read."""

    code = "content-gone"


class IpfsServiceError(UnavailableError):
    """An IPFS node, gateway or pinning service is out of reach, refuses, or answers nonsense."""

    code = "ipfs-service"


class DevnetError(UnavailableError):
    """The local node does not start, or does not end."""

    code = "devnet"


class MissingExtraError(UnavailableError):
    """An optional feature needs a package that is not installed."""

    code = "missing-extra"
    http_status = 501


class InputError(WeightmarkError):
    """Something that was given is malformed or cannot be accepted."""

    code = "bad-input"
    exit_status = 4
    http_status = 422


class ArtifactError(InputError):
    """The artifact holds something that cannot be accepted."""

    code = "unacceptable-artifact"


class ArtifactChangedError(ArtifactError):
    """A file changed, or was replaced, while it was being read."""

    code = "artifact-changed"


class MissingPathError(InputError):
    """A path that was given is not there."""

    code = "missing-path"
    http_status = 404


class ManifestError(InputError):
    """A release manifest is malformed, out of bounds or not canonical."""

    code = "bad-manifest"


class SigningRequestError(InputError):
    """A signing request, or the signature for one, is malformed, altered or not there."""

    code = "bad-signing-request"


class SignatureFileError(InputError):
    """A file of signatures, or the statement in it, is malformed, or of a form that is not ours."""

    code = "bad-signature-file"


class ContentError(InputError):
    """A CID, a block or a CAR file is malformed, out of bounds, or not what its CID says."""

    code = "bad-content"


class ValueFormatError(InputError):
    """A digest, address, name, version or reference does not have its form."""

    code = "bad-value"


class KeyFileError(InputError):
    """A key, or the password for it, cannot be used."""

    code = "bad-key"


class NoKeyError(KeyFileError):
    """A key is needed, and none is configured."""

    code = "no-key"


class ConfigurationError(InputError):
    """A configuration, trust or network file is malformed, or a setting in it is."""

    code = "bad-configuration"
    http_status = 503  # whoever asks over HTTP did not write it


def all_errors() -> tuple[type[WeightmarkError], ...]:
    """Return every error class, the root first, each parent before its children."""
    found: list[type[WeightmarkError]] = [WeightmarkError]
    for parent in found:
        found.extend(parent.__subclasses__())
    return tuple(found)

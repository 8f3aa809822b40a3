"""Submitting what an authority has signed, and paying for it.

1. The request is for a known chain and for our registry there.
2. What it asks for is not done yet.
3. Its signature is there, is not late, and is said to be by an authority that may do this.
4. The contract, asked without sending anything, accepts it; it says what it costs.
5. It is sent.

Whoever submits is trusted with nothing: the contract checks the signature, and whose it is. Two who
submit the same request at once get one registration, and each is told that it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from weightmark.domain.identifiers import model_id_of
from weightmark.domain.networks import Network
from weightmark.domain.registry import AuthorityWord, authority_slot
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import RevocationStatement
from weightmark.domain.times import utc_text
from weightmark.errors import SigningRequestError, StatementRefusedError
from weightmark.ports.chain import BlockTag, ChainDrafter, ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records
from weightmark.services.authorities import Authority, acting
from weightmark.services.heads import remember_head
from weightmark.services.lookup import network_asked_for
from weightmark.services.spending import FREELY, Preview, Spending, preview_of
from weightmark.services.standing import unless_done

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that is carried out.

    Attributes:
        request: What was asked for.
        network: The chain.
        receipt: The transaction, or None where it was carried out before.
    """

    request: SigningRequest
    network: Network
    receipt: TransactionReceipt | None


class Submitter:
    """Submits what others have signed, with one key."""

    def __init__(
        self,
        chains: Chains,
        writer: Callable[[Network], ChainWriter],
        drafter: Callable[[Network], ChainDrafter],
        records: Records,
    ) -> None:
        self._chains = chains
        self._writer = writer
        self._drafter = drafter
        self._records = records

    def network(self, request: SigningRequest) -> Network:
        """Return the chain that a request is for.

        Raises:
            UsageError: Another network was chosen.
            ValueFormatError: The chain is unknown.
        """
        found = network_asked_for(str(request.chain_id), self._chains)
        return found or self._chains.default

    def submit(self, request: SigningRequest, spending: Spending = FREELY) -> Submission:
        """Carry a request out, unless it was carried out before.

        Raises:
            SigningRequestError: There is no signature.
            StatementRefusedError: It is for another contract, late, or not by its signer.
            NotAuthorizedError: The signer may not do this for the publisher.
            VersionExistsError: The version is registered with other content.
            AlreadyRevokedError: The release is revoked.
            UnavailableError: The chain is out of reach, or it costs too much.
        """
        network = self.network(request)

        def send() -> TransactionReceipt:
            writer = self._writer(network)
            return spending.approve(writer, request.action).send(writer, request.action)

        receipt = self._unless_done(request, network, send)
        model_id = model_id_of(request.statement.publisher, request.statement.name)
        remember_head(self._chains, network, model_id, self._records)
        return Submission(request, network, receipt)

    def preview(self, request: SigningRequest, max_fee: int | None = None) -> Preview | None:
        """Return what it costs to carry a request out; None where that was done before.

        Raises:
            WeightmarkError: As `submit`.
        """
        network = self.network(request)
        return self._unless_done(
            request,
            network,
            lambda: preview_of(network, self._drafter(network), request.action, max_fee),
        )

    def _unless_done(
        self, request: SigningRequest, network: Network, act: Callable[[], Result]
    ) -> Result | None:
        registry = self._chains.registry.address
        if request.contract != registry:
            raise StatementRefusedError(
                f"the request is for the contract {request.contract}, and the registry is "
                f"{registry}",
                hint="ask the publisher for a request that this version of weightmark made",
            )

        def checked() -> Result:
            self._check(request, network)
            return act()

        return unless_done(self._chains, network, request.statement, checked)

    def _check(self, request: SigningRequest, network: Network) -> None:
        authorization, publisher = request.authorization, request.statement.publisher
        if not request.is_signed:
            raise SigningRequestError(
                f"the request is not signed: {authorization.signer} has to sign its typed_data",
                hint="add what the wallet gives: --signature HEX",
            )
        reader = self._chains.reader(network)
        block = reader.block(BlockTag.LATEST)
        if authorization.deadline < block.timestamp:
            raise StatementRefusedError(
                f"the signature was good until {utc_text(authorization.deadline)}",
                hint="ask the signer to sign again",
            )
        index = authorization.authority_index
        (word,) = reader.words(
            self._chains.registry.address, (authority_slot(publisher, index),), block
        )
        unpacked = AuthorityWord.unpack(word, publisher=publisher, index=index)
        as_owner = isinstance(request.statement, RevocationStatement)
        found = [Authority(index, unpacked)] if unpacked else []
        acting(found, publisher, authorization.signer, block.next_time, as_owner=as_owner)

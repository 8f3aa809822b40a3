"""The routes: parse, call, render. They block, so the framework runs them in threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Annotated, Any, Final, ParamSpec, TypeVar

from fastapi import Depends, FastAPI, Path, Query, Request

from weightmark.api import examples
from weightmark.api.documents import (
    FoundFileDocument,
    HealthDocument,
    found_file_document,
    health_document,
)
from weightmark.api.problems import PROBLEM_MEDIA_TYPE, shown
from weightmark.bootstrap.application import Application
from weightmark.domain.documents import ReleaseDocument, release_document
from weightmark.errors import UnavailableError
from weightmark.services.catalogue import Catalogue

# How many look-ups are answered at once: fewer than the framework has threads (40), so that one is
# left to refuse the next.
MAX_LOOK_UPS: Final = 16

PROBLEM_SCHEMA: Final = "ProblemDocument"

# What each route answers, by its path.
EXAMPLES: Final[dict[str, object]] = {
    "/healthz": examples.HEALTH,
    "/v1/releases/{release_id}": examples.RELEASE,
    "/v1/releases/{publisher}/{name}/{version}": examples.RELEASE,
    "/v1/files/{digest}": [examples.FOUND_FILE],
    "/v1/publishers/{publisher}": [examples.RELEASE],
}

_PROBLEMS: Final = {
    400: "The chain contradicts the network that the server was started for",
    404: "No such release is known",
    414: "Path or query is too long",
    422: "A value does not have its form, or is ambiguous",
    500: "The server failed",
    502: "The contract on the chain is not Weightmark's registry",
    503: "The chain or the server's own state is out of reach, or too much is asked at once",
}
_OF_EVERY_ROUTE: Final = (414, 500, 503)

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")


def _application(request: Request) -> Application:
    application: Application = request.app.state.application
    return application


def _catalogue(request: Request) -> Catalogue:
    return _application(request).catalogue()


Opened = Annotated[Catalogue, Depends(_catalogue)]
Chain = Annotated[
    str,
    Query(max_length=64, description="A network's name or a chain id.", examples=["sepolia"]),
]
Publisher = Annotated[
    str,
    Path(
        description="An address, or a nickname of the server's trust file.",
        examples=[examples.PUBLISHER],
    ),
]


def health(application: Annotated[Application, Depends(_application)]) -> HealthDocument:
    """Say whether look-ups can be answered: 503 where the chain or the registry is out of reach."""
    network = application.network
    return health_document(network, application.check_network(network))


def release_by_id(
    catalogue: Opened,
    release_id: Annotated[
        str, Path(description="0x and 64 hex digits.", examples=[examples.RELEASE_ID])
    ],
    chain: Chain = "",
) -> ReleaseDocument:
    """Tell what the chain says of a release that this machine published or verified."""
    return release_document(catalogue.release_by_id(release_id, chain))


def release(
    catalogue: Opened,
    publisher: Publisher,
    name: Annotated[
        str, Path(description="The model's name; it may hold '/'.", examples=["acme/digits"])
    ],
    version: Annotated[str, Path(description="The release's version.", examples=["1.0.0"])],
    chain: Chain = "",
) -> ReleaseDocument:
    """Tell what the chain says of a release."""
    return release_document(catalogue.release(publisher, name, version, chain))


def files(
    catalogue: Opened,
    digest: Annotated[
        str, Path(description="A multihash in lower-case hex.", examples=[examples.DIGEST])
    ],
) -> list[FoundFileDocument]:
    """List the files of that content that this machine published or verified.

    Each comes with everybody's releases of the same bytes, and their times. Whoever registered a
    release need not be its author.
    """
    return [
        found_file_document(found, shown(found.error) if found.error else None)
        for found in catalogue.files(digest)
    ]


def releases_of_publisher(
    catalogue: Opened, publisher: Publisher, chain: Chain = ""
) -> list[ReleaseDocument]:
    """List the releases that a publisher registered on one chain, the oldest first."""
    return [release_document(view) for view in catalogue.by_publisher(publisher, chain)]


def add_routes(app: FastAPI) -> None:
    """Add every route; together they make a bounded number of look-ups at once."""
    slots = BoundedSemaphore(MAX_LOOK_UPS)
    for path, route, problems in (
        ("/healthz", health, (502,)),
        ("/v1/releases/{release_id}", release_by_id, (400, 404, 422, 502)),
        ("/v1/releases/{publisher}/{name:path}/{version}", release, (400, 404, 422, 502)),
        ("/v1/files/{digest}", files, (422,)),
        ("/v1/publishers/{publisher}", releases_of_publisher, (400, 422, 502)),
    ):
        app.get(path, responses=_problems(*problems))(_bounded(route, slots))


def _bounded(
    route: Callable[_Parameters, _Answer], slots: BoundedSemaphore
) -> Callable[_Parameters, _Answer]:
    @wraps(route)
    def answer(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Answer:
        if not slots.acquire(blocking=False):
            message = f"the server makes {MAX_LOOK_UPS} look-ups at once, and no more"
            raise UnavailableError(message, hint="ask again in a moment")
        try:
            return route(*args, **kwargs)
        finally:
            slots.release()

    return answer


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {
        "schema": {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"},
        "example": examples.PROBLEM,
    }
    return {
        status: {"description": _PROBLEMS[status], "content": {PROBLEM_MEDIA_TYPE: content}}
        for status in sorted({*statuses, *_OF_EVERY_ROUTE})
    }

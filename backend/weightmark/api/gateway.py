"""Blocks over HTTP, as an ASGI application: a trustless gateway, which asks nobody else.

Source: https://specs.ipfs.tech/http-gateways/trustless-gateway. Only what clients can check is
served: single blocks, and streams of blocks (CAR).
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from weightmark.api.content_path import ContentPath
from weightmark.api.content_stream import ContentStream
from weightmark.api.foundation import NO_TELEMETRY, protect
from weightmark.api.negotiation import CONTENT_TYPES, HINT, Form, negotiate
from weightmark.api.places import Places
from weightmark.api.problems import log, problem
from weightmark.errors import (
    ContentError,
    ContentGoneError,
    ContentUnavailableError,
    UsageError,
    WeightmarkError,
)
from weightmark.ports.blocks import BlockSource
from weightmark.version import __version__

# The longest path of an artifact has 4,096 characters, most of them of one byte.
MAX_PATH_LENGTH: Final = 8192

# Each may have some blocks in memory, of at most 2 MiB: one that is read, others that are sent.
MAX_REQUESTS: Final = 32

_SUFFIXES: Final = {Form.RAW: "bin", Form.CAR: "car"}


def create_gateway(blocks: BlockSource, *, local_only: bool = False) -> FastAPI:
    """Return a gateway.

    Args:
        blocks: What it serves.
        local_only: Whether to answer requests for this machine's loopback names alone.
    """

    def answer(request: Request) -> Response:
        return _answer(request, blocks)

    app = FastAPI(
        title="Weightmark",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.add_api_route("/{path:path}", answer, methods=["GET", "HEAD"])
    app.add_middleware(Places, count=MAX_REQUESTS)
    protect(app, local_only=local_only, max_path_length=MAX_PATH_LENGTH)
    return app


class _Stream(StreamingResponse):
    """A stream of blocks. Where one cannot be had any more it breaks off, without its end."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except WeightmarkError as error:
            log(error)


def _answer(request: Request, blocks: BlockSource) -> Response:
    path = ContentPath.parse(request.scope["raw_path"].decode())
    form = negotiate(request.headers.get("accept", ""), request.query_params)
    if form is None:
        error = UsageError("only what a client can check is served", hint=HINT)
        return problem(error, status=HTTPStatus.NOT_ACCEPTABLE)
    answer = _block if form is Form.RAW else _stream
    try:
        return answer(request, path, blocks)
    except ContentUnavailableError as error:
        if isinstance(error, ContentGoneError):
            log(error)
        cached = "only-if-cached" in request.headers.get("cache-control", "")
        status = HTTPStatus.PRECONDITION_FAILED if cached else HTTPStatus.NOT_FOUND
        return problem(ContentUnavailableError("it is not held here"), status=status)
    except ContentError as error:
        log(error)
        told = ContentError("it has changed here since it was pinned, and is not served")
        return problem(told, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _block(request: Request, path: ContentPath, blocks: BlockSource) -> Response:
    if path.names:
        raise UsageError("a block is asked for by its CID alone", hint="a path needs ?format=car")
    block = b"" if path.is_probe else blocks.get(path.root)
    headers = _headers(request, path, Form.RAW, f'"{path.name}.raw"')
    if _is_known(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Length"] = str(len(block))
    return Response(b"" if request.method == "HEAD" else block, headers=headers)


def _stream(request: Request, path: ContentPath, blocks: BlockSource) -> Response:
    stream = ContentStream.open(path, request.query_params, blocks)
    headers = _headers(request, path, Form.CAR, f'"{stream.identity}.car"')
    if _is_known(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    nothing: Iterator[bytes] = iter(())
    return _Stream(nothing if request.method == "HEAD" else stream.pieces(), headers=headers)


def _headers(request: Request, path: ContentPath, form: Form, etag: str) -> dict[str, str]:
    """Return the headers of an answer that never changes."""
    query = request.scope["query_string"].decode()
    headers = {
        "Content-Type": CONTENT_TYPES[form],
        "Content-Disposition": f'attachment; filename="{path.name}.{_SUFFIXES[form]}"',
        "Cache-Control": "public, max-age=29030400, immutable",
        "ETag": etag,
        "Vary": "Accept",
        "Accept-Ranges": "none",
        "X-Ipfs-Path": path.text,
    }
    if "format" not in request.query_params:
        headers["Content-Location"] = f"{path.text}?format={form}" + (query and f"&{query}")
    return headers


def _is_known(request: Request, etag: str) -> bool:
    """Whether a client has said that it has the answer already."""
    tags = request.headers.get("if-none-match", "").split(",")
    return not {tag.strip().removeprefix("W/") for tag in tags}.isdisjoint({etag, "*"})

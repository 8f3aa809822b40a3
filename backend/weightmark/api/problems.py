"""Errors as answers: ``application/problem+json`` (RFC 9457), all from the one tree of errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from weightmark.api.documents import ProblemDocument
from weightmark.domain.documents import ErrorDocument, error_document
from weightmark.domain.text import printable
from weightmark.errors import (
    ConfigurationError,
    LockTimeoutError,
    MissingPathError,
    StorageError,
    UsageError,
    ValueFormatError,
    WeightmarkError,
)

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"

# No answer is for a browser to show or for anybody to keep: a revocation counts at once.
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# When to ask again for what is out of reach.
RETRY_SECONDS: Final = "5"

# Their messages name files of the machine that answers, which is its operator's business alone.
_PRIVATE = (ConfigurationError, LockTimeoutError, StorageError)
_LOGGER = logging.getLogger("weightmark.api")


def log(error: WeightmarkError) -> None:
    """Tell the operator what is wrong, on standard error."""
    _LOGGER.error("%s", printable(f"{error.message}; {error.hint}".removesuffix("; ")))


def shown(error: WeightmarkError) -> ErrorDocument:
    """Return an error for those who ask; what is kept from them goes to the log."""
    document = error_document(error)
    if not isinstance(error, _PRIVATE):
        return document
    log(error)
    message = "the server's own files or configuration do not allow it"
    return {**document, "message": message, "hint": "its operator finds the reason in its log"}


def problem_document(error: WeightmarkError, status: int) -> ProblemDocument:
    """Return an error as a problem of the status given."""
    document = shown(error)
    return {
        "type": f"urn:weightmark:error:{error.code}",
        "title": error.code.replace("-", " ").capitalize(),
        "status": status,
        "detail": document["message"],
        "code": document["code"],
        "hint": document["hint"],
        "exit_status": document["exit_status"],
    }


def problem(
    error: WeightmarkError, *, status: int = 0, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the answer that reports an error.

    Args:
        error: What is wrong.
        status: The HTTP status, where it is not the error's own.
        headers: Further headers.
    """
    status = status or error.http_status
    content = problem_document(error, status)
    return JSONResponse(content, status, headers, media_type=PROBLEM_MEDIA_TYPE)


async def answer_error(request: Request, error: Exception) -> JSONResponse:
    """Turn whatever a route or the framework raised into an answer; foreign words stay here."""
    match error:
        case WeightmarkError(http_status=HTTPStatus.SERVICE_UNAVAILABLE):
            return problem(error, headers={"Retry-After": RETRY_SECONDS})
        case WeightmarkError():
            return problem(error)
        case RequestValidationError():
            return problem(_invalid(error))
        case HTTPException(status_code=404):
            path = printable(request.scope["path"][:200])
            return problem(
                MissingPathError(f"there is nothing at {path}", hint="see /openapi.json")
            )
        case HTTPException(status_code=status):
            return problem(
                UsageError(f"{request.method} cannot be answered: {HTTPStatus(status).phrase}"),
                status=status,
                headers=error.headers,
            )
        case _:
            _LOGGER.error("an error that nobody foresaw", exc_info=error)
            # Raised through the middleware that would have added the headers.
            unexpected = WeightmarkError("the server failed", hint="its operator finds the reason")
            return problem(unexpected, headers=SECURITY_HEADERS)


def _invalid(error: RequestValidationError) -> ValueFormatError:
    found = (f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
    return ValueFormatError(printable("; ".join(found)), hint="see /openapi.json")

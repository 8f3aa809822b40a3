"""What every server of ours is built on: its guard, its answers to errors, and no telemetry."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from weightmark.api.guard import Guard
from weightmark.api.problems import answer_error
from weightmark.errors import WeightmarkError

NO_TELEMETRY: Final[Any] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def protect(app: FastAPI, *, local_only: bool, max_path_length: int) -> None:
    """Put the guard before an application, and have it answer every error as a problem.

    Args:
        app: The application.
        local_only: Whether to answer requests for this machine's loopback names alone.
        max_path_length: How long a path may be, in bytes.
    """
    app.add_middleware(Guard, local_only=local_only, max_path_length=max_path_length)
    for error in (WeightmarkError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(error, answer_error)

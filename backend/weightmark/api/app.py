"""The web API as an ASGI application."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from weightmark.api.documents import ProblemDocument
from weightmark.api.foundation import NO_TELEMETRY, protect
from weightmark.api.routes import EXAMPLES, PROBLEM_SCHEMA, add_routes
from weightmark.bootstrap.application import Application
from weightmark.version import __version__

# The longest path that can mean something has a nickname, a name and a version in which each
# character is percent-encoded: 3 * (64 + 128 + 64) and the words of the route.
MAX_PATH_LENGTH: Final = 1024

_DESCRIPTION: Final = """\
Look-ups of releases, files and publishers, from what this machine remembers and from the chain.

An answer is what this server says. To know, verify the files: `weightmark verify`. Registered is
not trusted, and whoever registered a release need not be its author."""


class WebApi(FastAPI):
    """FastAPI, with what it cannot be told in its description: problems, and nulls in examples."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of the API."""
        description = super().openapi()
        schemas = description["components"]["schemas"]
        schemas[PROBLEM_SCHEMA] = TypeAdapter(ProblemDocument).json_schema()
        for path, example in EXAMPLES.items():
            answer = description["paths"][path]["get"]["responses"]["200"]
            answer["content"]["application/json"]["example"] = example
        return description


def create_app(application: Application, *, local_only: bool = False) -> FastAPI:
    """Return the web API of a configured Weightmark.

    Args:
        application: What answers.
        local_only: Whether to answer requests for this machine's loopback names alone.
    """
    app = WebApi(
        title="Weightmark",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's pages for people load their scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        telemetry=NO_TELEMETRY,
    )
    app.state.application = application
    protect(app, local_only=local_only, max_path_length=MAX_PATH_LENGTH)
    add_routes(app)
    return app

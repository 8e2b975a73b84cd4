"""The OpenAPI document: problems as the answers that they are, and each operation's permission as `x-permission`."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from jietong.web.problems import MEDIA_TYPE
from jietong.web.walk import walk

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "An error (RFC 9457). `code` is stable; `detail` is one English sentence.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "the first field at fault"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "retry_after": {"type": "integer", "description": "seconds"},
    },
    "additionalProperties": True,
}


def describe(app: FastAPI) -> None:
    """Makes `app.openapi()` give this document (OpenAPI 3.1)."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "jt_session"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    answer = {"description": "Problem", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for guarded in walk(app):
        operation = document["paths"].get(guarded.path, {}).get(guarded.method.lower())
        if operation is None:
            continue
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = answer
        if guarded.allowed is not None:
            operation["security"] = [{"session": []}, {"token": []}]
            operation["x-permission"] = [str(permission) for permission in guarded.allowed] or "signed in"
        else:
            operation["x-permission"] = f"public: {guarded.reason}"
    return document

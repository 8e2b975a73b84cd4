"""Specs of `core.specs` as HTTP bodies: read strictly by msgspec, described in OpenAPI by their own JSON schema.

A spec is written down once, in core; this keeps FastAPI's validation, its field paths and its documentation without
a second set of classes.
"""

import re
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

S = TypeVar("S", bound=Struct)
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)


class SpecOf:
    """Annotation: `Annotated[QueueSpec, SpecOf(QueueSpec)]` is a QueueSpec read from JSON and written as JSON."""

    def __init__(self, spec: type[Struct]) -> None:
        self._spec = spec

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(msgspec.to_builtins)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        (found,), components = msgspec.json.schema_components([self._spec], ref_template="#/{name}")
        inlined: dict[str, Any] = _inline(found, components)
        return inlined

    def _read(self, value: Any) -> Struct:
        if isinstance(value, self._spec):
            return value
        try:
            return msgspec.convert(value, self._spec)
        except msgspec.ValidationError as error:
            match = _WHERE.match(str(error))
            path = (match["path"] or "").lstrip(".") if match else ""
            what = match["what"] if match else str(error)
            raise PydanticCustomError("bad_spec", "{path}: {what}", {"what": what, "path": path or "spec"}) from error


class DocumentOut(BaseModel, Generic[S]):
    """`{id, version, spec}` with who changed it last and when (ms)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str
    version: int
    spec: S
    changed_at: int
    changed_by: str


def _inline(schema: Any, components: dict[str, Any]) -> Any:
    """The schema with its references written out; specs do not refer to themselves."""
    if isinstance(schema, list):
        return [_inline(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(components[schema["$ref"].removeprefix("#/")], components)
    # OpenAPI's `discriminator.mapping` would point at the references that are gone; the tags say the same.
    return {key: _inline(value, components) for key, value in schema.items() if key != "discriminator"}

"""Documents of the set-up: patterns, terms, rules, groups, templates."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.workforce.schedule.schemas.fields import DAY, Instant, Texts

SetupKind = Literal["pattern", "terms", "rules", "group", "template"]


class PlanningDocumentOut(BaseModel):
    """`version` 0: nobody has set it up, `spec` are the defaults."""

    kind: SetupKind
    id: str
    version: int
    spec: dict[str, Any]
    changed_at: Instant
    changed_by: str


class PlanningSetupOut(BaseModel):
    """`presets`: of rules, by jurisdiction."""

    patterns: list[PlanningDocumentOut]
    terms: list[PlanningDocumentOut]
    rules: list[PlanningDocumentOut]
    groups: list[PlanningDocumentOut]
    templates: list[PlanningDocumentOut]
    presets: dict[str, dict[str, float | int | None]]


class PlanningDocumentIn(BaseModel):
    """`version`: the one it was made from; null: new."""

    version: int | None = Field(None, ge=0, lt=2**31)
    spec: dict[str, Any]


class TemplateIn(BaseModel):
    """A week of the draft as a template."""

    name: Texts
    first: str = DAY

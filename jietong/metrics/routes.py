"""HTTP: the metric catalogue, as every screen opens it from a figure's name."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from jietong.identity.http import allow
from jietong.identity.model import Principal
from jietong.metrics.catalogue import THEMES
from jietong.metrics.definition import Attribution, Better, How, Unit

router = APIRouter(prefix="/api", tags=["metrics"])


class DefinitionOut(BaseModel):
    """One figure. A rate is numerator ÷ denominator; 0 ÷ 0 is no data. Times are in ms."""

    id: str
    theme: str
    version: int
    names: dict[str, str]
    meaning: dict[str, str]
    formula: dict[str, str]
    unit: Unit
    how: How
    better: Better
    attribution: Attribution
    quantile: float | None
    parameters: list[str]
    source: str


class CatalogueOut(BaseModel):
    items: list[DefinitionOut]


@router.get("/metrics")
async def metrics(by: Annotated[Principal, Depends(allow())]) -> CatalogueOut:
    """Every definition, by theme. Whoever sees a figure may read what it means."""
    return CatalogueOut(
        items=[
            DefinitionOut(
                theme=theme,
                parameters=list(one.parameters),
                **{
                    name: getattr(one, name)
                    for name in DefinitionOut.model_fields
                    if name not in ("theme", "parameters")
                },
            )
            for theme, definitions in THEMES.items()
            for one in definitions
        ]
    )

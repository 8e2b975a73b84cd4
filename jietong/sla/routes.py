"""HTTP: service-level contracts."""

from fastapi import APIRouter

from jietong.sla import contract_routes, statement_routes

router = APIRouter(prefix="/api/sla", tags=["agreements"])
for part in (contract_routes, statement_routes):
    router.include_router(part.router)

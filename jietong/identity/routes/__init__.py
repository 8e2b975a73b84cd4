"""The HTTP side of identity."""

from fastapi import APIRouter

from jietong.identity.routes import audit, me, session, staff, tokens

router = APIRouter()
for part in (session, me, staff, tokens, audit):
    router.include_router(part.router)

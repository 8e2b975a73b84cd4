"""HTTP: the demonstration accounts that the sign-in page offers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from jietong.db.pool import Database
from jietong.demo import seed, staff
from jietong.identity.http import database, public

router = APIRouter(prefix="/api/demo", tags=["demonstration"])
router.include_router(staff.router)


class DemoAccount(BaseModel):
    name: str
    login: str
    role: str
    about: dict[str, str]


class Demo(BaseModel):
    """`accounts` is empty, and `password` null, once there is a real account or where there never was a demo."""

    accounts: list[DemoAccount]
    password: str | None


@router.get("", dependencies=[Depends(public("the sign-in page offers demonstration accounts"))])
async def demo(db: Annotated[Database, Depends(database)]) -> Demo:
    found: list[dict[str, Any]] = await seed.panel(db)
    return Demo(accounts=[DemoAccount(**account) for account in found], password=seed.PASSWORD if found else None)

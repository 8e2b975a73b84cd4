"""One's own settings: language, theme, password, second factor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from jietong.identity import http, service
from jietong.identity.http import allow
from jietong.identity.model import Language, Principal, Theme
from jietong.identity.routes.session import Me, me_of

router = APIRouter(tags=["me"])


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class MyChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    theme: Theme | None = None
    password: NewPassword | None = None


class Confirm(BaseModel):
    """That it is still you."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=1000)


class TotpSecret(BaseModel):
    secret: str
    uri: str
    qr: str = Field(description="the uri as a QR code, SVG")


class TotpCode(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=20)


class RecoveryCodes(BaseModel):
    recovery_codes: list[str] = Field(description="shown this once; each is good once")


@router.patch("/api/me")
async def change_me(body: MyChanges, request: Request, principal: Annotated[Principal, Depends(allow())]) -> Me:
    """Changes what is given. A new password ends all other sessions. 422 `wrong_password`, `weak_password`."""
    http.require_person(principal)
    database, now = http.database(request), http.clock(request).now()
    if body.password is not None:
        await service.change_own_password(database, principal, old=body.password.old, new=body.password.new, now=now)
        http.watch(request).wake()
    await service.change_own(database, principal, language=body.language, theme=body.theme, now=now)
    return await me_of(request, principal)


@router.post("/api/me/totp")
async def start_totp(
    body: Confirm, request: Request, principal: Annotated[Principal, Depends(allow())]
) -> TotpSecret:
    """A secret for the authenticator app; it counts once a code of it is confirmed."""
    http.require_person(principal)
    start = await service.start_totp(http.database(request), principal, body.password, now=http.clock(request).now())
    return TotpSecret(secret=start.secret, uri=start.uri, qr=start.qr)


@router.post("/api/me/totp/confirm")
async def confirm_totp(
    body: TotpCode, request: Request, principal: Annotated[Principal, Depends(allow())]
) -> RecoveryCodes:
    """Turns the second factor on and gives the recovery codes."""
    http.require_person(principal)
    codes = await service.confirm_totp(http.database(request), principal, body.code, now=http.clock(request).now())
    http.watch(request).wake()
    return RecoveryCodes(recovery_codes=codes)


@router.delete("/api/me/totp", status_code=204)
async def remove_totp(body: Confirm, request: Request, principal: Annotated[Principal, Depends(allow())]) -> None:
    """Turns the second factor off. 422 `wrong_password`."""
    http.require_person(principal)
    await service.remove_totp(http.database(request), principal, body.password, now=http.clock(request).now())

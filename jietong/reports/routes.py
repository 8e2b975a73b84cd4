"""HTTP: reports run, saved, shared, exported and opened by link."""

from typing import Annotated, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from starlette.requests import HTTPConnection

from jietong.core.days import Span
from jietong.core.errors import Invalid
from jietong.identity.http import allow, public, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.reports import service
from jietong.reports.bundle import File
from jietong.reports.model import LANGUAGES, Period, Relative, Stored
from jietong.reports.schemas import (
    BundleIn,
    ChangeIn,
    ContactBehindOut,
    ContactsBehindOut,
    ContactsIn,
    CopyIn,
    ExportIn,
    LinkIn,
    LinksOut,
    NewLinkOut,
    ReportIn,
    ResultOut,
    RunIn,
    SharesIn,
    StoredListOut,
    StoredOut,
    link_out,
    result_json,
    shares_of,
    stored_out,
)
from jietong.reports.service import Ask, Reports

router = APIRouter(tags=["reports"])


def reports(connection: HTTPConnection) -> Reports:
    return cast(Reports, state(connection, "reports"))


All = Annotated[Reports, Depends(reports)]
Views = Annotated[Principal, Depends(allow(P.REPORT_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.REPORT_EDIT))]
Version = Annotated[int, Query(ge=0, lt=2**31)]
Lang = Annotated[str | None, Query(max_length=10)]

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@router.get("/api/reports")
async def listed(by: Views, all: All) -> StoredListOut:
    """Ready-made reports in their order, then saved ones, latest change first: what you may run."""
    return StoredListOut(items=[_stored(by, one) for one in await all.listed(by)])


@router.post("/api/reports", status_code=201)
async def create(given: ReportIn, by: Edits, all: All) -> StoredOut:
    return _stored(by, await all.create(by, given.report.report()))


@router.post("/api/reports/run", response_model=ResultOut)
async def run(given: RunIn, by: Views, all: All) -> Response:
    """The report with its figures. Without the right to build reports, stored ones only."""
    result = await all.run(by, _ask(given))
    return Response(result_json(result), media_type="application/json")


@router.post("/api/reports/export", response_class=Response)
async def export(given: ExportIn, by: Views, all: All) -> Response:
    """The report as a file, made from the same result as `run`; each export is in the audit log."""
    return _file(await all.export(by, [_ask(given)], given.format, _language(by, given.language)))


@router.post("/api/reports/bundle", response_class=Response)
async def bundle(given: BundleIn, by: Views, all: All) -> Response:
    """Several reports in one file: PDF with contents, one workbook, or a ZIP of all."""
    asks = [_ask(one) for one in given.items]
    file = await all.export(by, asks, given.format, _language(by, given.language), title=given.title)
    return _file(file)


@router.post("/api/reports/contacts")
async def contacts(
    given: ContactsIn, by: Annotated[Principal, Depends(allow(P.CONTACTS_VIEW))], all: All
) -> ContactsBehindOut:
    """The contacts behind one figure, earliest first."""
    page = await all.contacts(
        by,
        metric=given.metric,
        part=given.part,
        window=Span(given.start, given.end),
        filter=given.filter.filter(),
        keys=given.keys,
        limit=given.limit,
        after=given.after,
    )
    return ContactsBehindOut(items=[ContactBehindOut(**one._asdict()) for one in page.items], next=page.after)


@router.get("/api/reports/{id}")
async def read(id: str, by: Views, all: All) -> StoredOut:
    return _stored(by, await all.read(by, id))


@router.put("/api/reports/{id}")
async def change(id: str, given: ChangeIn, by: Edits, all: All) -> StoredOut:
    return _stored(by, await all.change(by, id, given.report.report(), given.version))


@router.delete("/api/reports/{id}", status_code=204)
async def delete(id: str, version: Version, by: Edits, all: All) -> None:
    await all.delete(by, id, version)


@router.post("/api/reports/{id}/copy", status_code=201)
async def copy(id: str, given: CopyIn, by: Edits, all: All) -> StoredOut:
    return _stored(by, await all.copy(by, id, given.title))


@router.put("/api/reports/{id}/shares")
async def share(id: str, given: SharesIn, by: Edits, all: All) -> StoredOut:
    """With which roles and clients it is shared, ready-made ones too."""
    return _stored(by, await all.share(by, id, shares_of(given.shares)))


@router.get("/api/reports/{id}/page", response_class=HTMLResponse)
async def page(
    id: str,
    by: Views,
    all: All,
    lang: Lang = None,
    period: Relative | None = None,
    n: Annotated[int | None, Query(ge=1, le=3660)] = None,
) -> HTMLResponse:
    """The report as a light page for a telephone, without scripts."""
    ask = Ask(id, period=None if period is None else Period(period, n))
    return HTMLResponse(await all.page(by, ask, _language(by, lang)), headers=PAGE_HEADERS)


@router.get("/api/reports/{id}/links")
async def links(id: str, by: Edits, all: All) -> LinksOut:
    return LinksOut(items=[link_out(one) for one in await all.links(by, id)])


@router.post("/api/reports/{id}/links", status_code=201)
async def add_link(id: str, given: LinkIn, by: Edits, all: All) -> NewLinkOut:
    """A link that opens the report's page without signing in, until it expires or is taken back."""
    link, secret = await all.add_link(
        by,
        id,
        days=given.days,
        language=_language(by, given.language),
        client=given.client,
        period=given.period.period() if given.period else None,
    )
    return NewLinkOut(link=link_out(link), path=f"/r/{secret}")


@router.delete("/api/reports/{id}/links/{link}", status_code=204)
async def revoke(id: str, link: str, by: Edits, all: All) -> None:
    await all.revoke(by, id, link)


@router.get(
    "/r/{secret}",
    response_class=HTMLResponse,
    dependencies=[
        Depends(public("a report's page for whoever was given its secret link; expires and can be revoked"))
    ],
)
async def linked(secret: str, all: All) -> HTMLResponse:
    return HTMLResponse(await all.page_of_link(secret), headers=PAGE_HEADERS)


def _ask(given: RunIn) -> Ask:
    return Ask(
        given.id,
        given.report.report() if given.report else None,
        given.period.period() if given.period else None,
        given.filter.filter() if given.filter else None,
        given.comparison.comparison() if given.comparison else None,
        every=given.every,
    )


def _stored(by: Principal, stored: Stored) -> StoredOut:
    return stored_out(stored, yours=stored.ready is None and by.may(P.REPORT_EDIT) and service.owns(by, stored))


def _language(by: Principal, asked: str | None) -> str:
    if asked is None:
        return by.language.value
    if asked not in LANGUAGES:
        raise Invalid("bad_language", "Languages are zh-Hans, zh-Hant and en.", field="language")
    return asked


def _file(file: File) -> Response:
    return Response(
        file.data,
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{file.ascii_name}\"; filename*=UTF-8''{quote(file.name)}",
            "Cache-Control": "no-store",
        },
    )

"""HTTP: exclusions with their evidence, periods, statements."""

from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from jietong.core.errors import Invalid
from jietong.sla import schemas as s
from jietong.sla.contract_routes import Approves, Edits, Parts, Reads, Takes
from jietong.sla.exclusions import LARGEST_FILE

router = APIRouter()

Lang = Literal["zh-Hans", "zh-Hant", "en"]
_SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


@router.get("/contracts/{id}/exclusions")
async def exclusions(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.ExclusionListOut:
    """Those that touch the period (none named: all), with what each changes."""
    return s.ExclusionListOut.model_validate(await parts.exclusions_of(by, id, period))


@router.post("/contracts/{id}/exclusions", status_code=201)
async def add_exclusion(id: str, body: s.ExclusionIn, by: Edits, parts: Parts) -> s.ExclusionOut:
    """A draft. The class must be one that the contract agrees to: 422 `class_not_agreed`."""
    return s.ExclusionOut.model_validate(await parts.exclusions.save(by, id, None, **body.model_dump()))


@router.put("/exclusions/{id}")
async def change_exclusion(id: str, body: s.ExclusionIn, by: Edits, parts: Parts) -> s.ExclusionOut:
    """While it is a draft: 409 `not_a_draft`."""
    return s.ExclusionOut.model_validate(await parts.exclusions.save(by, None, id, **body.model_dump()))


@router.get("/exclusions/{id}")
async def exclusion(id: str, by: Reads, parts: Parts) -> s.ExclusionOut:
    return s.ExclusionOut.model_validate(await parts.exclusions.read(by, id))


@router.post("/exclusions/{id}/links", status_code=201)
async def add_link(id: str, body: s.EvidenceLinkIn, by: Edits, parts: Parts) -> s.ExclusionOut:
    return s.ExclusionOut.model_validate(await parts.exclusions.add_link(by, id, body.title, body.url))


@router.post("/exclusions/{id}/files", status_code=201)
async def add_file(id: str, request: Request, by: Edits, parts: Parts) -> s.ExclusionOut:
    """Evidence as multipart field `file`, 10 MB at most."""
    async with request.form(max_files=1, max_fields=2) as form:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise Invalid("file_missing", "Send the evidence as the form field `file`.", field="file")
        data = await part.read(LARGEST_FILE + 1)
        name = part.filename or "evidence"
    return s.ExclusionOut.model_validate(await parts.exclusions.add_file(by, id, name, data))


@router.delete("/exclusions/{id}/evidence/{evidence}")
async def drop_evidence(id: str, evidence: str, by: Edits, parts: Parts) -> s.ExclusionOut:
    return s.ExclusionOut.model_validate(await parts.exclusions.drop_evidence(by, id, evidence))


@router.get("/evidence/{id}", response_class=Response)
async def evidence(id: str, by: Reads, parts: Parts) -> Response:
    """The file as it was sent; always to be saved, never shown in place."""
    name, content = await parts.exclusions.file(by, id)
    return Response(content, media_type="application/octet-stream", headers=_SAFE | _saved_as(name))


@router.post("/exclusions/{id}/submit")
async def submit(id: str, by: Edits, parts: Parts) -> s.ExclusionOut:
    """To the client, for approval. Needs evidence: 409 `no_evidence`."""
    return s.ExclusionOut.model_validate(await parts.exclusions.submit(by, id))


@router.post("/exclusions/{id}/withdraw")
async def withdraw(id: str, by: Edits, parts: Parts) -> s.ExclusionOut:
    return s.ExclusionOut.model_validate(await parts.exclusions.withdraw(by, id))


@router.post("/exclusions/{id}/decide")
async def decide_exclusion(id: str, body: s.AgreementDecisionIn, by: Approves, parts: Parts) -> s.ExclusionOut:
    """By the other side alone: 403 `not_your_side`. Rejecting needs a reason."""
    made = await parts.exclusions.decide(by, id, body.decision, body.reason)
    return s.ExclusionOut.model_validate(made)


# --- periods and statements --------------------------------------------------------------------------------------


@router.get("/contracts/{id}/periods")
async def periods(id: str, by: Reads, parts: Parts) -> s.AgreedPeriodsOut:
    """Newest first, from the contract's beginning until today."""
    return s.AgreedPeriodsOut.model_validate({"items": await parts.statements.periods(by, id)})


@router.post("/contracts/{id}/close")
async def close(id: str, body: s.CloseIn, by: Edits, parts: Parts) -> s.StatementOut:
    """Makes the period's statement; again gives the same one. Before its settle time: 409 `not_settled`."""
    return s.StatementOut.model_validate(await parts.statements.close(by, id, body.period))


@router.get("/contracts/{id}/preview")
async def preview(id: str, by: Edits, parts: Parts, period: str | None = None) -> s.StatementOut:
    """What the statement would say now; kept nowhere."""
    return s.StatementOut.model_validate(await parts.statements.preview(by, id, period))


@router.get("/contracts/{id}/statements")
async def statements(id: str, by: Reads, parts: Parts) -> s.StatementListOut:
    """Newest first; corrections beside what they correct."""
    return s.StatementListOut.model_validate({"items": await parts.statements.listed(by, id)})


@router.get("/statements/{id}")
async def statement(id: str, by: Reads, parts: Parts) -> s.StatementOut:
    """By id or number."""
    return s.StatementOut.model_validate(await parts.statements.read(by, id))


@router.post("/statements/{id}/decide")
async def decide_statement(id: str, body: s.AgreementDecisionIn, by: Approves, parts: Parts) -> s.StatementOut:
    """Signs the digest for the reader's side; when both have, it is final. Its maker does not: 403 `four_eyes`."""
    made = await parts.statements.decide(by, id, body.decision, body.digest, body.reason)
    return s.StatementOut.model_validate(made)


@router.post("/statements/{id}/restate", status_code=201)
async def restate(id: str, body: s.RestateIn, by: Edits, parts: Parts) -> s.StatementOut:
    """A new, numbered statement of the same period; the old one stays."""
    return s.StatementOut.model_validate(await parts.statements.restate(by, id, body.reason))


@router.get("/statements/{id}/download", response_class=Response)
async def download(
    id: str, by: Reads, parts: Parts, format: Literal["pdf", "xlsx", "json", "html"] = "pdf", lang: Lang | None = None
) -> Response:
    """The statement as a file; JSON carries all that `jietong sla verify` needs."""
    made = await parts.statements.download(by, id, format, lang or by.language)
    return Response(made.content, media_type=made.media, headers=_SAFE | _saved_as(made.name))


@router.get("/statements/{id}/verify")
async def verify(id: str, by: Takes, parts: Parts) -> s.VerifiedOut:
    """Recomputes the statement from the ledger's events."""
    return s.VerifiedOut.model_validate(await parts.statements.verify(by, id))


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}

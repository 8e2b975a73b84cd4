"""HTTP: contracts and their versions, how they stand, what would have met them."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.sla import schemas as s
from jietong.sla.service import Agreements

router = APIRouter()


def agreements(connection: HTTPConnection) -> Agreements:
    return cast(Agreements, state(connection, "agreements"))


Parts = Annotated[Agreements, Depends(agreements)]
Reads = Annotated[Principal, Depends(allow(P.CONTRACT_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.CONTRACT_EDIT))]
Approves = Annotated[Principal, Depends(allow(P.CONTRACT_APPROVE))]
Takes = Annotated[Principal, Depends(allow(P.CONTRACT_EDIT, P.CONTRACT_APPROVE))]  # either side takes part


@router.get("/contracts")
async def contracts(
    by: Reads, parts: Parts, direction: Literal["client", "partner"] | None = None, client: str | None = None
) -> s.ContractListOut:
    """Those within the reader's clients; what waits for the reader's side first."""
    return s.ContractListOut.model_validate({"items": await parts.listed(by, direction, client)})


@router.post("/contracts", status_code=201)
async def create(body: s.ContractIn, by: Edits, parts: Parts) -> s.ContractOut:
    """A first draft. 422 `bad_contract` with `errors` that name line, column and field."""
    return s.ContractOut.model_validate(
        await parts.contracts.create(by, body.yaml, body.document, body.note, body.starts)
    )


@router.post("/check")
async def check(body: s.ContractIn, by: Takes, parts: Parts) -> s.CheckedContractOut:
    """Reads a contract without keeping it: errors, traps (D6), and the same as a document."""
    return s.CheckedContractOut.model_validate(await parts.check(by, body.yaml, body.document))


@router.get("/template")
async def template(by: Edits, parts: Parts) -> s.CheckedContractOut:
    """A contract to begin with."""
    return s.CheckedContractOut.model_validate(await parts.contracts.template(by))


@router.post("/backtest")
async def backtest(body: s.BacktestIn, by: Edits, parts: Parts) -> s.BacktestOut:
    """In how many of the past months the contract would have been met, and with what money (D2)."""
    return s.BacktestOut.model_validate(await parts.backtest(by, body.yaml, body.document, body.months))


@router.post("/formulas")
async def formulas_of(body: s.ContractIn, by: Takes, parts: Parts) -> s.FormulasOut:
    """Each figure in words with an example worked through, of a contract that is being written."""
    return s.FormulasOut.model_validate(await parts.contracts.formulas_of(by, body.yaml, body.document))


@router.get("/contracts/{id}")
async def contract(id: str, by: Reads, parts: Parts) -> s.ContractOut:
    return s.ContractOut.model_validate(await parts.contracts.read(by, id))


@router.put("/contracts/{id}/draft")
async def change_draft(id: str, body: s.ContractIn, by: Edits, parts: Parts) -> s.ContractVersionFullOut:
    """Makes the next version's draft, or changes it."""
    made = await parts.contracts.save_draft(by, id, body.yaml, body.document, body.note, body.base, body.starts)
    return s.ContractVersionFullOut.model_validate(made)


@router.delete("/contracts/{id}/draft", status_code=204)
async def drop_draft(id: str, by: Edits, parts: Parts) -> None:
    await parts.contracts.drop_draft(by, id)


@router.get("/contracts/{id}/versions/{n}")
async def version(id: str, n: int, by: Reads, parts: Parts) -> s.ContractVersionFullOut:
    return s.ContractVersionFullOut.model_validate(await parts.contracts.version(by, id, n))


@router.post("/contracts/{id}/versions/{n}/propose")
async def propose(id: str, n: int, body: s.ProposeIn, by: Edits, parts: Parts) -> s.ContractVersionFullOut:
    """From now on it cannot be changed; both sides approve or reject it."""
    return s.ContractVersionFullOut.model_validate(await parts.contracts.propose(by, id, n, body.note))


@router.post("/contracts/{id}/versions/{n}/decide")
async def decide_version(
    id: str, n: int, body: s.AgreementDecisionIn, by: Approves, parts: Parts
) -> s.ContractVersionFullOut:
    """For the reader's side. Who drafted it does not approve it: 403 `four_eyes`."""
    made = await parts.contracts.decide(by, id, n, body.decision, body.digest, body.reason)
    return s.ContractVersionFullOut.model_validate(made)


@router.get("/contracts/{id}/versions/{n}/formulas")
async def formulas(id: str, n: int, by: Reads, parts: Parts) -> s.FormulasOut:
    return s.FormulasOut.model_validate(await parts.contracts.formulas(by, id, n))


@router.post("/contracts/{id}/end")
async def end(id: str, body: s.EndContractIn, by: Approves, parts: Parts) -> s.ContractOut:
    return s.ContractOut.model_validate(await parts.contracts.end(by, id, body.day, body.reason))


# --- how it stands -----------------------------------------------------------------------------------------------


@router.get("/contracts/{id}/standing")
async def standing(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.StandingOut:
    """The period so far (none named: today's), computed at most some seconds ago."""
    return s.StandingOut.model_validate(await parts.standing(by, id, period))


@router.get("/contracts/{id}/calendar")
async def calendar(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.CalendarOut:
    """Each day of the period by the main objective."""
    return s.CalendarOut.model_validate(await parts.calendar(by, id, period))


@router.get("/contracts/{id}/contacts")
async def contacts_behind(
    id: str,
    by: Reads,
    parts: Parts,
    objective: str,
    period: str | None = None,
    part: Literal["numerator", "denominator"] = "denominator",
    day: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.AgreedContactsOut:
    """The contacts behind an objective's figure."""
    page = await parts.contacts(by, id, objective, period, part, day, after, limit)
    return s.AgreedContactsOut.model_validate(page)


@router.get("/contracts/{id}/levers")
async def levers(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.LeversOut:
    """What would have met it (D7), as far as computed."""
    return s.LeversOut.model_validate(await parts.levers(by, id, period, begin=False))


@router.post("/contracts/{id}/levers", status_code=202)
async def compute_levers(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.LeversOut:
    """Begins to compute them, where the period's data have not been computed yet."""
    return s.LeversOut.model_validate(await parts.levers(by, id, period, begin=True))


@router.get("/contracts/{id}/deliveries")
async def deliveries(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.AgreedDeliveriesOut:
    return s.AgreedDeliveriesOut.model_validate(await parts.deliveries(by, id, period))


# --- forecast, scores, actions, comments -------------------------------------------------------------------------


@router.get("/contracts/{id}/forecasts/{period}")
async def forecast(id: str, period: str, by: Reads, parts: Parts) -> s.ForecastOut:
    return s.ForecastOut.model_validate(await parts.records.forecast(by, id, period))


@router.put("/contracts/{id}/forecasts/{period}")
async def set_forecast(id: str, period: str, body: s.ForecastIn, by: Takes, parts: Parts) -> s.ForecastOut:
    """The client's forecast of the volume; once locked it stands: 409 `locked`."""
    made = await parts.records.set_forecast(by, id, period, body.total, body.days, body.lock)
    return s.ForecastOut.model_validate(made)


@router.get("/contracts/{id}/scores")
async def scores(id: str, by: Reads, parts: Parts, period: str | None = None) -> s.JudgedScoresOut:
    return s.JudgedScoresOut.model_validate({"items": await parts.records.scores(by, id, period)})


@router.post("/contracts/{id}/scores", status_code=201)
async def add_score(id: str, body: s.JudgedScoreIn, by: Edits, parts: Parts) -> s.JudgedScoreOut:
    """What a panel scored; the newest of a period and objective counts, the others are kept."""
    return s.JudgedScoreOut.model_validate(await parts.records.add_score(by, id, **body.model_dump()))


@router.get("/contracts/{id}/actions")
async def actions(id: str, by: Reads, parts: Parts) -> s.AgreedActionsOut:
    return s.AgreedActionsOut.model_validate({"items": await parts.records.actions(by, id)})


@router.post("/contracts/{id}/actions", status_code=201)
async def add_action(id: str, body: s.AgreedActionIn, by: Edits, parts: Parts) -> s.AgreedActionOut:
    return s.AgreedActionOut.model_validate(await parts.records.save_action(by, id, None, **body.model_dump()))


@router.put("/contracts/{id}/actions/{action}")
async def change_action(id: str, action: str, body: s.AgreedActionIn, by: Edits, parts: Parts) -> s.AgreedActionOut:
    return s.AgreedActionOut.model_validate(await parts.records.save_action(by, id, action, **body.model_dump()))


@router.get("/contracts/{id}/comments")
async def comments(id: str, by: Reads, parts: Parts, object: str | None = None) -> s.AgreementCommentsOut:
    return s.AgreementCommentsOut.model_validate({"items": await parts.records.comments(by, id, object)})


@router.post("/contracts/{id}/comments", status_code=201)
async def add_comment(id: str, body: s.AgreementCommentIn, by: Takes, parts: Parts) -> s.AgreementCommentOut:
    return s.AgreementCommentOut.model_validate(await parts.records.add_comment(by, id, body.object, body.text))

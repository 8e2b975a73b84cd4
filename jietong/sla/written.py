"""Writes a contract as `sla/v1`: the same document for the same contract, and the digest of it.

What is as by default is left out, so a field that is added later changes no digest of a contract that lacks it.
"""

import hashlib
import io
import json
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML

from jietong.core.specs import Names, Period
from jietong.sla import model as m
from jietong.sla.model import ONE, ZERO, Contract, Objective

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TENTH = Decimal("0.1")


def digest(contract: Contract) -> str:
    """SHA-256 of the canonical form: the document as JSON, keys sorted, numbers as decimal text."""
    text = json.dumps(document(contract), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def text(contract: Contract) -> str:
    """As YAML, which `document.parse` reads as the same contract."""
    yaml = YAML()
    yaml.width = 110
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(Decimal, lambda to, value: to.represent_scalar(_tag(value), format(value, "f")))
    out = io.StringIO()
    yaml.dump(document(contract), out)
    return out.getvalue()


def document(contract: Contract) -> dict[str, Any]:
    """Plain mappings, lists, texts, whole numbers and Decimals."""
    spec = {
        "direction": str(contract.direction),
        "party": contract.party,
        "provider": _party(contract.provider),
        "customer": _party(contract.customer),
        "period": {"from": contract.start.isoformat(), "to": contract.end.isoformat()},
        "timeZone": contract.zone,
        "calendar": contract.calendar,
        "settleDays": contract.settle_days if contract.settle_days != 3 else None,
        "approveDays": contract.approve_days if contract.approve_days != 7 else None,
        "shortAbandon": contract.short_abandon_s,
        "duties": [{"side": str(one.side), "text": _names(one.text)} for one in contract.duties],
        "services": [_service(one) for one in contract.services],
        "objectives": [_objective(one) for one in contract.objectives],
        "exclusions": _exclusions(contract.exclusions),
        "volume": None if contract.volume is None else _volume(contract.volume),
        "money": _money(contract.money),
        "quality": [_quality(one) for one in contract.quality],
        "reports": [_report(one) for one in contract.reports],
    }
    about = {"name": contract.name, "displayName": _names(contract.title), "labels": dict(contract.labels)}
    return {
        "apiVersion": "sla/v1",
        "kind": "ServiceLevelContract",
        "metadata": _some(about),
        "spec": _some(spec),
    }


def _some(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"no part of a document: {value!r}")


def _tag(value: Decimal) -> str:
    return f"tag:yaml.org,2002:{'int' if value == value.to_integral_value() else 'float'}"


def _names(names: Names) -> Any:
    told = {language: names[language] for language in m.LANGUAGES if language in names}
    return next(iter(told.values())) if len(set(told.values())) == 1 else told


def _unless(value: Any, default: Any) -> Any:
    return None if value == default else value


def _party(one: m.Party) -> dict[str, Any]:
    return _some({"displayName": _names(one.name), "contact": one.contact or None})


def _service(one: m.Service) -> dict[str, Any]:
    return _some(
        {
            "name": one.id,
            "displayName": _names(one.name),
            "queues": list(one.queues),
            "entries": list(one.entries),
            "trunks": list(one.trunks),
            "channels": list(one.channels),
            "hours": None if one.hours is None else _hours(one.hours),
        }
    )


def _hours(one: m.Hours) -> dict[str, Any]:
    week = {day: _times(periods) for day, periods in zip(_WEEKDAYS, one.week, strict=True)}
    if len(set(week.values())) == 1:
        week = {"mon-sun": week["mon"]}
    return _some({"week": week, "holidays": {each.date: _times(each.periods) for each in one.holidays}})


def _times(periods: tuple[Period, ...]) -> str:
    def clock(minutes: int) -> str:
        within = minutes if minutes <= 1440 else minutes - 1440
        return f"{within // 60}:{within % 60:02}"

    return ", ".join(f"{clock(one.start)}-{clock(one.end)}" for one in periods) or "closed"


def _objective(one: Objective) -> dict[str, Any]:
    slices = one.budgeting is m.Budgeting.TIMESLICES
    return _some(
        {
            "name": one.id,
            "displayName": _names(one.name),
            "metric": one.metric,
            "judged": one.judged,
            "services": list(one.services),
            "op": str(one.op),
            "target": one.target,
            "minimum": one.minimum,
            "budgetingMethod": str(one.budgeting) if slices else None,
            "timeSliceWindow": str(one.slice_window) if slices else None,
            "timeSliceTarget": one.slice_target if slices else None,
            "timeWindow": None if one.window is m.Window.MONTH else {"duration": str(one.window)},
            "minimumSample": one.sample or None,
            "weight": _unless(one.weight, ZERO),
            "showOnly": one.shown_only or None,
            "bands": [
                _some({"reach": b.reach, "credit": _unless(b.credit, ZERO), "bonus": _unless(b.bonus, ZERO)})
                for b in one.bands
            ],
        }
    )


def _exclusions(one: m.ExclusionTerms) -> dict[str, Any]:
    return _some(
        {
            "classes": [str(each) for each in one.classes],
            "submitWithinDays": _unless(one.submit_days, 5),
            "decideWithinDays": _unless(one.decide_days, 5),
            "evidence": _unless(one.evidence, 1),
        }
    )


def _volume(one: m.Volume) -> dict[str, Any]:
    told = _some(
        {
            "lockMonths": _unless(one.lock_months, 1),
            "tolerance": _some({"over": _unless(one.over, _TENTH), "under": _unless(one.under, _TENTH)}),
            "beyond": [
                _some(
                    {
                        "upTo": each.up_to,
                        "effect": str(each.effect),
                        "points": each.points * 100 if each.effect is m.Effect.RELAX else None,
                    }
                )
                for each in one.excess
            ],
            "minimumBilling": one.minimum_billing,
            "forecast": dict(one.monthly),
        }
    )
    return {"metric": one.metric, **told}


def _money(one: m.Money) -> dict[str, Any]:
    fee = {
        "amount": one.fee.amount,
        "perContact": one.fee.per_contact,
        "additional": one.fee.additional,
        "reduced": one.fee.reduced,
        "prorata": None if one.fee.prorata else False,
    }
    rounding = {
        "unit": _unless(one.unit, Decimal("0.01")),
        "mode": None if one.rounding is m.Rounding.HALF_UP else str(one.rounding),
    }
    repeat, back, end = one.repeat, one.earn_back, one.termination
    return _some(
        {
            "currency": one.currency,
            "fee": _some(fee),
            "atRisk": _unless(one.at_risk, ZERO),
            "cap": one.cap,
            "bonusCap": one.bonus_cap,
            "rounding": _some(rounding),
            "repeat": repeat and {"misses": repeat.misses, "within": repeat.within, "multiplier": repeat.multiplier},
            "earnBack": back
            and _some(
                {
                    "periods": back.periods,
                    "within": back.within,
                    "above": _unless(back.above, ZERO),
                    "share": _unless(back.share, ONE),
                }
            ),
            "termination": end and {"misses": end.misses, "within": end.within},
        }
    )


def _quality(one: m.Quality) -> dict[str, Any]:
    return _some(
        {
            "name": one.id,
            "displayName": _names(one.name),
            "criteria": [
                {"name": each.id, "displayName": _names(each.name), "weight": each.weight} for each in one.criteria
            ],
            "panel": list(one.panel),
            "sample": one.sample or None,
            "calibration": one.calibration or None,
        }
    )


def _report(one: m.Report) -> dict[str, Any]:
    return _some(
        {
            "name": one.id,
            "displayName": _names(one.name),
            "audience": str(one.audience),
            "format": one.format,
            "every": one.every,
            "by": one.by,
            "to": list(one.to),
            "settleDays": one.settle_days or None,
        }
    )

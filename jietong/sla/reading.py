"""A contract's text and its document, read, checked and written: what stands between HTTP and `document`."""

import datetime
import hashlib
import io
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from jietong.core.errors import Invalid
from jietong.sla import model as m
from jietong.sla.model import Contract


class Fault(NamedTuple):
    line: int | None
    column: int | None
    field: str
    code: str
    message: str


class Reading(NamedTuple):
    """`contract` None: there are faults. `yaml` is the text as given, or written from the document."""

    yaml: str
    contract: Contract | None
    document: dict[str, Any] | None
    faults: tuple[Any, ...]


def read(yaml: str | None, document: dict[str, Any] | None) -> Reading:
    if yaml is None:
        out = io.StringIO()
        YAML(typ="rt").dump(document or {}, out)
        yaml = out.getvalue()
    try:
        contract = parse(yaml)
        return Reading(yaml, contract, document_of(yaml), ())
    except MarkedYAMLError as error:
        mark = error.problem_mark
        return Reading(
            yaml,
            None,
            None,
            (
                Fault(
                    mark.line + 1 if mark else None,
                    mark.column + 1 if mark else None,
                    "",
                    "bad_yaml",
                    str(error.problem),
                ),
            ),
        )
    except Exception as error:
        return Reading(yaml, None, None, (Fault(None, None, "", "bad_contract", f"{type(error).__name__}: {error}"),))


def sound(read: Reading) -> Contract:
    """Raises Invalid `bad_contract` with `errors`."""
    if read.contract is None:
        raise Invalid(
            "bad_contract",
            "The agreement has errors: see each with its line and field.",
            errors=[
                {"line": f.line, "column": f.column, "field": f.field, "code": f.code, "message": f.message}
                for f in read.faults
            ],
        )
    return read.contract


def digest(contract: Contract) -> str:
    return hashlib.sha256(msgspec.json.encode(contract, order="sorted")).hexdigest()


def document_of(yaml: str) -> dict[str, Any]:
    found = YAML(typ="safe").load(yaml)
    return dict(msgspec.to_builtins(found, builtin_types=()))


def traps(contract: Contract) -> list[dict[str, Any]]:
    return []


def day(value: Any) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))


def pct(d, k):
    if k + "Percent" in d:
        return Decimal(str(d[k + "Percent"])) / 100
    if k in d:
        return Decimal(str(d[k]))
    return None


def parse(text):
    d = YAML(typ="safe").load(text)
    s = d["spec"]
    objs = []
    for o in s["objectives"]:
        objs.append(
            m.Objective(
                o["name"],
                o["displayName"],
                o.get("metric"),
                o.get("judged"),
                (),
                m.Op(o.get("op", "gte")),
                pct(o, "target"),
                pct(o, "minimum"),
                m.Budgeting(o.get("budgetingMethod", "Occurrences")),
                m.Slice(o["timeSliceWindow"]) if "timeSliceWindow" in o else None,
                Decimal(str(o["timeSliceTarget"])) if "timeSliceTarget" in o else None,
                m.Window(o.get("timeWindow", {}).get("duration", "1M")),
                o.get("minimumSample", 0),
                Decimal(str(o.get("weight", 0))),
                o.get("showOnly", False),
            )
        )
    mo = s["money"]
    return m.Contract(
        name=d["metadata"]["name"],
        title=d["metadata"]["displayName"],
        direction=m.Direction(s["direction"]),
        party=s["party"],
        provider=m.Party(s["provider"]["displayName"]),
        customer=m.Party(s["customer"]["displayName"]),
        start=day(s["period"]["from"]),
        end=day(s["period"]["to"]),
        zone=s["timeZone"],
        money=m.Money(
            mo["currency"], m.Fee(Decimal(str(mo["fee"]["amount"]))), Decimal(str(mo.get("atRiskPercent", 0))) / 100
        ),
        services=tuple(
            m.Service(
                x["name"],
                x["displayName"],
                tuple(x.get("queues", ())),
                tuple(x.get("entries", ())),
                tuple(x.get("trunks", ())),
                tuple(x.get("channels", ())),
            )
            for x in s["services"]
        ),
        objectives=tuple(objs),
        settle_days=s.get("settleDays", 3),
        approve_days=s.get("approveDays", 7),
        exclusions=m.ExclusionTerms(
            tuple(m.ExclusionClass(c) for c in s.get("exclusions", {}).get("classes", ())),
            s.get("exclusions", {}).get("submitWithinDays", 5),
        ),
        volume=m.Volume() if "volume" in s else None,
    )

"""A contract as text and as a document: what stands between HTTP and `document`, which reads, and `written`."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, cast

from ruamel.yaml import YAML

from jietong.core.errors import Invalid
from jietong.metrics.intervals import metrics
from jietong.sla import document as reader
from jietong.sla import texts, written
from jietong.sla.model import Contract
from jietong.sla.nodes import Problem


class Reading(NamedTuple):
    """`contract` None: there are faults. `yaml` is the text as given, or written from the document."""

    yaml: str
    contract: Contract | None
    document: dict[str, Any] | None
    faults: tuple[Problem, ...]


def read(yaml: str | None, document: dict[str, Any] | None) -> Reading:
    """Either the text, or the same as a document (from which comments are gone)."""
    given = _dumped(document or {}) if yaml is None else yaml
    contract, faults = reader.parse(given)
    if contract is None:
        return Reading(given, None, None, faults)
    if yaml is None:
        given = written.text(contract)
    return Reading(given, contract, document_of(given), ())


def sound(read: Reading) -> Contract:
    """Raises Invalid `bad_contract` with `errors`."""
    if read.contract is None:
        first = read.faults[0]
        raise Invalid(
            "bad_contract",
            f"The agreement has {len(read.faults)} error(s). Line {first.line}, {first.field}: {first.message}",
            errors=[fault(one) for one in read.faults],
        )
    return read.contract


def fault(one: Problem) -> dict[str, Any]:
    return {
        "line": one.line,
        "column": one.column,
        "field": one.field,
        "code": one.code,
        "message": one.message,
        "texts": one.texts,
    }


def digest(contract: Contract) -> str:
    """SHA-256 of the canonical form: comments, order of keys and layout do not matter."""
    return written.digest(contract)


def document_of(yaml: str) -> dict[str, Any]:
    """The text's data as JSON has it."""
    return cast("dict[str, Any]", _plain(YAML(typ="safe").load(yaml)))


def traps(contract: Contract) -> list[dict[str, Any]]:
    """Warnings (D6) that can be told from the contract alone."""
    found = []
    for n, one in enumerate(contract.objectives):
        field = f"spec.objectives[{n}]"
        ratio = one.metric is not None and metrics(one.metric)[0].definition.unit == "ratio"
        if ratio and one.op.upward and one.target is not None and one.target >= 1:
            found.append(texts.trap("target_100", "warning", f"{field}.target", one.name))
        if one.metric and one.metric.startswith("sl2") and not one.shown_only:
            found.append(texts.trap("sl2", "warning", f"{field}.metric", one.name))
        if one.target is not None and not one.shown_only and not one.sample:
            found.append(texts.trap("no_sample", "warning", f"{field}.minimumSample", one.name))
    charged = [one for one in contract.objectives if (one.metric or "").startswith("sl") and not one.shown_only]
    if charged and not any((one.metric or "").startswith("sl7") for one in contract.objectives):
        found.append(texts.trap("no_true_access", "alarm", "spec.objectives", charged[0].name))
    return found


def _dumped(document: Mapping[str, Any]) -> str:
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 110
    yaml.dump(dict(document), out)
    return out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value

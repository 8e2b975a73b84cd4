"""A contract as text and as a document: what stands between HTTP and `document`, which reads, and `written`."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, cast

from ruamel.yaml import YAML

from jietong.core.errors import Invalid
from jietong.sla import document as reader
from jietong.sla import written
from jietong.sla.model import Contract
from jietong.sla.nodes import Problem
from jietong.sla.rules import traps as rules
from jietong.sla.rules.trunks import Capacity
from jietong.sla.words import traps as said


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


def traps(contract: Contract, capacity: Capacity | None = None) -> list[dict[str, Any]]:
    """Warnings (D6) that can be told from the contract alone, and from its lines where they are known."""
    return trapped(rules.traps(contract, capacity))


def trapped(found: Iterable[rules.Trap]) -> list[dict[str, Any]]:
    """Traps with their words."""
    return [{"code": one.code, "level": one.level, "field": one.field, "texts": said.said(one)} for one in found]


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

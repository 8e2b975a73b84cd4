"""A YAML document whose every part knows its line and column: read step by step, all that is wrong is kept.

A step that fails notes a `Problem` and gives a stand-in, so that the rest is read too. YAML 1.2: `yes` is a word, and
`2026-07` is one too.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from jietong.core.specs import Names
from jietong.sla.model import LANGUAGES
from jietong.sla.words import faults

_Choice = TypeVar("_Choice", bound=StrEnum)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
MOST_CHARACTERS = 300_000
MOST_PROBLEMS = 200


class Problem(Struct, frozen=True):
    """One thing wrong. `line` and `column` count from 1; `field` as `spec.objectives[0].target`."""

    line: int
    column: int
    field: str
    code: str
    params: dict[str, str] = {}

    @property
    def texts(self) -> Names:
        return faults.said(self.code, self.params)

    @property
    def message(self) -> str:
        return self.texts["en"]


class Node:
    """A part of the document; `there` False: it is left out."""

    def __init__(self, node: Any, path: str, problems: list[Problem], mark: Any) -> None:
        self._node = node
        self._mark = mark if node is None else node.start_mark
        self._problems = problems
        self._fields: dict[str, Any] | None = None
        self.path = path

    @property
    def there(self) -> bool:
        return self._node is not None and not self._nothing

    @property
    def _nothing(self) -> bool:
        return isinstance(self._node, ScalarNode) and str(self._node.tag).endswith(":null")

    def wrong(self, code: str, **params: object) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            told = {key: str(value) for key, value in params.items()}
            self._problems.append(Problem(self._mark.line + 1, self._mark.column + 1, self.path, code, told))

    # --- mappings and sequences

    def known(self, *names: str) -> "Node":
        """Notes any other field; reads this as a mapping."""
        for name, (key, _) in self._map().items():
            if name not in names:
                Node(key, self._path(name), self._problems, None).wrong(
                    "unknown_field", known=", ".join(sorted(names))
                )
        return self

    def get(self, name: str) -> "Node":
        _, value = self._map().get(name, (None, None))
        return Node(value, self._path(name), self._problems, self._mark)

    def need(self, name: str) -> "Node":
        found = self.get(name)
        if not found.there:
            found.wrong("missing")
        return found

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        for name, (_, value) in self._map().items():
            yield name, Node(value, self._path(name), self._problems, self._mark)

    def items(self) -> list["Node"]:
        """Of a list; of what is left out, none."""
        if not self.there:
            return []
        if not isinstance(self._node, SequenceNode):
            self.wrong("not_a_list")
            return []
        return [Node(one, f"{self.path}[{n}]", self._problems, self._mark) for n, one in enumerate(self._node.value)]

    def _path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _map(self) -> dict[str, Any]:
        if self._fields is None:
            self._fields = {}
            if isinstance(self._node, MappingNode):
                for key, value in self._node.value:
                    name = str(key.value)
                    if name in self._fields:
                        Node(key, self._path(name), self._problems, None).wrong("twice")
                    else:
                        self._fields[name] = (key, value)
            elif self.there:
                self.wrong("not_a_mapping")
        return self._fields

    # --- single values

    def text(self, default: str = "", most: int = 2000) -> str:
        if not self.there:
            return default
        if not isinstance(self._node, ScalarNode):
            self.wrong("not_a_text")
            return default
        found = str(self._node.value).strip()
        if len(found) > most:
            self.wrong("too_long", most=most)
        return found

    def id(self) -> str:
        found = self.text()
        if self.there and not _ID.fullmatch(found):
            self.wrong("bad_id", value=found)
        return found

    def texts(self) -> tuple[str, ...]:
        return tuple(one.text() for one in self.items())

    def number(self, low: object = None, high: object = None, default: Decimal | None = None) -> Decimal | None:
        """A decimal number as written, within [low, high]; `default` where it is left out or wrong."""
        if not self.there:
            return default
        told = self.text()
        try:
            if not _NUMBER.fullmatch(told):
                raise InvalidOperation
            found = Decimal(told)
        except InvalidOperation:
            self.wrong("not_a_number", value=told)
            return default
        if (low is not None and found < Decimal(str(low))) or (high is not None and found > Decimal(str(high))):
            self.wrong("out_of_range", low="−∞" if low is None else low, high="∞" if high is None else high)
            return default
        return plain(found)

    def whole(self, low: int, high: int, default: int) -> int:
        if not self.there:
            return default
        found = self.number(low, high)
        if found is not None and found != found.to_integral_value():
            self.wrong("not_whole", value=found)
            return default
        return default if found is None else int(found)

    def share(self, name: str, low: object = 0, high: object = 1) -> Decimal | None:
        """`name` as a share of one, or `namePercent`; not both."""
        direct, percent = self.get(name), self.get(f"{name}Percent")
        if direct.there and percent.there:
            percent.wrong("both", other=name)
        if percent.there:
            bounds = [None if one is None else Decimal(str(one)) * 100 for one in (low, high)]
            found = percent.number(*bounds)
            return None if found is None else plain(found / 100)
        return direct.number(low, high)

    def flag(self, default: bool = False) -> bool:
        if not self.there:
            return default
        told = self.text()
        if told not in ("true", "false"):
            self.wrong("not_true_or_false", value=told)
            return default
        return told == "true"

    def day(self, default: date) -> date:
        if not self.there:
            return default
        told = self.text()
        try:
            return date.fromisoformat(told)
        except ValueError:
            self.wrong("not_a_date", value=told)
            return default

    def choice(self, kind: type[_Choice], default: _Choice) -> _Choice:
        if not self.there:
            return default
        told = self.text()
        try:
            return kind(told)
        except ValueError:
            self.wrong("not_one_of", value=told, known=", ".join(kind))
            return default

    def names(self) -> Names:
        """A text in three languages; one text alone stands for all."""
        if isinstance(self._node, ScalarNode):
            return dict.fromkeys(LANGUAGES, self.text())
        self.known(*LANGUAGES)
        found = {language: self.get(language).text() for language in LANGUAGES if self.get(language).there}
        if self.there and not found:
            self.wrong("no_language")
        spare = next(iter(found.values()), "")
        return {language: found.get(language, spare) for language in LANGUAGES}


_MOST_BRACKETS = 600  # a contract has some dozens; a thousand within one another keep the parser busy for seconds


def opened(text: str) -> tuple[Node | None, list[Problem]]:
    """The whole document, and what is wrong with it so far: text that is no YAML has no node."""
    problems: list[Problem] = []
    if len(text) > MOST_CHARACTERS:
        return None, [Problem(1, 1, "", "too_long", {"most": str(MOST_CHARACTERS)})]
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        return None, [Problem(1, 1, "", "bad_yaml", {"problem": "too many brackets"})]
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        return None, [Problem(line, column, "", "bad_yaml", {"problem": str(error.problem or error.context)})]
    except Exception as error:  # the scanner has others for odd characters
        return None, [Problem(1, 1, "", "bad_yaml", {"problem": str(error)})]
    if not isinstance(node, MappingNode):
        return None, [Problem(1, 1, "", "not_a_contract")]
    if _looped(node, set(), [0]):
        return None, [Problem(1, 1, "", "aliases")]
    return Node(node, "", problems, None), problems


def plain(value: Decimal) -> Decimal:
    """The same number without needless zeros: 85.0 and 85 have one form."""
    return Decimal(format(value.normalize(), "f")) if value else Decimal(0)


def _looped(node: Any, above: set[int], seen: list[int]) -> bool:
    """Whether an alias leads back, or aliases multiply the document beyond reason."""
    seen[0] += 1
    if seen[0] > 50_000 or id(node) in above:
        return True
    if isinstance(node, MappingNode):
        parts = [one for pair in node.value for one in pair]
    elif isinstance(node, SequenceNode):
        parts = list(node.value)
    else:
        return False
    return any(_looped(one, above | {id(node)}, seen) for one in parts)

"""What is said of a table of a scenario that has not its shape: the key, and the one that is meant."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import msgspec
from msgspec import inspect

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": 'text in "quotes"',
    "array": "a list, [ … ]",
    "object": "a table, { … }",
    "bool": "true or false",
}
"""The types of msgspec's messages, as TOML writes them."""

_GOT = {**_KINDS, "float": "a decimal number", "str": "text", "array": "a list", "object": "a table"}


def misread(error: msgspec.ValidationError, kind: type) -> tuple[str, str]:
    """(key within the table, what is wrong with it) of a table that is no `kind`."""
    what, _, where = str(error).partition(" - at `$")
    names = list(_names(where.rstrip("`")))
    return ".".join(names), _worded(what, kind, names)


def _worded(what: str, kind: type, names: Sequence[str]) -> str:
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL)
    if unknown is not None:
        return _no_key(unknown[1], sorted(_keys(inspect.type_info(kind), names)))
    wrong = re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", what)
    if wrong is not None:
        meant = [_KINDS.get(name, name) for name in wrong[1].split(" | ") if name != "null"]
        return f"{' or '.join(meant)} is meant, not {_GOT.get(wrong[2], wrong[2])}"
    choices = sorted(_choices(inspect.type_info(kind), names))
    if choices and what.startswith("Invalid "):
        return f"{what.rpartition(' ')[2]} is none of {', '.join(choices)}"
    words = what.replace("Object missing required field", "it lacks").replace("`", "'")
    return words[0].lower() + words[1:]


def _no_key(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.6)
    if near:
        return f"there is no key {name!r}, the nearest is {near[0]!r}"
    return f"there is no key {name!r}; there are {', '.join(known)}"


def _keys(of: inspect.Type, names: Sequence[str]) -> set[str]:
    """The keys of the table that this path leads to; of a choice between tables all of theirs."""
    found: set[str] = set()
    for table in _tables(of):
        if not names:
            found |= {field.encode_name for field in table.fields}
            if table.tag_field is not None:
                found.add(table.tag_field)
        for field in table.fields:
            if names and field.encode_name == names[0]:
                found |= _keys(field.type, names[1:])
    return found


def _choices(of: inspect.Type, names: Sequence[str]) -> set[str]:
    """The words that may stand where this path leads to."""
    if not names:
        match of:
            case inspect.EnumType():
                return {str(one.value) for one in of.cls}
            case inspect.LiteralType():
                return {str(one) for one in of.values}
            case inspect.UnionType():
                return {word for one in of.types for word in _choices(one, ())}
            case inspect.VarTupleType():
                return _choices(of.item_type, ())
            case _:
                return set()
    found: set[str] = set()
    for table in _tables(of):
        if table.tag_field is not None and list(names) == [table.tag_field]:
            found.add(str(table.tag))
        for field in table.fields:
            if field.encode_name == names[0]:
                found |= _choices(field.type, names[1:])
    return found


def _tables(of: inspect.Type) -> Iterator[inspect.StructType]:
    match of:
        case inspect.StructType():
            yield of
        case inspect.UnionType():
            for one in of.types:
                yield from _tables(one)
        case inspect.DictType():
            yield from _tables(of.value_type)
        case inspect.VarTupleType():
            yield from _tables(of.item_type)


def _names(path: str) -> Iterator[str]:
    """`.arrivals.profile[...]` → arrivals, profile."""
    for part in path.split("."):
        bare = part.partition("[")[0]
        if bare:
            yield bare

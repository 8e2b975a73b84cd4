"""The Internet Printing Protocol on the wire (RFC 8010): requests and answers as bytes. Pure."""

import struct
from enum import IntEnum
from typing import NamedTuple, TypeAlias

Value: TypeAlias = int | str | bool | bytes


class Operation(IntEnum):
    PRINT_JOB = 0x0002
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A


class Tag(IntEnum):
    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49


class Attribute(NamedTuple):
    tag: Tag
    name: str
    value: Value | tuple[Value, ...]


class Answer(NamedTuple):
    """`groups`: each with its tag and its attributes, values always as a list."""

    status: int
    groups: list[tuple[int, dict[str, list[Value]]]]

    @property
    def good(self) -> bool:
        return self.status < 0x0100

    def of(self, tag: Tag) -> list[dict[str, list[Value]]]:
        return [group for found, group in self.groups if found == tag]


def request(
    operation: Operation,
    id: int,
    attributes: list[Attribute],
    job: list[Attribute] | None = None,
    data: bytes = b"",
) -> bytes:
    """Version 1.1, which every printer takes."""
    out = [struct.pack(">BBHi", 1, 1, operation, id), bytes([Tag.OPERATION])]
    for attribute in (
        Attribute(Tag.CHARSET, "attributes-charset", "utf-8"),
        Attribute(Tag.LANGUAGE, "attributes-natural-language", "en"),
        *attributes,
    ):
        out.append(_attribute(attribute))
    if job:
        out.append(bytes([Tag.JOB]))
        out += [_attribute(attribute) for attribute in job]
    out += [bytes([Tag.END]), data]
    return b"".join(out)


def answer(data: bytes) -> Answer:
    """Raises ValueError for what is no answer."""
    try:
        _, status, _ = struct.unpack_from(">HHi", data)
        groups: list[tuple[int, dict[str, list[Value]]]] = []
        at, last = 8, ""
        while data[at] != Tag.END:
            tag = data[at]
            at += 1
            if tag < 0x10:
                groups.append((tag, {}))
                continue
            name, at = _field(data, at)
            value, at = _field(data, at)
            last = name.decode() or last
            groups[-1][1].setdefault(last, []).append(_value(tag, value))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError("no answer in the Internet Printing Protocol") from error
    return Answer(status, groups)


def _attribute(attribute: Attribute) -> bytes:
    values = attribute.value if isinstance(attribute.value, tuple) else (attribute.value,)
    out = []
    for n, value in enumerate(values):
        name = attribute.name.encode() if n == 0 else b""
        raw = _raw(attribute.tag, value)
        out.append(struct.pack(">BH", attribute.tag, len(name)) + name + struct.pack(">H", len(raw)) + raw)
    return b"".join(out)


def _raw(tag: Tag, value: Value) -> bytes:
    if tag is Tag.BOOLEAN:
        return b"\x01" if value else b"\x00"
    if isinstance(value, int):
        return struct.pack(">i", value)
    return value if isinstance(value, bytes) else value.encode()


def _field(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    if at + 2 + length > len(data):
        raise IndexError(length)
    return data[at + 2 : at + 2 + length], at + 2 + length


def _value(tag: int, raw: bytes) -> Value:
    if tag in (Tag.INTEGER, Tag.ENUM):
        return int(struct.unpack(">i", raw)[0])
    if tag == Tag.BOOLEAN:
        return raw == b"\x01"
    return raw.decode() if 0x40 <= tag < 0x60 else raw

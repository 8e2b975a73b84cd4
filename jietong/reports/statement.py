"""A statement of a service-level contract as a document: one page that finance reads in two minutes, then the annex.

`document(view, language)` makes from a statement's view (`sla.views`, as HTTP gives it) what PDF, HTML and xlsx are
rendered from. Every number comes from the view; nothing is computed here but its layout.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid
from jietong.rendering.figures import shown
from jietong.rendering.html import html
from jietong.rendering.model import (
    Beside,
    Block,
    Box,
    Break,
    Cell,
    Chart,
    Column,
    Document,
    Drawn,
    Figures,
    Headline,
    Kind,
    Mark,
    Pairs,
    Paragraphs,
    Prose,
    Row,
    Series,
    Signatures,
    Table,
    tables,
)
from jietong.rendering.pdf import pdf
from jietong.rendering.xlsx import xlsx
from jietong.reports.statement_words import WORDS, day, moment, month, month_short, word

View = Mapping[str, Any]

_MARKS = {
    "missed": Mark.ALARM,
    "unreachable": Mark.ALARM,
    "at_risk": Mark.LOOK,
    "unknown": Mark.LOOK,
    "met": Mark.MET,
    "safe": Mark.MET,
    "shown": Mark.SHOWN,
    "too_few": Mark.WAIT,
    "no_data": Mark.WAIT,
    "waived": Mark.SHOWN,
}
_KINDS = {
    "ratio": Kind.RATIO,
    "s": Kind.SECONDS,
    "count": Kind.COUNT,
    "points": Kind.NUMBER,
    "mos": Kind.NUMBER,
}
_SIGNS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£", "TWD": "NT$", "HKD": "HK$"}


def document(view: View, language: str) -> Document:
    """`view` is a statement as HTTP gives it (`StatementOut`); `language` zh-Hans, zh-Hant or en."""
    zone = ZoneInfo(str(view["zone"]))
    state = word(view["state"], language)
    number = word("number", language, number=view["number"], state=state, at=_at(view["made_at"], zone, language))
    blocks: list[Block] = [
        _key_figures(view, language),
        _agreed(view, language),
        Beside(
            (Paragraphs((_why(view, language),)),),
            (_months(view, language),),
            share=0.52,
        ),
    ]
    if view["actions"]:
        blocks.append(_actions(view, language))
    blocks += [
        Paragraphs(_in_words(view, language)),
        Pairs(tuple(_records(view, language))),
        Signatures(tuple(_boxes(view, language, zone))),
        Break(),
        _days(view, language),
        _exclusions(view, language, zone),
        _definitions(view, language),
        _invoice(view, language),
    ]
    watermark = {"draft": "watermark", "replaced": "watermark_replaced"}.get(view["state"])
    return Document(
        language=language,
        title=word("title", language, month=month(view["period"], language)),
        blocks=tuple(blocks),
        subtitle=number,
        organisation=view["our_names"].get(language, ""),
        organisation_note=word("prepared", language),
        pairs=tuple(_about(view, language)),
        lead=view["headline"][language],
        footer=word("footer", language, number=view["number"]),
        pages=WORDS["pages"][language],
        watermark=word(watermark, language) if watermark else "",
        name=view["number"],
    )


def render(view: View, format: str, language: str) -> tuple[str, str, bytes]:
    """(file name, media type, content) as `pdf`, `html` or `xlsx`. Blocks: call it in a thread. Raises Invalid
    `bad_format`."""
    made = document(view, language)
    if format == "pdf":
        return f"{made.name}.pdf", "application/pdf", pdf([made])
    if format == "html":
        return f"{made.name}.html", "text/html; charset=utf-8", html([made]).encode()
    if format == "xlsx":
        content = xlsx(tables(made), title=made.title, organisation=made.organisation)
        return f"{made.name}.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content
    raise Invalid("bad_format", "A statement is had as pdf, html, xlsx or json.", field="format")


def money(text: str, currency: str, *, sign: bool = False) -> str:
    """¥472,635.00; with `sign` +2,430.00 and −9,720.00 without the currency."""
    amount = Decimal(text)
    told = shown(amount, Kind.MONEY)
    if sign:
        return f"+{told}" if amount > 0 else told
    mark = _SIGNS.get(currency, f"{currency} ")
    return f"−{mark}{told[1:]}" if told.startswith("−") else f"{mark}{told}"


def _about(view: View, language: str) -> Iterable[tuple[str, str]]:
    between = ", " if language == "en" else "、"
    yield word("for", language), view["client_names"].get(language, view["contract"])
    yield word("services", language), between.join(names.get(language, "") for names in view["services"])
    yield word("contract", language), f"{view['contract']}, " + word("version", language, n=view["version"])
    yield word("hours", language), view["hours"].get(language, "")
    if view["reason"]:
        yield word("corrected", language, reason="").strip(" :：。."), view["reason"]


def _key_figures(view: View, language: str) -> Figures:
    items = []
    main = next((one for one in view["objectives"] if one["id"] == view["main"]), None)
    if main is not None:
        label = main["names"][language] + (f" ({main['variant']})" if main["variant"] else "")
        if main["target"] is not None:
            label += f", {word('target', language)} {_value(main['target'], main['figure']['unit'])}"
        before = main["before"]
        note = (
            word("no_exclusions", language)
            if before is None
            else word("before", language, value=_value(before["value"], main["figure"]["unit"]))
        )
        items.append(_headline(label, main["figure"], note))
    access = view["access"]
    if access is not None:
        figure = access["figure"]
        note = word("called", language, n=_count(figure["numerator"]), d=_count(figure["denominator"]))
        items.append(_headline(word("access", language), figure, note))
    settled = view["money"]
    parts = f"{_plain(settled['fee'])} − {_plain(settled['credits'])} + {_plain(settled['bonus'])}"
    if Decimal(settled["earned_back"]):
        parts += f" + {_plain(settled['earned_back'])}"
    items.append(Headline(word("payable", language), money(settled["payable"], settled["currency"]), note=parts))
    return Figures("", tuple(items))


def _headline(label: str, figure: View, note: str) -> Headline:
    unit = "%" if figure["unit"] == "ratio" else "s" if figure["unit"] == "s" else ""
    return Headline(label, _value(figure["value"], figure["unit"]), unit, note)


def _agreed(view: View, language: str) -> Table:
    settled = view["money"]
    rows = []
    for one in view["objectives"]:
        unit = one["figure"]["unit"]
        bad = one["verdict"] in ("missed", "unreachable")
        mark = _MARKS.get(one["verdict"])
        charged = one["money"] is not None
        rows.append(
            Row(
                (
                    Cell(
                        one["names"][language],
                        one["names"][language],
                        note=one["variant"],
                        strong=one["id"] == view["main"],
                    ),
                    Cell(one["target"], _target(one, unit)),
                    Cell(one["figure"]["value"], _value(one["figure"]["value"], unit), strong=bad),
                    Cell(one["verdict"], one["verdict_texts"][language], mark=mark, strong=bad),
                    Cell(
                        Decimal(one["money"]) if charged else None,
                        money(one["money"], settled["currency"], sign=True) if charged else "–",
                    ),
                ),
                tinted=one["verdict"] == "shown",
            )
        )
    foot = Row(
        (
            Cell(word("net", language), word("net", language)),
            Cell(),
            Cell(),
            Cell(),
            Cell(Decimal(settled["net"]), money(settled["net"], settled["currency"], sign=True)),
        ),
        strong=True,
    )
    return Table(
        "",
        (
            Column(word("agreed", language), width=3.6),
            Column(word("target_head", language), Kind.NUMBER),
            Column(word("reached", language), Kind.NUMBER),
            Column(word("verdict", language), width=2.0),
            Column(
                word("money", language),
                Kind.MONEY,
                unit=_SIGNS.get(settled["currency"], settled["currency"]),
                width=1.4,
            ),
        ),
        tuple(rows),
        (foot,),
        note=" ".join(
            text for text in (view["volume_texts"].get(language, ""), settled["texts"].get(language, "")) if text
        ),
    )


def _why(view: View, language: str) -> Prose:
    causes = tuple(cause["texts"][language] for cause in view["causes"])
    return Prose(word("why", language), causes or ("–",), numbered=len(causes) > 1)


def _months(view: View, language: str) -> Chart:
    points = view["months"]
    main = next((one for one in view["objectives"] if one["id"] == view["main"]), None)
    ratio = main is not None and main["figure"]["unit"] == "ratio"
    name = "" if main is None else main["variant"] or main["names"][language]
    series = [Series(name, tuple(point["value"] for point in points))]
    if ratio:
        series.append(Series(word("access", language), tuple(point["access"] for point in points)))
    columns = (
        Column(word("months", language)),
        *(Column(one.name, Kind.RATIO if ratio else Kind.NUMBER) for one in series),
    )
    kind = Kind.RATIO if ratio else Kind.NUMBER
    rows = tuple(
        Row(
            (
                Cell(point["key"], month(point["key"], language)),
                *(Cell(one.values[n], shown(one.values[n], kind)) for one in series),
            )
        )
        for n, point in enumerate(points)
    )
    return Chart(
        word("months", language),
        Drawn.LINE,
        tuple(month_short(point["key"], language) for point in points),
        tuple(series),
        kind=kind,
        unit="%" if ratio else "",
        target=None if main is None else main["target"],
        target_name=word("target", language),
        gap=word("gap", language) if ratio else "",
        table=Table(word("months", language), columns, rows),
        width=320,
        height=150,
    )


def _actions(view: View, language: str) -> Table:
    rows = tuple(
        Row(
            (
                _text(one["texts"].get(language, "")),
                _text(one["owner"]),
                _text(day(one["due"], language) if one["due"] else "–"),
                _text(one["expected"].get(language, "")),
            )
        )
        for one in view["actions"]
    )
    columns = (
        Column(word("next", language), width=3.0),
        Column(word("owner", language), width=1.4),
        Column(word("due", language), width=1.0),
        Column(word("expected", language), width=2.0),
    )
    return Table("", columns, rows, sheet=word("next", language))


def _in_words(view: View, language: str) -> tuple[Prose, ...]:
    """The main figure and true access: what they mean, and an example."""
    chosen = [one for one in view["definitions"] if one["objective"] in (view["main"], view["access_objective"])]
    chosen = chosen or view["definitions"][:1]
    between = ": " if language == "en" else "："
    meanings = tuple(f"**{one['names'][language]}**{between}{one['formula'][language]}" for one in chosen)
    examples = tuple(one["example"][language] for one in chosen)
    return (
        Prose(word("in_words", language), meanings, small=True),
        Prose(word("example", language), examples, small=True),
    )


def _records(view: View, language: str) -> Iterable[tuple[str, str]]:
    access = view["access"]
    if access is not None:
        yield word("blocked", language), access["texts"].get(language, "")
    for one in view["remarks"]:
        yield word("records", language), one["texts"].get(language, "")
    between = ", " if language == "en" else "、"
    told = between.join(
        word("ledger", language, name=name, seq=f"{seq:,}") for name, seq in sorted(view["heads"].items())
    )
    yield word("records", language), word("ledgers", language, ledgers=told or "–")
    digest = view["digest"]
    yield word("digest", language), " ".join(digest[n : n + 8] for n in range(0, len(digest), 8))


def _boxes(view: View, language: str, zone: ZoneInfo) -> Iterable[Box]:
    names = {
        "ours": view["our_names"].get(language, "") or word("ours", language),
        "theirs": view["client_names"].get(language, view["contract"]),
    }
    given = {one["side"]: one for one in view["approvals"] if one["decision"] == "approved"}
    for side, party in names.items():
        one = given.get(side)
        if one is None:
            yield Box(party, word("unsigned", language))
        else:
            yield Box(one["by_name"], f"{party}, {_at(one['at'], zone, language)}", signed=True)


def _days(view: View, language: str) -> Table:
    rows = []
    for one in view["days"]:
        unknown = one["blocked"] is None
        rows.append(
            Row(
                (
                    Cell(date.fromisoformat(one["day"]), day(one["day"], language)),
                    _number(one["volume"]),
                    _number(one["numerator"]),
                    _number(one["denominator"]),
                    Cell(one["value"], shown(one["value"], Kind.RATIO), strong=one["below_minimum"]),
                    Cell(one["access"], shown(one["access"], Kind.RATIO)),
                    Cell(one["blocked"], word("unknown", language) if unknown else shown(one["blocked"], Kind.COUNT)),
                )
            )
        )
    columns = (
        Column(word("day", language), Kind.DATE, width=1.4),
        Column(word("volume", language), Kind.COUNT),
        Column(word("numerator", language), Kind.COUNT),
        Column(word("denominator", language), Kind.COUNT),
        Column(word("value", language), Kind.RATIO, unit="%"),
        Column(word("access", language), Kind.RATIO, unit="%", width=1.6),
        Column(word("blocked", language), Kind.COUNT),
    )
    return Table(word("days", language), columns, tuple(rows))


def _exclusions(view: View, language: str, zone: ZoneInfo) -> Table:
    rows = []
    for one in view["exclusions"]:
        decision = one["decision"]
        decided = word(one["state"], language)
        if decision is not None:
            decided += f", {decision['by_name']}, {_at(decision['at'], zone, language)}"
        rows.append(
            Row(
                (
                    _text(one["title"]),
                    _text(one["cls_names"].get(language, one["cls"])),
                    Cell(_local(one["start"], zone), _at(one["start"], zone, language)),
                    Cell(_local(one["end"], zone), _at(one["end"], zone, language)),
                    _number(one["contacts"]),
                    _text(", ".join(piece["title"] for piece in one["evidence"])),
                    _text(decided),
                )
            )
        )
    columns = (
        Column(word("what", language), width=2.0),
        Column(word("class", language), width=1.2),
        Column(word("from", language), Kind.MOMENT, width=1.5),
        Column(word("to", language), Kind.MOMENT, width=1.5),
        Column(word("contacts", language), Kind.COUNT),
        Column(word("evidence", language), width=2.0),
        Column(word("decided", language), width=2.0),
    )
    return Table(word("exclusions", language), columns, tuple(rows))


def _definitions(view: View, language: str) -> Table:
    rows = tuple(
        Row(
            (
                _text(one["names"][language]),
                _text(one["metric"]),
                _text(one["formula"][language]),
                _text(one["example"][language]),
            )
        )
        for one in view["definitions"]
    )
    columns = (
        Column(word("figure", language), width=1.4),
        Column("id"),
        Column(word("meaning", language), width=3.0),
        Column(word("example", language), width=3.0),
    )
    return Table(word("definitions", language), columns, rows)


def _invoice(view: View, language: str) -> Table:
    settled = view["money"]
    rows = tuple(
        Row(
            (
                _text(line["texts"].get(language, line["code"])),
                Cell(Decimal(line["amount"]), money(line["amount"], settled["currency"], sign=line["code"] != "fee")),
            )
        )
        for line in settled["lines"]
    )
    total = Row(
        (
            _text(word("total", language)),
            Cell(Decimal(settled["payable"]), money(settled["payable"], settled["currency"])),
        ),
        strong=True,
    )
    columns = (
        Column(word("line", language), width=4.0),
        Column(word("amount", language), Kind.MONEY, unit=settled["currency"]),
    )
    return Table(word("invoice", language), columns, rows, (total,))


def _target(one: View, unit: str) -> str:
    if one["target"] is None:
        return "–"
    sign = {"lte": "≤ ", "lt": "< "}.get(one["op"], "")
    return sign + _value(one["target"], unit)


def _value(value: float | None, unit: str) -> str:
    return shown(value, _KINDS.get(unit, Kind.NUMBER), decimals=1 if unit in ("ratio", "points", "s") else None)


def _count(value: float) -> str:
    return shown(value, Kind.COUNT)


def _plain(text: str) -> str:
    return shown(Decimal(text), Kind.MONEY)


def _text(text: str) -> Cell:
    return Cell(text, text)


def _number(value: float | None) -> Cell:
    return Cell(value, shown(value, Kind.COUNT))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return to_datetime(at).astimezone(zone).replace(tzinfo=None)


def _at(at: int, zone: ZoneInfo, language: str) -> str:
    return moment(to_datetime(at).astimezone(zone), language)

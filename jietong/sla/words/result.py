"""What an evaluation's result says in words that finance reads in two minutes: verdict, money, need, cause. Pure."""

from decimal import Decimal

from jietong.sla.model import Contract
from jietong.sla.rules.need import of_share
from jietong.sla.rules.result import (
    AccessResult,
    MoneyLine,
    MoneyResult,
    Need,
    ObjectiveResult,
    Result,
    Step,
    Unit,
    Verdict,
    VolumeResult,
)
from jietong.sla.words import template as t
from jietong.sla.words.template import Part, Texts, said_of, three

VERDICTS: dict[Verdict, Texts] = {
    Verdict.MET: three("达成", "達成", "Met"),
    Verdict.MISSED: three("未达", "未達", "Missed"),
    Verdict.AT_RISK: three("有风险", "有風險", "At risk"),
    Verdict.UNREACHABLE: three("无法达成", "無法達成", "Cannot be reached"),
    Verdict.SAFE: three("已稳达成", "已穩達成", "Already safe"),
    Verdict.TOO_FEW: three("样本不足，不判定", "樣本不足，不判定", "Too few to judge"),
    Verdict.NO_DATA: three("无数据", "無資料", "No data"),
    Verdict.UNKNOWN: three("未知", "未知", "Unknown"),
    Verdict.SHOWN: three("只看不计", "只看不計", "Shown, not charged"),
    Verdict.WAIVED: three("免计", "免計", "Waived"),
}
"""Bonus: `with_bonus`."""

_LINES: dict[str, Texts] = {
    "fee": three("月费", "月費", "Monthly fee"),
    "volume_fee": three("按量费用", "按量費用", "Fee by volume"),
    "minimum_billing": three("最低计费补足", "最低計費補足", "Up to the minimum billed"),
    "additional": three("超出容许量", "超出容許量", "Contacts above the tolerance"),
    "reduced": three("低于容许量", "低於容許量", "Contacts below the tolerance"),
    "credit": three("扣款", "扣款", "Credit"),
    "bonus": three("奖金", "獎金", "Bonus"),
    "credit_cap": three("超过扣款上限，不扣", "超過扣款上限，不扣", "Beyond the limit of credits, not taken"),
    "bonus_cap": three("超过奖金上限，不付", "超過獎金上限，不付", "Beyond the limit of the bonus, not paid"),
    "earned_back": three("返还 {period} 的扣款", "返還 {period} 的扣款", "Credit of {period} earned back"),
}

_HEADLINES: dict[str, Texts] = {
    "missed": three("{name}未达标，差 {short}（共 {n}）。", "{name}未達標，差 {short}（共 {n}）。", "{name}: the target was missed by {short} out of {n}."),
    "missed_value": three("{name}未达标：{value}，目标 {target}。", "{name}未達標：{value}，目標 {target}。", "{name}: the target was missed, {value} against {target}."),
    "met": three("{name}达标：{value}，目标 {target}。", "{name}達標：{value}，目標 {target}。", "{name}: the target was met, {value} against {target}."),
    "met_others": three("{name}达标（{value}），另有 {others} 项未达。", "{name}達標（{value}），另有 {others} 項未達。", "{name}: the target was met at {value}; {others} other target(s) were missed."),
    "at_risk": three("{name}有风险：目前 {value}，目标 {target}。", "{name}有風險：目前 {value}，目標 {target}。", "{name} is at risk: {value} so far against {target}."),
    "unreachable": three("{name}本期已无法达标：目前 {value}，目标 {target}。", "{name}本期已無法達成：目前 {value}，目標 {target}。", "{name} cannot be reached any more: {value} so far against {target}."),
    "open_met": three("{name}至今达标：{value}，目标 {target}。", "{name}至今達標：{value}，目標 {target}。", "{name} is met so far: {value} against {target}."),
    "safe": three("{name}已稳达标：{value}，目标 {target}。", "{name}已穩達標：{value}，目標 {target}。", "{name} is safe: {value}, and whatever comes, {target} is reached."),
    "too_few": three("{name}样本不足，不判定：{n}。", "{name}樣本不足，不判定：{n}。", "{name} is not judged: {n} are too few."),
    "no_data": three("{name}本期没有数据，不算未达。", "{name}本期沒有資料，不算未達。", "{name}: nothing happened, so nothing was missed."),
    "unknown": three("{name}未知：部分来电没有记录，不能判定。", "{name}未知：部分來電沒有紀錄，不能判定。", "{name} is unknown: some of what happened was not recorded, so it is not judged."),
    "waived": three("来电超出约定，{name}免计：{value}。", "來電超出約定，{name}免計：{value}。", "The volume went beyond what was agreed, so {name} is waived: {value}."),
    "nothing": three("本合同没有计费的目标。", "本合約沒有計費的目標。", "This agreement charges no target."),
}  # fmt: skip

_MONEY: dict[str, Texts] = {
    "credit": three("净扣款 {net}：{payer}应付 {month}费用 {payable}。", "淨扣款 {net}：{payer}應付 {month}費用 {payable}。", "The net credit is {net}: {payer} pays {payable} for {month}."),
    "bonus": three("净奖金 {net}：{payer}应付 {month}费用 {payable}。", "淨獎金 {net}：{payer}應付 {month}費用 {payable}。", "The net bonus is {net}: {payer} pays {payable} for {month}."),
    "none": three("没有扣款，也没有奖金：{payer}应付 {month}费用 {payable}。", "沒有扣款，也沒有獎金：{payer}應付 {month}費用 {payable}。", "No credit, no bonus: {payer} pays {payable} for {month}."),
    "cap": three("扣款占上限 {cap} 的 {used}。", "扣款占上限 {cap} 的 {used}。", "Credits take {used} of their {cap} limit."),
    "capped": three("扣款已达上限 {cap}：另有 {over} 不扣。", "扣款已達上限 {cap}：另有 {over} 不扣。", "Credits have reached their {cap} limit: {over} more is not taken."),
}  # fmt: skip

_NEEDS: dict[str, Texts] = {
    "share": three("其余 {rest}需达 {value}", "其餘 {rest}需達 {value}", "{value} of the remaining {rest}"),
    "spare": three("其余 {rest}中可再有 {spare} 个未达，{value}", "其餘 {rest}中可再有 {spare} 個未達，{value}", "{spare} of the remaining {rest} may still go badly, {value}"),
    "over": three("已超出容许；其余 {rest}不能再有", "已超出容許；其餘 {rest}不能再有", "Above what is allowed already; none of the remaining {rest} may go badly"),
    "mean": three("其余 {rest}平均需 {value}", "其餘 {rest}平均需 {value}", "A mean of {value} over the remaining {rest}"),
    "unreachable": three("其余 {rest}全部做好也只到 {best}", "其餘 {rest}全部做好也只到 {best}", "Even if all the remaining {rest} go well: {best}"),
    "unreachable_down": three("其余 {rest}一个不失也有 {best}", "其餘 {rest}一個不失也有 {best}", "Even if none of the remaining {rest} goes badly: {best}"),
    "safe": three("其余 {rest}怎样都达标", "其餘 {rest}怎樣都達標", "Safe, whatever the remaining {rest} bring"),
    "nothing_left": three("本期已没有要来的", "本期已沒有要來的", "Nothing more is expected"),
}  # fmt: skip

_RESTS: dict[str, Texts] = {
    "ratio": three("{n} 次", "{n} 次", "{n}"),
    "hours": three("{n} 个时段", "{n} 個時段", "{n} intervals"),
    "planned": three("{n} 份", "{n} 份", "{n} scores"),
}

_VOLUMES: dict[str, Texts] = {
    "no_forecast": three(
        "共 {actual} 次；没有约定预测。",
        "共 {actual} 次；沒有約定預測。",
        "Volume: {actual}; no forecast was agreed.",
    ),
    "inside": three(
        "{actual} 次，预测 {forecast}，{away}，在约定的 {tolerance} 之内：各目标全数有效，费用不调整。",
        "{actual} 次，預測 {forecast}，{away}，在約定的 {tolerance} 之內：各目標全數有效，費用不調整。",
        "Volume: {actual} against {forecast} forecast, {away}, inside the agreed {tolerance}; so every target counts in full and the fee is not adjusted.",
    ),
    "under": three(
        "{actual} 次，预测 {forecast}，{away}，低于约定的 {tolerance}。",
        "{actual} 次，預測 {forecast}，{away}，低於約定的 {tolerance}。",
        "Volume: {actual} against {forecast} forecast, {away}, below the agreed {tolerance}.",
    ),
    "full": three(
        "{actual} 次，预测 {forecast}，{away}，超过约定的 {tolerance}；合同没有约定例外，目标仍全数有效。",
        "{actual} 次，預測 {forecast}，{away}，超過約定的 {tolerance}；合約沒有約定例外，目標仍全數有效。",
        "Volume: {actual} against {forecast} forecast, {away}, above the agreed {tolerance}; nothing was agreed for that, so every target still counts.",
    ),
    "relax": three(
        "{actual} 次，预测 {forecast}，{away}，超过约定的 {tolerance}：目标放宽 {points} 点。",
        "{actual} 次，預測 {forecast}，{away}，超過約定的 {tolerance}：目標放寬 {points} 點。",
        "Volume: {actual} against {forecast} forecast, {away}, above the agreed {tolerance}: targets are eased by {points} points.",
    ),
    "withinDays": three(
        "{actual} 次，预测 {forecast}，{away}，超过约定的 {tolerance}：{days} 天超量，不计入目标。",
        "{actual} 次，預測 {forecast}，{away}，超過約定的 {tolerance}：{days} 天超量，不計入目標。",
        "Volume: {actual} against {forecast} forecast, {away}, above the agreed {tolerance}: {days} day(s) above it do not count.",
    ),
    "forecastShare": three(
        "{actual} 次，预测 {forecast}，{away}，超过约定的 {tolerance}：扣款只按 {share} 计。",
        "{actual} 次，預測 {forecast}，{away}，超過約定的 {tolerance}：扣款只按 {share} 計。",
        "Volume: {actual} against {forecast} forecast, {away}, above the agreed {tolerance}: credits count by {share}.",
    ),
    "waive": three(
        "{actual} 次，预测 {forecast}，{away}，远超约定：尽力而为，目标免计。",
        "{actual} 次，預測 {forecast}，{away}，遠超約定：盡力而為，目標免計。",
        "Volume: {actual} against {forecast} forecast, {away}, far above what was agreed: best effort, targets are waived.",
    ),
}

_ACCESS: dict[str, Texts] = {
    "unknown": three("被挡下的来电：未知。没有入口记录，不能当作 0。", "被擋下的來電：未知。沒有入口紀錄，不能當作 0。", "Callers turned away: unknown. No entry was recorded; that is not 0."),
    "partial": three("实测被挡 {blocked}；有 {days} 天没有入口记录，未知。", "實測被擋 {blocked}；有 {days} 天沒有入口紀錄，未知。", "Turned away, measured: {blocked}. Unknown on {days} day(s) without records of entries."),
    "measured": three("实测被挡 {blocked}，菜单中离线 {lost}。", "實測被擋 {blocked}，選單中離線 {lost}。", "Turned away, measured: {blocked}. Lost in the menu: {lost}."),
    "estimated": three("实测被挡 {blocked}，另按线路全满时间估计 {unseen}（估计）；菜单中离线 {lost}。", "實測被擋 {blocked}，另按線路全滿時間估計 {unseen}（估計）；選單中離線 {lost}。", "Turned away, measured: {blocked}; estimated from all-lines-busy time: {unseen} more. Lost in the menu: {lost}."),
    "points": three("线路挡下的使数字少 {blocked} 点，菜单中离线的少 {lost} 点。", "線路擋下的使數字少 {blocked} 點，選單中離線的少 {lost} 點。", "Those turned away lower the figure by {blocked} points, those lost in the menu by {lost}."),
}  # fmt: skip

_REPEATS: dict[str, Texts] = {
    "next": three("这是近 {within} 个月第 {misses} 次未达；到第 {limit} 次，扣款乘以 {by}。", "這是近 {within} 個月第 {misses} 次未達；到第 {limit} 次，扣款乘以 {by}。", "It is miss number {misses} within {within} months; from number {limit} on its credit is multiplied by {by}."),
    "now": three("这是近 {within} 个月第 {misses} 次未达，扣款乘以 {by}。", "這是近 {within} 個月第 {misses} 次未達，扣款乘以 {by}。", "It is miss number {misses} within {within} months, so its credit is multiplied by {by}."),
}  # fmt: skip


def verdict(one: ObjectiveResult) -> Texts:
    told = VERDICTS[one.verdict]
    if one.bonus and one.verdict in (Verdict.MET, Verdict.SAFE):
        return said_of(three("{verdict}，有奖金", "{verdict}，有獎金", "{verdict}, bonus"), {"verdict": told})
    return told


def headline(result: Result, contract: Contract) -> Texts:
    """Verdict and money in two sentences."""
    return t.joined([verdict_sentence(result, contract), money_sentence(result, contract)])


def verdict_sentence(result: Result, contract: Contract) -> Texts:
    """Of the objective that stands for the contract."""
    main = None if result.main is None else result.objective(result.main)
    agreed = None if main is None else contract.objective(main.id)
    if main is None or agreed is None:
        return _HEADLINES["nothing"]
    parts: dict[str, Part] = {
        "name": agreed.name,
        "value": t.amount(main.figure.value, main.unit),
        "target": t.amount(main.target, main.unit),
        "n": _how_many(main, main.figure.n),
    }
    code = str(main.verdict.value)
    if main.verdict is Verdict.MISSED:
        code = "missed_value"
        short = short_of(main)
        if short is not None and len(main.windows) == 1:
            code, parts["short"] = "missed", _how_many(main, short)
            parts["n"] = {**_how_many(main, main.figure.n), "en": t.count(main.figure.n)}
    elif main.verdict is Verdict.MET:
        others = sum(
            one.charged and one.verdict in (Verdict.MISSED, Verdict.UNREACHABLE) for one in result.objectives
        )
        if not result.closed:
            code = "open_met"
        elif others:
            code, parts["others"] = "met_others", str(others)
    return said_of(_HEADLINES[code], parts)


def short_of(one: ObjectiveResult) -> int | None:
    """By how many a share missed its target; None: it did not, or is no share."""
    if one.unit is not Unit.RATIO or one.target is None or not one.figure.denominator:
        return None
    found = of_share(int(one.figure.numerator), one.figure.denominator, 0, one.target, one.op, "planned").short
    return found or None


def money_sentence(result: Result, contract: Contract) -> Texts:
    money = result.money
    payer = contract.customer.name
    code = "credit" if money.net < 0 else "bonus" if money.net > 0 else "none"
    unit = contract.money.unit
    return said_of(
        _MONEY[code],
        {
            "net": t.money(abs(money.net), money.currency, unit),
            "payable": t.money(money.payable, money.currency, unit),
            "payer": payer,
            "month": t.month(result.start),
        },
    )


def cap_sentence(money: MoneyResult, unit: Decimal = Decimal("0.01")) -> Texts:
    cap = t.money(money.cap, money.currency, unit)
    if money.uncapped > money.credits:
        over = t.money(money.uncapped - money.credits, money.currency, unit)
        return said_of(_MONEY["capped"], {"cap": cap, "over": over})
    return said_of(_MONEY["cap"], {"cap": cap, "used": t.percent(money.cap_used)})


def money_line(line: MoneyLine, contract: Contract) -> Texts:
    told = said_of(_LINES[line.code], {"period": line.period or ""})
    agreed = None if line.objective is None else contract.objective(line.objective)
    if agreed is None:
        return told
    return said_of(three("{line}：{name}", "{line}：{name}", "{line}: {name}"), {"line": told, "name": agreed.name})


def need(one: Need, result: ObjectiveResult) -> Texts:
    """What the rest of the period must give."""
    kind = one.basis if one.basis in ("hours", "planned") else "ratio"
    rest = said_of(_RESTS[kind], {"n": t.count(one.rest)})
    parts: dict[str, Part] = {"rest": rest, "value": t.amount(one.value, result.unit)}
    parts["best"] = t.amount(one.best, result.unit)
    if result.verdict is Verdict.UNREACHABLE:
        return said_of(_NEEDS["unreachable" if result.op.upward else "unreachable_down"], parts)
    if not one.rest:
        return _NEEDS["nothing_left"]
    if result.verdict is Verdict.SAFE:
        return said_of(_NEEDS["safe"], parts)
    if one.spare is not None and not result.op.upward:
        if not one.spare:
            return said_of(_NEEDS["over"], parts)
        return said_of(_NEEDS["spare"], {**parts, "spare": t.count(one.spare)})
    return said_of(_NEEDS["share" if one.good is not None else "mean"], parts)


def volume(one: VolumeResult, contract: Contract) -> Texts:
    terms = contract.volume
    if terms is None or one.forecast is None or one.deviation is None:
        return said_of(_VOLUMES["no_forecast"], {"actual": t.count(one.expected)})
    inside = -terms.under <= one.deviation <= terms.over
    code = "under" if one.under else "inside" if inside else str(one.effect.value)
    return said_of(
        _VOLUMES[code],
        {
            "actual": t.count(one.expected),
            "forecast": t.count(one.forecast),
            "away": f"{t.points(one.deviation, signed=True)} %",
            "tolerance": t.percent(terms.under if one.under else terms.over, 0),
            "points": t.points(one.points),
            "share": t.percent(one.share),
            "days": str(len(one.days_out)),
        },
    )


def access(one: AccessResult) -> Texts:
    """Measured, estimated or unknown: always said."""
    parts: dict[str, Part] = {
        "blocked": t.NO_DATA if one.blocked is None else t.count(one.blocked),
        "lost": t.NO_DATA if one.lost is None else t.count(one.lost),
        "unseen": t.NO_DATA if one.blocked_unseen is None else f"{t.rounded(one.blocked_unseen, 0):,}",
        "days": str(len(one.unknown_days)),
    }
    said = [said_of(_ACCESS[one.known], parts)]
    if one.points_blocked is not None and one.points_lost is not None and (one.blocked or one.lost):
        points = {"blocked": t.points(one.points_blocked), "lost": t.points(one.points_lost)}
        said.append(said_of(_ACCESS["points"], points))
    return t.joined(said)


def repeat(one: ObjectiveResult, contract: Contract) -> Texts | None:
    """How often the objective was missed of late, where that has consequences; None: it was not missed."""
    rule = contract.money.repeat
    if rule is None or not one.misses or one.verdict is not Verdict.MISSED:
        return None
    code = "now" if one.multiplier != 1 else "next"
    by = f"{rule.multiplier.normalize():f}"
    return said_of(
        _REPEATS[code],
        {"misses": str(one.misses), "within": str(rule.within), "limit": str(rule.misses), "by": by},
    )


_STEPS: dict[str, Texts] = {
    "value": three("{numerator} ÷ {denominator} = {value}", "{numerator} ÷ {denominator} = {value}", "{numerator} ÷ {denominator} = {value}"),
    "excluded": three("按约定排除 {n}；排除前 {before}", "依約定排除 {n}；排除前 {before}", "{n} left out by agreement; {before} before"),
    "days_out": three("超量的日子不计：{days}", "超量的日子不計：{days}", "Days above the tolerance do not count: {days}"),
    "too_few": three("只有 {n}，至少要 {sample} 才判定", "只有 {n}，至少要 {sample} 才判定", "{n} are fewer than the {sample} agreed"),
    "not_recorded": three("部分日子没有入口记录，不能判定", "部分日子沒有入口紀錄，不能判定", "Entries were not recorded on some days, so it is not judged"),
    "relaxed": three("超量：目标由 {from} 放宽到 {to}", "超量：目標由 {from} 放寬到 {to}", "Above the tolerance: the target is eased from {from} to {to}"),
    "repeat": three("{within} 期内第 {misses} 次未达，乘以 {by}", "{within} 期內第 {misses} 次未達，乘以 {by}", "Missed {misses} times in {within} periods: times {by}"),
    "credit": three(
        "扣款 {amount} = 费用 {fee} × 风险比例 {at_risk} × 权重 {weight} × 级距 {factor} × 重复 {multiplier} × 量 {share}",
        "扣款 {amount} = 費用 {fee} × 風險比例 {at_risk} × 權重 {weight} × 級距 {factor} × 重複 {multiplier} × 量 {share}",
        "Credit {amount} = fee {fee} × at risk {at_risk} × weight {weight} × band {factor} × repeat {multiplier} × volume {share}",
    ),
    "bonus": three(
        "奖金 {amount} = 费用 {fee} × 风险比例 {at_risk} × 权重 {weight} × 级距 {factor}",
        "獎金 {amount} = 費用 {fee} × 風險比例 {at_risk} × 權重 {weight} × 級距 {factor}",
        "Bonus {amount} = fee {fee} × at risk {at_risk} × weight {weight} × band {factor}",
    ),
    "prorata": three("合同覆盖 {month} 天中的 {days} 天：{amount} 按天计", "合約涵蓋 {month} 天中的 {days} 天：{amount} 按天計", "The contract covers {days} of {month} days: {amount} by the day"),
    "by_volume": three("{n} × {price}", "{n} × {price}", "{n} × {price}"),
    "earned_back": three("连续 {periods} 期达标，返还 {period} 的扣款", "連續 {periods} 期達標，返還 {period} 的扣款", "Target reached in {periods} periods on end: the credit of {period} is given back"),
    "entries_unknown": three("没有入口记录：真实接通率未知", "沒有入口紀錄：真實接通率未知", "No entry was recorded: true access is unknown"),
    "entries_unknown_days": three("{n} 天没有入口记录：未知，不是 0", "{n} 天沒有入口紀錄：未知，不是 0", "No entries recorded on {n} day(s): unknown, not 0"),
    "blocked_estimated": three("按线路全满时间估计另有 {n} 次被挡（估计）", "按線路全滿時間估計另有 {n} 次被擋（估計）", "From all-lines-busy time another {n} turned away (estimated)"),
    "carrier_unknown": three("在运营商处被挡的来电：未知", "在電信商處被擋的來電：未知", "Callers lost inside the carrier: unknown"),
    "volume_relax": three("来电超过约定：目标放宽", "來電超過約定：目標放寬", "The volume is above what was agreed: targets are eased"),
    "volume_withinDays": three("来电超过约定：超量的日子不计", "來電超過約定：超量的日子不計", "The volume is above what was agreed: days above the tolerance do not count"),
    "volume_forecastShare": three("来电超过约定：扣款按预测的比例计", "來電超過約定：扣款按預測的比例計", "The volume is above what was agreed: credits count by the forecast's share"),
    "volume_waive": three("来电远超约定：目标免计", "來電遠超約定：目標免計", "The volume is far above what was agreed: targets are waived"),
    "volume_under": three("来电低于约定的容许量", "來電低於約定的容許量", "The volume is below the agreed tolerance"),
    "part_of_month": three("合同只覆盖本月 {month} 天中的 {days} 天", "合約只涵蓋本月 {month} 天中的 {days} 天", "The contract covers {days} of the month's {month} days"),
    "met_while_turned_away": three("合同达标，但大量来电被挡在外面", "合約達標，但大量來電被擋在外面", "The contract is met while callers are turned away"),
    "may_terminate": three("{objective}多次未达，客户可以终止合同", "{objective}多次未達，客戶可以終止合約", "{objective} was missed so often that the customer may end the contract"),
    "class_not_agreed": three("“{class}”不在约定的排除类别中", "「{class}」不在約定的排除類別中", "The class {class} was not agreed"),
    "ends_before": three("结束不晚于开始", "結束不晚於開始", "It ends before it begins"),
    "outside_contract": three("不在合同期间内", "不在合約期間內", "It lies outside the contract"),
    "service_unknown": three("没有服务“{service}”", "沒有服務「{service}」", "There is no service {service}"),
    "evidence_missing": three("证据 {has} 份，至少要 {needs} 份", "證據 {has} 份，至少要 {needs} 份", "{has} piece(s) of evidence; {needs} are needed"),
    "submitted_late": three("超过事后 {days} 天才送出", "超過事後 {days} 天才送出", "Submitted more than {days} days after the event"),
    "approved_by_requester": three("由申请人自己核准", "由申請人自己核准", "Approved by whoever asked for it"),
}  # fmt: skip


def step(one: Step, contract: Contract | None = None) -> Texts:
    """One step or remark. Raises KeyError for a code that is none."""
    parts: dict[str, Part] = dict(one.values)
    if "objective" in parts and contract is not None:
        agreed = contract.objective(str(parts["objective"]))
        parts["objective"] = agreed.name if agreed is not None else parts["objective"]
    for name in ("value", "before"):
        if isinstance(parts.get(name), str) and parts[name]:
            parts[name] = f"{Decimal(str(parts[name])):.4f}"
    return said_of(_STEPS[one.code], parts)


def step_codes() -> frozenset[str]:
    return frozenset(_STEPS)


def _how_many(one: ObjectiveResult, n: int) -> Texts:
    told = t.count(n)
    if one.metric.startswith(("sl", "abandon", "answer", "asa", "entry")):
        return three(f"{told} 通", f"{told} 通", f"{told} call{'' if n == 1 else 's'}")
    return t.same(told)

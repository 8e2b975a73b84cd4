"""Short texts of agreements in three languages, where the server words them: statements carry them for years. Pure.

What is said of a result's steps, causes and money comes from `words`; here is what stands around it.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from jietong.core.specs import Names
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.intervals import metrics
from jietong.sla.model import Contract, Objective
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

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def three(hans: str, hant: str, en: str) -> Names:
    return {"zh-Hans": hans, "zh-Hant": hant, "en": en}


_CLASSES: dict[str, Names] = {
    "forceMajeure": three("不可抗力", "不可抗力", "Force majeure"),
    "clientCaused": three("客户造成", "客戶造成", "Caused by the client"),
    "plannedMaintenance": three("计划维护", "計畫維護", "Planned maintenance"),
    "forecastBreach": three("超出预测", "超出預測", "Forecast exceeded"),
    "carrierFault": three("运营商故障", "電信故障", "Carrier fault"),
    "networkDrop": three("网络掉线", "網路斷線", "Network drop"),
    "testContacts": three("测试与神秘来电", "測試與神秘來電", "Test and mystery contacts"),
}

_ALARMS: dict[str, Names] = {
    "met_while_turned_away": three(
        "{name}达标，来电的客户却只有 {access} 及时接通。",
        "{name}達成，來電的客戶卻只有 {access} 及時接通。",
        "{name} is met, yet only {access} of those who called were helped in time.",
    ),
    "at_risk": three("{name}有风险。", "{name}有風險。", "{name} is at risk."),
    "unreachable": three("{name}本期已无法达标。", "{name}本期已無法達成。", "{name} cannot be reached any more."),
}

_COMING: dict[str, Names] = {
    "ends": three("本期结束", "本期結束", "The period ends"),
    "settles": three("数据定稿，结算单送出", "資料定版，月結單送出", "Data settle, the statement is made"),
    "signed": three("双方签核，逾期升级", "雙方簽核，逾期升級", "Both sides have signed, or it is escalated"),
}


def exclusion_class(cls: str) -> Names:
    return _CLASSES.get(cls, three(cls, cls, cls))


def alarm(code: str, name: Names, access: float | None) -> Names:
    """`access`: true access, 0..1."""
    told = "–" if access is None else f"{access * 100:.1f} %"
    return {
        language: text.format(name=name.get(language, ""), access=told) for language, text in _ALARMS[code].items()
    }


def coming(code: str) -> Names:
    return _COMING[code]


def signs(number: str, digest: str) -> Names:
    """What whoever approves a statement signs."""
    short = digest[:16]
    return three(
        f"我代表本方确认结算单 {number} 的数字与金额（摘要 {short}…）。",
        f"我代表本方確認月結單 {number} 的數字與金額（摘要 {short}…）。",
        f"For my side I accept the figures and amounts of statement {number} (digest {short}…).",
    )


def differs(names: list[Names]) -> Names:
    """The ledger now says otherwise than a statement."""
    return {
        "zh-Hans": f"账本现在给出不同的结果：{'、'.join(n.get('zh-Hans', '') for n in names)}。可出更正版。",
        "zh-Hant": f"帳本現在給出不同的結果：{'、'.join(n.get('zh-Hant', '') for n in names)}。可開立更正版。",
        "en": f"The ledger now gives another result for {', '.join(n.get('en', '') for n in names)}. "
        "A restatement would say so.",
    }


def backtest(met: int, judged: int, months: int) -> Names:
    """In how many months the contract would have been met."""
    if not judged:
        return three(
            f"过去 {months} 个月没有可判断的数据。",
            f"過去 {months} 個月沒有可判斷的資料。",
            f"The past {months} months hold nothing to judge by.",
        )
    return three(
        f"有数据的 {judged} 个月中，{met} 个月会达标。",
        f"有資料的 {judged} 個月中，{met} 個月會達標。",
        f"It would have been met in {met} of the {judged} months that have data.",
    )


_VERDICTS: dict[Verdict, Names] = {
    Verdict.MET: three("达成", "達成", "Met"),
    Verdict.MISSED: three("未达", "未達", "Missed"),
    Verdict.AT_RISK: three("有风险", "有風險", "At risk"),
    Verdict.UNREACHABLE: three("无法达成", "無法達成", "Cannot be reached"),
    Verdict.SAFE: three("已稳达成", "已穩達成", "Safe"),
    Verdict.TOO_FEW: three("样本不足", "樣本不足", "Too few to judge"),
    Verdict.NO_DATA: three("无数据", "無資料", "No data"),
    Verdict.UNKNOWN: three("未知", "未知", "Unknown"),
    Verdict.SHOWN: three("只看不计", "只看不計", "Shown, not charged"),
    Verdict.WAIVED: three("免计", "免計", "Waived"),
}

_LINES: dict[str, Names] = {
    "fee": three("月费", "月費", "Monthly fee"),
    "volume_fee": three("按量费用", "按量費用", "Fee by volume"),
    "minimum_billing": three("最低计费", "最低計費", "Minimum billing"),
    "additional": three("超出容许量", "超出容許量", "Above the tolerance"),
    "reduced": three("低于容许量", "低於容許量", "Below the tolerance"),
    "credit": three("扣款", "扣款", "Credit"),
    "bonus": three("奖金", "獎金", "Bonus"),
    "credit_cap": three("扣款上限", "扣款上限", "Limit of credits"),
    "bonus_cap": three("奖金上限", "獎金上限", "Limit of bonus"),
    "earned_back": three("扣款返还", "扣款返還", "Credit earned back"),
}


class Defined(NamedTuple):
    formula: Names
    example: Names


def verdict(one: Verdict) -> Names:
    return _VERDICTS[one]


def variant(metric: str) -> str:
    """SL3 of `sl3(20)`; empty for what is no reading of the service level."""
    id = metric.partition("(")[0]
    return id.upper() if id.startswith("sl") and id[2:].isdigit() else ""


def metric(id: str) -> Names:
    return CATALOGUE[id].names


def definition(contract: Contract, one: Objective) -> Defined:
    if one.metric is None:
        quality = contract.judged(one.judged or "")
        told = quality.name if quality is not None else one.name
        return Defined(told, dict.fromkeys(LANGUAGES, ""))
    asked = metrics(one.metric)[0].definition
    return Defined(asked.formula, asked.meaning)


def step(one: Step) -> Names:
    told = ", ".join(f"{key} {value}" for key, value in one.values.items())
    return three(told, told, told)


def money_line(line: MoneyLine) -> Names:
    return _LINES[line.code]


def money(one: MoneyResult) -> Names:
    used = "–" if one.cap_used is None else f"{one.cap_used * 100:.1f} %"
    return three(f"扣款上限已用 {used}。", f"扣款上限已用 {used}。", f"Credits take {used} of their limit.")


def shown(value: Decimal | None, unit: Unit) -> str:
    if value is None:
        return "–"
    if unit is Unit.RATIO:
        return f"{value * 100:.1f} %"
    return f"{value:,.0f}" if unit is Unit.COUNT else f"{value:,.1f}"


def need(one: Need, result: ObjectiveResult) -> Names:
    value = shown(one.value, result.unit)
    if one.spare is not None and one.good is None:
        return three(
            f"其余 {one.rest:,} 通可再有 {one.spare:,} 通，{value}。",
            f"其餘 {one.rest:,} 通可再有 {one.spare:,} 通，{value}。",
            f"{one.spare:,} more of the remaining {one.rest:,} may still go badly, {value}.",
        )
    if one.best is not None and result.target is not None and one.best < result.target:
        best = shown(one.best, result.unit)
        return three(
            f"其余 {one.rest:,} 通全好也只到 {best}。",
            f"其餘 {one.rest:,} 通全好也只到 {best}。",
            f"Cannot be reached any more: {best} if all the remaining {one.rest:,} go well.",
        )
    return three(
        f"其余 {one.rest:,} 通需达 {value}。",
        f"其餘 {one.rest:,} 通需達 {value}。",
        f"{value} of the remaining {one.rest:,}.",
    )


def access(one: AccessResult) -> Names:
    if one.blocked is None:
        return three("被挡下的来电：未知。", "被擋下的來電：未知。", "Blocked calls: unknown.")
    return three(
        f"被挡下 {one.blocked:,}，菜单中离线 {one.lost or 0:,}。",
        f"被擋下 {one.blocked:,}，選單中離線 {one.lost or 0:,}。",
        f"Blocked {one.blocked:,}, lost in the menu {one.lost or 0:,}.",
    )


def volume(one: VolumeResult) -> Names:
    if one.forecast is None or one.deviation is None:
        return three(f"来电 {one.actual:,} 通。", f"來電 {one.actual:,} 通。", f"Volume: {one.actual:,}.")
    away = f"{one.deviation * 100:+.1f} %"
    return three(
        f"全期 {one.expected:,} 通，预测 {one.forecast:,}，{away}。",
        f"全期 {one.expected:,} 通，預測 {one.forecast:,}，{away}。",
        f"Volume: {one.expected:,} against {one.forecast:,} forecast, {away}.",
    )


def verdict_sentence(result: Result, contract: Contract) -> Names:
    main = result.objective(result.main or "")
    if main is None:
        return three("没有计费指标。", "沒有計費指標。", "Nothing is charged.")
    agreed = contract.objective(main.id)
    name = agreed.name if agreed else {}
    value, target = shown(main.figure.value, main.unit), shown(main.target, main.unit)
    told = verdict(main.verdict)
    money_ = f"{result.money.payable:,.2f} {result.money.currency}"
    return {
        "zh-Hans": f"{name.get('zh-Hans', '')} {value}，目标 {target}：{told['zh-Hans']}。应付 {money_}。",
        "zh-Hant": f"{name.get('zh-Hant', '')} {value}，目標 {target}：{told['zh-Hant']}。應付 {money_}。",
        "en": f"{name.get('en', '')}: {value}, target {target}: {told['en'].lower()}. Payable {money_}.",
    }


def hours(contract: Contract) -> Names:
    """The zone, and that hours were agreed where they were."""
    place = contract.zone.rpartition("/")[2].replace("_", " ")
    return three(place, place, place)


def worst_day(day: date, misses: int, total: int) -> Names:
    share = f"{misses / total * 100:.0f} %"
    return three(
        f"{day.month} 月 {day.day} 日有 {misses:,} 通未及时，占全部的 {share}。",
        f"{day.month} 月 {day.day} 日有 {misses:,} 通未及時，占全部的 {share}。",
        f"On {day.day} {day:%B} {misses:,} were not in time, {share} of all.",
    )


_TRAPS: dict[str, Names] = {
    "target_100": three(
        "{name}的目标是 100 %：一通就会违约，谁也做不到。",
        "{name}的目標是 100 %：一通就會違約，誰也做不到。",
        "{name} asks for 100 %: a single contact breaks it, and nobody can promise that.",
    ),
    "sl2": three(
        "{name}用 SL2：放弃的来电不在分母里，等的人越挂断，数字越好看。",
        "{name}用 SL2：掛斷的來電不在分母裡，等的人越掛斷，數字越好看。",
        "{name} is measured by SL2, which hides those who gave up: the more hang up, the better it looks.",
    ),
    "no_sample": three(
        "{name}没有最小样本：几通来电就能判一个月。",
        "{name}沒有最小樣本：幾通來電就能判一個月。",
        "{name} has no minimum sample: a handful of contacts would judge a month.",
    ),
    "no_true_access": three(
        "{name}看不到没进队列的来电。请并列真实接通率（SL7）。",
        "{name}看不到沒進佇列的來電。請並列真實接通率（SL7）。",
        "{name} does not see callers who never reached a queue. Show true access (SL7) beside it.",
    ),
}


def trap(code: str, level: str, field: str, name: Names) -> dict[str, Any]:
    told = {language: text.format(name=name.get(language, "")) for language, text in _TRAPS[code].items()}
    return {"code": code, "level": level, "field": field, "texts": told}

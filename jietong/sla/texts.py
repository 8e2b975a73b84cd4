"""Short texts of agreements in three languages, where the server words them: statements carry them for years. Pure.

What is said of a result's steps, causes and money comes from `words`; here is what stands around it.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

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
from jietong.sla.rules.traps import Trap

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


_STEPS: dict[str, Names] = {
    "entries_unknown": three(
        "进线没有记录：被挡下的来电未知。", "進線沒有記錄：被擋下的來電未知。",
        "Entries were not recorded: how many were turned away is unknown.",
    ),
    "entries_unknown_days": three(
        "{n} 天没有进线记录：那些天被挡下的来电未知。", "{n} 天沒有進線記錄：那些天被擋下的來電未知。",
        "On {n} days entries were not recorded: how many were turned away then is unknown.",
    ),
    "blocked_estimated": three(
        "另估计有 {n} 通因线路全满而没被看见。", "另估計有 {n} 通因線路全滿而沒被看見。",
        "Estimated: {n} more that nobody saw while all lines were busy.",
    ),
    "carrier_unknown": three(
        "运营商内部丢失的来电未知。", "電信商內部遺失的來電未知。", "Calls lost inside the carrier are unknown.",
    ),
    "part_of_month": three(
        "本期只有 {month} 天中的 {days} 天。", "本期只有 {month} 天中的 {days} 天。",
        "The period covers {days} of the month's {month} days.",
    ),
    "met_while_turned_away": three(
        "合约指标达标，但来电的客户有不少没能进来。", "合約指標達成，但來電的客戶有不少沒能進來。",
        "The target is met while callers are turned away.",
    ),
    "may_terminate": three(
        "{objective} 多次未达，客户可终止合约。", "{objective} 多次未達，客戶可終止合約。",
        "{objective} has been missed so often that the customer may end the agreement.",
    ),
    "volume_under": three(
        "话务量低于容许范围（{deviation}）。", "話務量低於容許範圍（{deviation}）。",
        "The volume is below the tolerance ({deviation}).",
    ),
}  # fmt: skip


def step(one: Step) -> Names:
    """One step of how a result came about; one that has no sentence yet is given by its parts."""
    values = {key: _percent(value) if key == "deviation" else value for key, value in one.values.items()}
    if one.code in _STEPS:
        return {language: text.format(**values) for language, text in _STEPS[one.code].items()}
    told = ", ".join(f"{key} {value}" for key, value in values.items())
    return three(told, told, told)


def _percent(value: str) -> str:
    return f"{Decimal(value) * 100:+.1f} %"


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
    "too_few_lines": three(
        "线路太少，忙时会把来电挡在外面。",
        "線路太少，忙時會把來電擋在外面。",
        "Too few lines: busy hours turn callers away.",
    ),
    "met_while_turned_away": three(
        "指标达标，来电的客户却进不来。",
        "指標達成，來電的客戶卻進不來。",
        "The target is met while callers are turned away.",
    ),
    "access_unknown": three(
        "被挡下的来电没有记录。", "被擋下的來電沒有記錄。", "How many are turned away is not recorded."
    ),
    "hardly_ever_met": three(
        "过去 {months} 个月只有 {met} 个月达到。",
        "過去 {months} 個月只有 {met} 個月達到。",
        "Met in only {met} of the past {months} months.",
    ),
    "perfect_target": three(
        "目标不留余地：一通就会违约，谁也做不到。",
        "目標不留餘地：一通就會違約，誰也做不到。",
        "A perfect target: a single contact breaks it, and nobody can promise that.",
    ),
    "no_minimum_sample": three(
        "没有最小样本：几通来电就能判一个月。",
        "沒有最小樣本：幾通來電就能判一個月。",
        "No minimum sample: a handful of contacts would judge a month.",
    ),
    "hides_abandons": three(
        "放弃的来电不在分母里：等的人越挂断，数字越好看。",
        "掛斷的來電不在分母裡：等的人越掛斷，數字越好看。",
        "Those who gave up are not counted: the more hang up, the better it looks.",
    ),
    "quick_abandons_help": three(
        "{metric} 里很快放弃的来电反而让数字变好。",
        "{metric} 裡很快掛斷的來電反而讓數字變好。",
        "In {metric} those who give up quickly improve the figure.",
    ),
    "short_abandon_undefined": three(
        "没有说明多短算短放弃。", "沒有說明多短算短掛斷。", "How quick a short abandon is has not been said."
    ),
    "short_abandon_long": three(
        "短放弃定为 {seconds} 秒，太长。",
        "短掛斷定為 {seconds} 秒，太長。",
        "A short abandon of {seconds} s is long.",
    ),
    "short_abandon_differs": three(
        "短放弃与协议所写不同（{seconds} 秒）。",
        "短掛斷與合約所寫不同（{seconds} 秒）。",
        "The short abandon differs from the agreement's own ({seconds} s).",
    ),
    "seconds_not_named": three(
        "{metric} 没写秒数：各队列的设置会改变它。",
        "{metric} 沒寫秒數：各佇列的設定會改變它。",
        "{metric} names no seconds: each queue's setting would change it.",
    ),
    "answered_only": three(
        "平均等待只算接听的，放弃的不在内。",
        "平均等待只算接聽的，掛斷的不在內。",
        "The mean wait counts those answered alone, not those who gave up.",
    ),
    "met_by_turning_away": three(
        "{metric} 只要把来电挡在外面就能达标。请并列真实接通率。",
        "{metric} 只要把來電擋在外面就能達成。請並列真實接通率。",
        "{metric} can be met by turning callers away. Agree on true access beside it.",
    ),
    "access_not_shown": three(
        "没有并列真实接通率（SL7）。", "沒有並列真實接通率（SL7）。", "True access (SL7) is not shown beside it."
    ),
    "entries_not_named": three(
        "没有写明进线号码：真实接通率算的是客户的全部进线。",
        "沒有寫明進線號碼：真實接通率算的是客戶的全部進線。",
        "No entries are named: true access counts all of the client's.",
    ),
    "trunks_not_named": three(
        "没有写明中继：运营商挡下的来电无从估计。",
        "沒有寫明中繼：電信商擋下的來電無從估計。",
        "No trunks are named: calls refused by the carrier cannot be estimated.",
    ),
    "weights_above_one": three(
        "权重合计 {sum}，超过 1。", "權重合計 {sum}，超過 1。", "The weights add up to {sum}, more than 1."
    ),
    "nothing_weighted": three(
        "有风险金额，却没有一项指标有权重。",
        "有風險金額，卻沒有一項指標有權重。",
        "Money is at risk, yet no objective has a weight.",
    ),
    "no_forecast": three("没有约定话务量预测。", "沒有約定話務量預測。", "No forecast of the volume is agreed."),
    "shown_but_weighted": three(
        "只看不计的指标有权重。", "只看不計的指標有權重。", "An objective that is shown only has a weight."
    ),
}


def trap(one: Trap) -> Names:
    """One whose sentence is missing is given by its code."""
    told = _TRAPS.get(one.code, three(one.code, one.code, one.code))
    return {language: text.format(**one.values) for language, text in told.items()}

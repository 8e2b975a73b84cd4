"""Short texts that stand around a result, in three languages: statements carry them for years. Pure.

What is said of the result itself (verdicts, money, causes, traps, levers) comes from `words`.
"""

from typing import Any

from jietong.core.specs import Names
from jietong.metrics.catalogue import CATALOGUE
from jietong.sla.model import Contract

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


_CAPACITY: dict[str, Names] = {
    "none": three(
        "没有写中继：线路够不够，不得而知。",
        "沒有寫中繼：線路夠不夠，不得而知。",
        "No trunks are named: whether the lines are enough is unknown.",
    ),
    "gone": three(
        "写明的中继不在设置中或已停用：线路数未知。",
        "寫明的中繼不在設定中或已停用：線路數未知。",
        "A trunk that is named is not set up or out of service: the number of lines is unknown.",
    ),
    "no_load": three(
        "{lines} 条线路；没有来电可以计算负荷。",
        "{lines} 條線路；沒有來電可以計算負荷。",
        "{lines} lines; no calls to take the load from.",
    ),
    "shared": three(
        "{lines} 条线路，与其他客户共用。",
        "{lines} 條線路，與其他客戶共用。",
        "{lines} lines, shared with others.",
    ),
    "load": three(
        "{lines} 条线路；最忙的半小时 {load} 爱尔兰，加上重拨 {offered}，会挡下 {blocking}（估算）。"
        "1% 以内需 {needed} 条。",
        "{lines} 條線路；最忙的半小時 {load} 歐蘭，加上重撥 {offered}，會擋下 {blocking}（估算）。"
        "1% 以內需 {needed} 條。",
        "{lines} lines; the busiest half-hour brings {load} Erlangs, {offered} with those who dial again, of whom "
        "{blocking} would be turned away (by Erlang B). For 1 % it takes {needed}.",
    ),
    "busy": three(
        "全部中继忙 {busy} 秒（{witnessed}/{days} 天有记录）。",
        "全部中繼忙 {busy} 秒（{witnessed}/{days} 天有紀錄）。",
        "All trunks were full for {busy} s, on {witnessed} of {days} days that were watched.",
    ),
    "busy_unknown": three(
        "全部中继忙多久：未知，没有记录。",
        "全部中繼忙多久：未知，沒有紀錄。",
        "How long all trunks were full is unknown: nobody watched.",
    ),
    "measured": three(
        "被挡下的来电：{blocked}（实测）。",
        "被擋下的來電：{blocked}（實測）。",
        "Turned away: {blocked}, as seen.",
    ),
    "estimated": three(
        "被挡下的来电：实测 {blocked}，另估算 {unseen}。",
        "被擋下的來電：實測 {blocked}，另估算 {unseen}。",
        "Turned away: {blocked} as seen, and {unseen} more by estimate.",
    ),
    "unknown": three("被挡下的来电：未知。", "被擋下的來電：未知。", "Turned away: unknown."),
}


def capacity(view: dict[str, Any]) -> Names:
    """What `capacity.view` says, in sentences: lines and load, full trunks, who was turned away."""
    if not view["trunks"]:
        first = "none"
    elif view["lines"] is None:
        first = "gone"
    elif view["shared"]:
        first = "shared"
    else:
        first = "no_load" if view["load"] is None else "load"
    chosen = [first]
    if view["trunks"]:
        chosen.append("busy_unknown" if view["busy_s"] is None else "busy")
    chosen.append(view["known"])
    parts = {
        name: "–" if view[name] is None else told.format(view[name])
        for name, told in (
            ("lines", "{}"), ("load", "{:.2f}"), ("offered", "{:.2f}"), ("blocking", "{:.1%}"), ("needed", "{}"),
            ("busy_s", "{:,.0f}"), ("witnessed", "{}"), ("days", "{}"), ("blocked", "{:,}"), ("unseen", "{:,.0f}"),
        )
    }  # fmt: skip
    parts["busy"] = parts["busy_s"]
    return {
        language: (" " if language == "en" else "").join(_CAPACITY[code][language].format(**parts) for code in chosen)
        for language in LANGUAGES
    }


def variant(metric: str) -> str:
    """SL3 of `sl3(20)`; empty for what is no reading of the service level."""
    id = metric.partition("(")[0]
    return id.upper() if id.startswith("sl") and id[2:].isdigit() else ""


def metric(id: str) -> Names:
    return CATALOGUE[id].names


def hours(contract: Contract) -> Names:
    """The place whose time holds."""
    place = contract.zone.rpartition("/")[2].replace("_", " ")
    return three(place, place, place)

"""The traps of a contract in words: what is wrong, and what to write instead (D6). Pure."""

from decimal import Decimal

from jietong.core.specs import Names
from jietong.sla.rules.traps import Trap
from jietong.sla.words import template as t
from jietong.sla.words.template import Part, Texts, said_of, three

_TRAPS: dict[str, Texts] = {
    "perfect_target": three(
        "目标 100%：一次失误就无法达成，之后再努力也没有用。写一个做得到的目标。",
        "目標 100%：一次失誤就無法達成，之後再努力也沒有用。寫一個做得到的目標。",
        "A perfect target: one slip and it cannot be reached any more, whatever is done then. Write one that can be kept.",
    ),
    "no_minimum_sample": three(
        "没有最小样本：三通里错一通就是 66.7%。写 minimumSample。",
        "沒有最小樣本：三通裡錯一通就是 66.7%。寫 minimumSample。",
        "No minimum sample: one slip in three calls is 66.7 %. Write minimumSample.",
    ),
    "hides_abandons": three(
        "SL2 不计放弃的来电：让客户等到放弃，数字反而变好。改用 SL3。",
        "SL2 不計掛斷的來電：讓客戶等到掛斷，數字反而變好。改用 SL3。",
        "SL2 does not count abandons: letting callers wait until they give up makes it better. Use SL3.",
    ),
    "quick_abandons_help": three(
        "{metric} 中快速放弃会使数字变好。考虑 SL3 或 SL6。",
        "{metric} 中快速掛斷會使數字變好。考慮 SL3 或 SL6。",
        "Quick abandons make {metric} better. Consider SL3 or SL6.",
    ),
    "short_abandon_undefined": three(
        "{metric} 用到短放弃，合同却没有写多少秒算短。写 shortAbandon，或写在指标里。",
        "{metric} 用到短掛斷，合約卻沒有寫多少秒算短。寫 shortAbandon，或寫在指標裡。",
        "{metric} speaks of short abandons, and the contract does not say how short. Write shortAbandon, or name it in the metric.",
    ),
    "short_abandon_long": three(
        "{seconds} 秒才算短放弃太长：真正等候的客户也被排除了。通常 5 秒，最多 10 秒。",
        "{seconds} 秒才算短掛斷太長：真正等候的客戶也被排除了。通常 5 秒，最多 10 秒。",
        "{seconds} s is long for a short abandon: people who did wait are left out. 5 s is usual, 10 at most.",
    ),
    "short_abandon_differs": three(
        "指标里的 {seconds} 秒与 shortAbandon 不同。只写一处。",
        "指標裡的 {seconds} 秒與 shortAbandon 不同。只寫一處。",
        "The metric's {seconds} s differ from shortAbandon. Write one of them.",
    ),
    "seconds_not_named": three(
        "{metric} 没有写秒数：队列的设定一改，合同的意思就变了。写成 sl3(20)。",
        "{metric} 沒有寫秒數：佇列的設定一改，合約的意思就變了。寫成 sl3(20)。",
        "{metric} names no seconds: whoever changes the queue's setting changes the contract. Write sl3(20).",
    ),
    "answered_only": three(
        "平均等候只计被接起的来电：请与放弃率一起看。",
        "平均等候只計被接起的來電：請與掛斷率一併看。",
        "The mean wait counts answered calls alone: keep the abandon rate beside it.",
    ),
    "met_by_turning_away": three(
        "所有计费的指标只看进了队列的来电：把客户挡在外面，合同照样达标。加上 sl7 或 entry_busy_rate。",
        "所有計費的指標只看進了佇列的來電：把客戶擋在外面，合約照樣達標。加上 sl7 或 entry_busy_rate。",
        "Every charged metric looks at calls that reached a queue: turning callers away keeps the contract met. Add sl7 or entry_busy_rate.",
    ),
    "access_not_shown": three(
        "合同没有列出真实接通率（sl7）。结算单仍会并列显示。",
        "合約沒有列出真實接通率（sl7）。月結單仍會並列顯示。",
        "The contract does not list true access (sl7). The statement shows it beside the others all the same.",
    ),
    "entries_not_named": three(
        "服务没有写入口号码：被挡下的来电算不到这份合同。写 entries。",
        "服務沒有寫入口號碼：被擋下的來電算不到這份合約。寫 entries。",
        "The services name no entries: calls that were turned away cannot be told to belong here. Write entries.",
    ),
    "trunks_not_named": three(
        "服务没有写中继：在运营商处被挡的来电无法估计，只能写“未知”。",
        "服務沒有寫中繼：在電信商處被擋的來電無法估計，只能寫「未知」。",
        "The services name no trunks: calls lost inside the carrier cannot be estimated, and stay unknown.",
    ),
    "too_few_lines": three(
        "线路太少：最忙的一小时有 {load} 爱尔兰，加上重拨 {offered}；{lines} 条线路挡下 {blocking}。要 1% 以内需 {needed} 条。",
        "線路太少：最忙的一小時有 {load} 歐蘭，加上重撥 {offered}；{lines} 條線路擋下 {blocking}。要 1% 以內需 {needed} 條。",
        "Too few lines: the busiest hour brings {load} Erlangs, {offered} with those who dial again; {lines} lines turn {blocking} away. For 1 % it takes {needed}.",
    ),
    "met_while_turned_away": three(
        "合同达标（{level}），真实接通率只有 {access}：{blocked} 次来电被挡在外面。",
        "合約達標（{level}），真實接通率只有 {access}：{blocked} 次來電被擋在外面。",
        "The contract is met at {level} while true access is {access}: {blocked} calls were turned away.",
    ),
    "access_unknown": three(
        "有 {days} 天没有入口记录：真实接通率未知，不是 0。",
        "有 {days} 天沒有入口紀錄：真實接通率未知，不是 0。",
        "Entries were not recorded on {days} day(s): true access is unknown, not 0.",
    ),
    "hardly_ever_met": three(
        "过去有数据的 {months} 个月只达标 {met} 个月。",
        "過去有資料的 {months} 個月只達標 {met} 個月。",
        "In the {months} past months with data it would have been met in {met}.",
    ),
    "weights_above_one": three(
        "权重合计 {sum}，超过 1：扣款会先到上限。",
        "權重合計 {sum}，超過 1：扣款會先到上限。",
        "The weights add up to {sum}: credits will meet their cap.",
    ),
    "nothing_weighted": three(
        "有风险金额，却没有一项目标有权重。",
        "有風險金額，卻沒有一項目標有權重。",
        "There is an amount at risk, and no objective has a weight.",
    ),
    "no_forecast": three(
        "没有约定预测：来电再多，目标仍全数有效。",
        "沒有約定預測：來電再多，目標仍全數有效。",
        "No forecast is agreed: however much comes, the targets count in full.",
    ),
    "shown_but_weighted": three(
        "只显示的目标却有权重：不会计费。",
        "只顯示的目標卻有權重：不會計費。",
        "This objective is only shown, yet has a weight: nothing will be charged.",
    ),
    "no_facts_yet": three(
        "平台还没有这项指标的数据：会显示“无数据”，不判定。",
        "平台還沒有這項指標的資料：會顯示「無資料」，不判定。",
        "The platform keeps no facts of this figure yet: it will show no data, and is not judged.",
    ),
}


def said(one: Trap) -> Names:
    """Raises KeyError for a code that is none."""
    parts: dict[str, Part] = dict(one.values)
    for name in ("blocking", "level", "access"):
        if one.values.get(name) not in (None, "None"):
            parts[name] = t.percent(Decimal(one.values[name])) if name in one.values else t.NO_DATA
    return said_of(_TRAPS[one.code], parts)


def codes() -> frozenset[str]:
    return frozenset(_TRAPS)

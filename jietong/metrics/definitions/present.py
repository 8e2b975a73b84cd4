"""Figures of this moment, told by the engine's state."""

from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_SOURCE = "D5; the engine's state"
_N = Attribution.NOW

PRESENT = (
    Definition(
        "waiting",
        three("正在等候", "正在等候", "Waiting"),
        three(
            "此刻在队列里等人的数量，正在待接的也算。无人在线等候的（留言、邮件）不算；回拨在拨打时和下次再拨之前不算。",
            "此刻在佇列裡等人的數量，正在待接的也計入。無人在線等候的（留言、電郵）不計；回電在撥打時與下次再撥之前不計。",
            "How many wait in the queue now, those being offered to an agent included. What nobody waits for at the other "
            "end (mail, messages) is left out, and a call-back while it is dialled and until its next attempt.",
        ),
        three(
            "尚未结束、未在拨打的排队时段数",
            "尚未結束、未在撥打的等候時段數",
            "queue stays that are open and not being dialled",
        ),
        Unit.COUNT,
        How.NOW,
        Better.DOWN,
        _N,
        _SOURCE,
    ),
    Definition(
        "longest_wait",
        three("当前最久等候", "當前最久等候", "Longest waiting"),
        three(
            "此刻还在等的人里等得最久的一位，已等了多久。",
            "此刻仍在等的人裡等得最久的一位，已等了多久。",
            "How long the one who has waited longest, and still waits, has waited.",
        ),
        three("现在 − 最早的等候起点", "現在 − 最早的等候起點", "now − earliest start of a wait"),
        Unit.MS,
        How.NOW,
        Better.DOWN,
        _N,
        _SOURCE,
    ),
    Definition(
        "ewt",
        three("预计等候", "預計等候", "Estimated wait"),
        three(
            "现在到达的客户大约要等多久。由引擎按前面的人数和最近的处理速度估计；无从估计时不显示。",
            "現在抵達的客戶大約要等多久。由引擎按前面的人數與最近的處理速度估計；無從估計時不顯示。",
            "About how long someone who arrives now will wait. Estimated by the engine from how many are ahead and how "
            "fast they have lately been taken; blank where it cannot be told.",
        ),
        three("由引擎估计", "由引擎估計", "estimated by the engine"),
        Unit.MS,
        How.NOW,
        Better.DOWN,
        _N,
        _SOURCE,
    ),
    Definition(
        "agents_by_state",
        three("各状态坐席数", "各狀態專員數", "Agents by state"),
        three(
            "此刻每种系统状态的坐席人数。一位坐席在任何一秒只处于一种状态。",
            "此刻每種系統狀態的專員人數。一位專員在任何一秒只處於一種狀態。",
            "How many agents are in each system state now. An agent is in exactly one state at any second.",
        ),
        three("按状态计数", "按狀態計數", "agents counted by state"),
        Unit.STATES,
        How.NOW,
        Better.NEITHER,
        _N,
        _SOURCE,
    ),
)

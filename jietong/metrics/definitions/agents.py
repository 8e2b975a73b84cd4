"""Agents' time and offers (requirements A6, C6, G6)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_SOURCE = "C6; metrics.md, Agents"

AGENTS = (
    Definition(
        "occupancy",
        three("占用率", "佔用率", "Occupancy"),
        three(
            "可接待的时间里真正忙于客户的比例。小休、培训、会议、未应答都不在内。每一秒算在它发生的时段里。",
            "可接待的時間裡真正忙於客戶的比例。小休、訓練、會議、未應答都不在內。每一秒計在它發生的時段裡。",
            "Of the time open for contacts, the share spent on them. Breaks, training, meetings and not responding are "
            "outside. Each second belongs to the interval in which it was spent.",
        ),
        three(
            "(会话 + 保持 + 整理 + 待接) ÷ (前者 + 就绪)",
            "(對話 + 保留 + 話後處理 + 待接) ÷ (前者 + 就緒)",
            "(talk + hold + wrap-up + offered) ÷ (that + ready)",
        ),
        Unit.RATIO,
        How.RATIO,
        Better.NEITHER,
        Attribution.TIME,
        _SOURCE,
        (m.busy_time,),
        (m.occupied_or_ready,),
    ),
    Definition(
        "online_streak",
        three("最长连续在线", "最長連續在線", "Longest stay on line"),
        three(
            "没有一次完整休息的最长在线时间。每两小时应休息十五分钟。小休和离线算休息；培训、会议和待命不计入，也不算休息。"
            "现场提醒休息的计时会把较短的小休加在一起，这里不加。",
            "沒有一次完整休息的最長在線時間。每兩小時應休息十五分鐘。小休和離線算休息；訓練、會議和待命不計入，也不算休息。"
            "現場提醒休息的計時會把較短的小休加在一起，這裡不加。",
            "The longest time on line without a full break in one piece. Fifteen minutes are due for every two hours. Breaks "
            "and being off rest; training, meetings and standby neither count nor rest. The counter on the floor, which "
            "calls for breaks, adds up shorter ones; here they do not end a stay.",
        ),
        three(
            "两次足够长的休息之间在线时间的最大值",
            "兩次足夠長的休息之間在線時間的最大值",
            "maximum of the time on line between two breaks of full length",
        ),
        Unit.MS,
        How.STREAK,
        Better.DOWN,
        Attribution.TIME,
        "G6; metrics.md, Agents",
        version=2,
    ),
    Definition(
        "missed_offer_rate",
        three("未接率", "未接率", "Offers not taken"),
        three(
            "送到坐席却没有接下的比例：未应答或让给他人。客户先离开、系统撤回的不算；求助邀请也不算。",
            "送到專員卻沒有接下的比例：未應答或讓給他人。客戶先離開、系統撤回的不計；求助邀請也不計。",
            "Of the offers made to an agent, the share not taken: missed or passed on. Offers withdrawn through no act of "
            "the agent, and calls for help, are outside.",
        ),
        three(
            "(未应答 + 谢绝) ÷ (接受 + 未应答 + 谢绝)",
            "(未應答 + 婉拒) ÷ (接受 + 未應答 + 婉拒)",
            "(missed + declined) ÷ (accepted + missed + declined)",
        ),
        Unit.RATIO,
        How.RATIO,
        Better.DOWN,
        Attribution.ARRIVAL,
        _SOURCE,
        (m.offers_not_taken,),
        (m.offers,),
    ),
)

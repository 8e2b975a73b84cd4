"""What lies and waits: contacts that nobody holds the line for, and cases (requirements C2, C6)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_SOURCE = "C2, C6; metrics.md, Handling"
_A = Attribution.ARRIVAL

BACKLOG = (
    Definition(
        "backoffice_close_rate",
        three("后送案件 N 天内结案率", "後送案件 N 天內結案率", "Back-office closure in N days"),
        three(
            "转交后台的案件中 N 天内结案的比例（不写 N 为 3 天）。只计 N 天已过的，其余“未到期”。所需的事实随案件功能而来，目前无数据。",
            "後送的案件中 N 天內結案的比例（不寫 N 為 3 天）。只計 N 天已過的，其餘「未到期」。所需的事實隨案件功能而來，目前無資料。",
            "Of the cases passed on to the back office, the share closed within N days (3 if none are given). Only cases "
            "whose N days have run count; the rest are not due. Its facts come with cases; until then, no data.",
        ),
        three(
            "N 天内结案 ÷ N 天已过的后送案件",
            "N 天內結案 ÷ N 天已過的後送案件",
            "closed within N days ÷ escalated cases whose N days have run",
        ),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        _A,
        _SOURCE,
        (m.escalated_closed,),
        (m.escalated_due,),
        parameters=("close_days",),
    ),
    Definition(
        "backlog",
        three("服务积压", "服務積壓", "Backlog"),
        three(
            "已到达、仍在排队等人处理的邮件、留言、短信、传真数。时段内到达、到数据截止时还没有人接手的。案件功能推出后一并计入。",
            "已抵達、仍在等人處理的電郵、留言、簡訊、傳真數。時段內抵達、到資料截止時還沒有人接手的。案件功能推出後一併計入。",
            "Mail, messages, voicemails and faxes that arrived in the interval and that nobody had taken by the instant up to "
            "which the facts are known. Cases will join them when there are any.",
        ),
        three("尚未结束的排队时段数", "尚未結束的等候時段數", "queue stays that are open"),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.backlog,),
    ),
    Definition(
        "backlog_age_p90",
        three("积压时龄第 90 百分位", "積壓時齡第 90 百分位", "Age of the backlog, 90th percentile"),
        three(
            "仍在等人处理的邮件、留言等，九成等了不超过这么久。时龄算到数据截止时。案件功能推出后一并计入。",
            "仍在等人處理的電郵、留言等，九成等了不超過這麼久。時齡算到資料截止時。案件功能推出後一併計入。",
            "Nine in ten of the mails and messages that still wait have waited no longer than this, up to the instant to "
            "which the facts are known. Cases will join them when there are any.",
        ),
        three(
            "至少 90% 的时龄不超过的最小值",
            "至少 90% 的時齡不超過的最小值",
            "smallest age that at least 90 % of the open ones do not pass",
        ),
        Unit.MS,
        How.QUANTILE,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.backlog_age,),
        quantile=0.9,
    ),
    Definition(
        "cycle_time",
        three("办结周期", "辦結週期", "Cycle time"),
        three(
            "邮件、留言等从到达队列到处理完毕（含整理）平均多久。案件功能推出后一并计入。",
            "電郵、留言等從抵達佇列到處理完畢（含話後處理）平均多久。案件功能推出後一併計入。",
            "How long mail and messages take from their arrival at the queue until their handling is over, wrap-up included, "
            "on average. Cases will join them when there are any.",
        ),
        three(
            "(处理完毕 − 到达) 总和 ÷ 办结数",
            "(處理完畢 − 抵達) 總和 ÷ 辦結數",
            "Σ (end of handling − arrival) ÷ closed",
        ),
        Unit.MS,
        How.RATIO,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.deferred_time,),
        (m.deferred_closed,),
    ),
)

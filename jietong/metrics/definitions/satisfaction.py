"""What the customer felt (requirements C3, F1). Every figure stands beside its response rate."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_SOURCE = "C3, F1; metrics.md, What the customer felt"

SATISFACTION = (
    Definition(
        "csat",
        three("客户满意度", "客戶服務滿意度", "Satisfaction"),
        three(
            "五点量表中选择非常满意、满意、一般的比例（原始口径）。归在邀请发出、即会话结束的时段，记给最后与客户交谈的人。",
            "五點量表中選擇非常滿意、滿意、普通的比例（原始口徑）。歸在邀請發出、即對話結束的時段，記給最後與客戶交談的人。",
            "Of the answers on five points, the share very satisfied, somewhat satisfied or neutral (the source's reading). "
            "It belongs to the moment of the invitation, the end of the talk, and to whoever talked to the customer last.",
        ),
        three("(非常满意 + 满意 + 一般) ÷ 回答数", "(非常滿意 + 滿意 + 普通) ÷ 回答數", "(5 + 4 + 3) ÷ answers"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        Attribution.ARRIVAL,
        _SOURCE,
        (m.answers_top3,),
        (m.answers,),
    ),
    Definition(
        "csat_top2",
        three("客户满意度（前两格）", "客戶滿意度（前兩格）", "Satisfaction, top two"),
        three(
            "五点量表中选择最高两格的比例，行业中更常用、更严格。",
            "五點量表中選擇最高兩格的比例，業界更常用、更嚴格。",
            "Of the answers on five points, the share in the top two boxes: stricter, and what most of the trade reports.",
        ),
        three("(非常满意 + 满意) ÷ 回答数", "(非常滿意 + 滿意) ÷ 回答數", "(5 + 4) ÷ answers"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        Attribution.ARRIVAL,
        _SOURCE,
        (m.answers_top2,),
        (m.answers,),
    ),
    Definition(
        "response_rate",
        three("调查回复率", "調查回覆率", "Response rate"),
        three(
            "被邀请评价的客户中回答了的比例。网页会话结束时总会邀请；电话在通话后的流程问到时才算邀请。",
            "受邀評價的客戶中回答了的比例。網頁對話結束時必定邀請；電話在通話後的流程問到時才算邀請。",
            "Of the customers who were asked, the share that answered. They are always asked when a web chat ends, and on "
            "the telephone when the flow puts the question after the talk.",
        ),
        three("回答数 ÷ 邀请数", "回答數 ÷ 邀請數", "answers ÷ invitations"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        Attribution.ARRIVAL,
        _SOURCE,
        (m.answers,),
        (m.invitations,),
    ),
)

"""Customers who come again: turned away, or not helped (requirements C1, C2, D7)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

REDIAL = Definition(
    "redial_rate",
    three("重拨率", "重撥率", "Redial rate"),
    three(
        "受阻或等候中放弃的客户里，N 分钟内又打来的比例（不写 N 为 30 分钟）。只计认得出是谁、且 N 分钟已过的；换入口、换队列再来也算，"
        "改为留言不算。归在第一次到达的时段。属于历史数字，不在实时屏上。后来才合并的客户档案仍按各自计算。",
        "受阻或等候中掛斷的客戶裡，N 分鐘內又打來的比例（不寫 N 為 30 分鐘）。只計認得出是誰、且 N 分鐘已過的；換入口、換佇列再來也算，"
        "改為留言不算。歸在第一次抵達的時段。屬於歷史數字，不在即時看板上。後來才合併的客戶檔案仍各自計算。",
        "Of those who were turned away at the entry or gave up while waiting, the share that tried again within N minutes "
        "(30 if none are given). Only customers who are known count, once the N minutes have run; to come by another "
        "entry or queue is to try again, to leave a message is not. It belongs to the interval of the first try. A "
        "figure of history, not shown live. Files of customers that were merged later still count apart.",
    ),
    three(
        "N 分钟内再来 ÷ (受阻 + 放弃)，只计认得的客户",
        "N 分鐘內再來 ÷ (受阻 + 掛斷)，只計認得的客戶",
        "came again within N min ÷ (blocked + abandoned), of known customers",
    ),
    Unit.RATIO,
    How.RATIO,
    Better.DOWN,
    Attribution.ARRIVAL,
    "C1; metrics.md, Access",
    m.redialled,
    m.redial_due,
    parameters=("redial_min",),
)

FCR_VERIFIED = Definition(
    "fcr_verified",
    three("核实的一次解决率", "核實的一次處理完成率", "Solved in one contact, verified"),
    three(
        "办结的联系里，同一客户 N 天内没有因同一原因再来的比例（不写 N 为 7 天）。不靠坐席自报。只计客户与原因都已知、且 N 天已过的，"
        "其余“未到期”。记给最后处理的坐席，归在第一次到达的时段。属于历史数字，不在实时屏上。",
        "辦結的聯繫裡，同一客戶 N 天內沒有因同一原因再來的比例（不寫 N 為 7 天）。不靠專員自報。只計客戶與原因都已知、且 N 天已過的，"
        "其餘「未到期」。記給最後處理的專員，歸在第一次抵達的時段。屬於歷史數字，不在即時看板上。",
        "Of the contacts that were closed, the share whose customer did not come again for the same reason within N days "
        "(7 if none are given): no one's own statement. Only contacts whose customer and reason are known count, once "
        "the N days have run; the rest are not due. It is credited to whoever handled the contact last and belongs to "
        "the interval of the first contact. A figure of history, not shown live.",
    ),
    three(
        "1 − N 天内同因再来 ÷ 当次结束的处理",
        "1 − N 天內同因再來 ÷ 當次結束的處理",
        "1 − came again for the same reason within N days ÷ answered contacts whose handling is over",
    ),
    Unit.RATIO,
    How.RATIO,
    Better.UP,
    Attribution.ARRIVAL,
    "C2; metrics.md, Handling",
    (m.not_repeated,),
    (m.repeat_due,),
    parameters=("repeat_days",),
)

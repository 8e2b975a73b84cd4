"""Flows, calls that we make, and the lines themselves (requirements A1–A3, A8–A11, C1, D6, I1)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_A = Attribution.ARRIVAL

FLOWS = (
    Definition(
        "lost_in_flow",
        three("流程中流失数", "流程中流失數", "Lost in the flow"),
        three(
            "在语音导航或机器人流程里离开、没有得到任何帮助的客户数。被队列拒绝或等到超时后才挂断的，计在拒绝或超时里，不在这里重复。",
            "在語音導航或機器人流程裡離開、沒有得到任何幫助的客戶數。被佇列拒絕或等到逾時後才掛斷的，計在拒絕或逾時裡，不在這裡重複。",
            "Customers who left while a menu or bot served them, with nothing to show for it. Whoever hung up after a queue "
            "had refused them, or after their wait had run out, is counted there and not here again.",
        ),
        three(
            "流程时段数：流失 + 回到流程后被拒",
            "流程時段數：流失 + 回到流程後被拒",
            "flow stays: lost + turned away after coming back from a queue",
        ),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        "C1, A3; issue 3, entry capacity",
        (m.lost_in_flow,),
    ),
    Definition(
        "self_served",
        three("自助办结数", "自助辦結數", "Served by the flow"),
        three(
            "流程自己满足了的客户数：听到要的信息或办完事，不需要人工。既不算流失，也不算受阻。被队列拒绝后才结束的不算自助。",
            "流程自己滿足了的客戶數：聽到要的資訊或辦完事，不需要專人。既不算流失，也不算受阻。被佇列拒絕後才結束的不算自助。",
            "Customers to whom the flow gave what they wanted, so that no person was needed: neither lost nor blocked. A flow "
            "that ends after a queue has refused the customer has served nobody.",
        ),
        three("流程时段数：自助办结", "流程時段數：自助辦結", "flow stays that ended as self_served"),
        Unit.COUNT,
        How.SUM,
        Better.UP,
        _A,
        "A9; our own",
        (m.self_served,),
    ),
    Definition(
        "self_service_rate",
        three("自助办结率", "自助辦結率", "Self-service rate"),
        three(
            "到达入口的客户中由流程自己满足的比例。例：200 位来电，30 位自助办结，即 15%。",
            "抵達入口的客戶中由流程自己滿足的比例。例：200 位來電，30 位自助辦結，即 15%。",
            "Of those who reached the entry, the share the flow served by itself. 30 of 200 callers are 15 %.",
        ),
        three("自助办结数 ÷ 总来电数", "自助辦結數 ÷ 總來電數", "self_served ÷ entry_offered"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        _A,
        "A9; our own",
        (m.self_served,),
        (m.entry_offered,),
    ),
    Definition(
        "voicemail_left",
        three("语音留言数", "語音留言數", "Voicemails left"),
        three(
            "在流程里留下语音的客户数。每条语音另成一条联系，排队等人处理。等到超时后才留言的，超时照样计在放弃里。",
            "在流程裡留下語音的客戶數。每則語音另成一筆聯繫，排隊等人處理。等到逾時後才留言的，逾時照樣計在掛斷裡。",
            "Customers who left a voicemail in the flow. Each voicemail is a contact of its own and waits for somebody. Who "
            "left one after the wait had run out still counts as abandoned at the queue.",
        ),
        three("流程时段数：语音留言", "流程時段數：語音留言", "flow stays that ended as voicemail"),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "A2; our own",
        (m.voicemail_left,),
    ),
    Definition(
        "callback_asked",
        three("流程内预约回电数", "流程內預約回電數", "Call-backs asked for in the flow"),
        three(
            "在流程里选择挂断、保留位置、等我们回电的客户数。",
            "在流程裡選擇掛斷、保留位置、等我們回電的客戶數。",
            "Customers who chose in the flow to hang up, keep their place and be called back.",
        ),
        three("流程时段数：预约回电", "流程時段數：預約回電", "flow stays that ended as callback"),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "A8; our own",
        (m.flow_callback,),
    ),
    Definition(
        "transferred_out",
        three("转出数", "轉出數", "Transferred out"),
        three(
            "由流程或坐席转到外部号码的次数。由坐席转出的，也计在转接率里，并留在一次解决率的分母里。",
            "由流程或專員轉到外部號碼的次數。由專員轉出的，也計在轉接率裡，並留在一通電話處理完成率的分母裡。",
            "How often a flow or an agent handed a customer on to a number outside. By an agent it is in the transfer rate "
            "too, and stays in the denominator of solved in one contact.",
        ),
        three(
            "流程时段：转出 + 处理段：转出",
            "流程時段：轉出 + 處理段：轉出",
            "flow stays + handlings that ended as transferred_out",
        ),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "A3; our own",
        (m.flow_transferred_out, m.handed_outside),
    ),
    Definition(
        "flow_time",
        three("平均流程时长", "平均流程時長", "Mean time in the flow"),
        three(
            "一次流程时段平均多久。机器人或语音导航的时间从不算作坐席时间，也不算等候。",
            "一次流程時段平均多久。機器人或語音導航的時間從不算作專員時間，也不算等候。",
            "How long a stay in a flow lasts, on average. Time with a menu or bot is never an agent's time and no wait.",
        ),
        three("流程时间总和 ÷ 流程时段数", "流程時間總和 ÷ 流程時段數", "Σ time in flows ÷ flow stays that are over"),
        Unit.MS,
        How.RATIO,
        Better.DOWN,
        _A,
        "A3, I3; our own",
        (m.flow_time,),
        (m.flow_stays,),
    ),
)

OUTBOUND = (
    Definition(
        "outbound_dialled",
        three("外呼拨打数", "外撥數", "Dialled"),
        three(
            "坐席拨给客户的次数，接没接通都算；回拨不在内。外呼不进任何来电与服务水平数字。",
            "專員撥給客戶的次數，有沒有接通都計；回電不在內。外撥不進任何來電與服務水準數字。",
            "How often agents dialled customers, answered or not; call-backs are not in it. Calls that we make are in no "
            "figure of access, service level or handling of those who come to us.",
        ),
        three("拨打段数，方向为外呼", "撥打段數，方向為外撥", "dials of direction outbound that are over"),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "A8, A10; our own",
        (m.outbound_dialled,),
    ),
    Definition(
        "outbound_reached",
        three("外呼接通数", "外撥接通數", "Reached"),
        three("外呼中客户接听了的次数。", "外撥中客戶接聽了的次數。", "Of these, how many the customer answered."),
        three("外呼拨打段数：已接通", "外撥撥打段數：已接通", "outbound dials that ended as reached"),
        Unit.COUNT,
        How.SUM,
        Better.UP,
        _A,
        "A8, A10; our own",
        (m.outbound_reached,),
    ),
    Definition(
        "outbound_connect_rate",
        three("外呼接通率", "外撥接通率", "Outbound connect rate"),
        three(
            "拨出的电话里客户接听的比例。例：拨 80 次，接通 52 次，即 65%。",
            "撥出的電話裡客戶接聽的比例。例：撥 80 次，接通 52 次，即 65%。",
            "Of the calls we made, the share the customer answered. 52 of 80 are 65 %.",
        ),
        three("外呼接通数 ÷ 外呼拨打数", "外撥接通數 ÷ 外撥數", "outbound_reached ÷ outbound_dialled"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        _A,
        "A10; our own",
        (m.outbound_reached,),
        (m.outbound_dialled,),
    ),
    Definition(
        "outbound_aht",
        three("外呼平均处理时长", "外撥平均處理時長", "Outbound handle time"),
        three(
            "一次接通的外呼平均用时：拨打、会话、保持与整理。",
            "一次接通的外撥平均用時：撥打、對話、保留與話後處理。",
            "The mean time of a call we made that was answered: dialling, talk, hold and wrap-up together.",
        ),
        three(
            "(拨打 + 会话 + 保持 + 整理) ÷ 接通的外呼处理数",
            "(撥打 + 對話 + 保留 + 話後處理) ÷ 接通的外撥處理數",
            "(dial + talk + hold + wrap-up) ÷ outbound handlings with a talk",
        ),
        Unit.MS,
        How.RATIO,
        Better.NEITHER,
        _A,
        "A10; our own",
        (m.outbound_handle_time,),
        (m.outbound_handled,),
    ),
)

LINES = (
    Definition(
        "switch_lost",
        three("故障断线数", "故障斷線數", "Lost to a fault of the switch"),
        three(
            "因交换机故障中断的联系数，在流程中、等候中、通话中都算。它不是客户放弃，也不是坐席的过失，"
            "因此不进放弃率；等到人之前断的，计入真实接通率的分母。",
            "因交換機故障中斷的聯繫數，在流程中、等候中、通話中都計。它不是客戶掛斷，也不是專員的過失，"
            "因此不進掛斷率；等到人之前斷的，計入真實接通率的分母。",
            "Contacts cut off by a fault of the switch, in a flow, waiting or talking. It is no abandon by the customer and no "
            "fault of the agent, so it is not in the abandon rate; those cut off before they had a person are in the "
            "denominator of true access.",
        ),
        three(
            "流程、排队、会话、保持与拨打时段数：故障断线",
            "流程、等候、對話、保留與撥打時段數：故障斷線",
            "flow stays + queue stays + talks + holds + dials that ended as switch_lost",
        ),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        "I1; our own: abandons from downtime are not abandons",
        (m.flow_switch_lost, m.waiting_switch_lost, *m.talking_switch_lost),
    ),
    Definition(
        "atb",
        three("中继全忙时间", "中繼全忙時間", "All trunks busy"),
        three(
            "一条中继的所有通道都被占用的时间。这段时间里再来的客户听到忙音，往往连交换机都看不到。每一秒算在它发生的时段里。",
            "一條中繼的所有通道都被占用的時間。這段時間裡再來的客戶聽到忙音，往往連交換機都看不到。每一秒計在它發生的時段裡。",
            "The time in which every channel of a trunk was taken. Whoever calls then hears a busy tone, often without the "
            "switch seeing them at all. Each second belongs to the interval in which it was spent.",
        ),
        three(
            "中继全部通道占用的时间总和",
            "中繼全部通道占用的時間總和",
            "Σ time with all channels of the trunk taken",
        ),
        Unit.MS,
        How.SUM,
        Better.DOWN,
        Attribution.TIME,
        "C1, D6, H2; metrics.md, Access",
        (m.trunks_busy,),
    ),
    Definition(
        "mos",
        three("平均语音质量 MOS", "平均語音品質 MOS", "Voice quality, mean MOS"),
        three(
            "通话线路的平均意见分，由丢包、抖动与往返时延按 E 模型算出，1 至 4.5。只含测到的线路。例：4.4、4.1、2.9 的平均是 3.8。",
            "通話線路的平均意見分數，由封包遺失、抖動與往返時延按 E 模型算出，1 至 4.5。只含測得到的線路。例：4.4、4.1、2.9 的平均是 3.8。",
            "The mean opinion score of the lines of calls, from loss, jitter and round trip by the E-model, 1 to 4.5. Lines "
            "that could not be measured are left out. 4.4, 4.1 and 2.9 make 3.8.",
        ),
        three("MOS 总和 ÷ 测到的线路数", "MOS 總和 ÷ 測得的線路數", "Σ MOS ÷ lines measured"),
        Unit.MOS,
        How.RATIO,
        Better.UP,
        _A,
        "I1; ITU-T G.107",
        (m.lines_mos,),
        (m.lines_measured,),
    ),
    Definition(
        "poor_quality_share",
        three("语音质量差的比例", "語音品質差的比例", "Share of poor lines"),
        three(
            "MOS 低于 3.6 的线路比例；低于此值，多数人会不满意。例：200 条线路中 6 条低于 3.6，即 3%。",
            "MOS 低於 3.6 的線路比例；低於此值，多數人會不滿意。例：200 條線路中 6 條低於 3.6，即 3%。",
            "The share of lines with a MOS under 3.6, where many are dissatisfied. 6 of 200 are 3 %.",
        ),
        three("MOS < 3.6 的线路数 ÷ 测到的线路数", "MOS < 3.6 的線路數 ÷ 測得的線路數", "MOS < 3.6 ÷ lines measured"),
        Unit.RATIO,
        How.RATIO,
        Better.DOWN,
        _A,
        "I1; ITU-T G.107, Annex B",
        (m.lines_poor,),
        (m.lines_measured,),
    ),
)

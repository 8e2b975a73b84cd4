"""Access: was the customer let in? (requirement C1, metrics.md "Access")"""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Unit, three

_SOURCE = "C1; metrics.md, Access"
_A = Attribution.ARRIVAL

ACCESS = (
    Definition(
        "entry_offered",
        three("总来电数", "總來電數", "Contacts at the entry"),
        three(
            "营业时间内到达入口（号码或网页）的客户数，不论是否接入，每一次尝试都算。非营业时间到达、没有得到服务的另计。"
            "邮件、留言等无人在线等候的渠道不计；我们拨出的电话不计。",
            "營業時間內抵達入口（號碼或網頁）的客戶數，不論有沒有進線，每一次嘗試都計。非營業時間抵達、沒有得到服務者另計。"
            "電郵、留言等無人在線等候的管道不計；我們撥出的電話不計。",
            "Customers who reached an entry (number or web page) within opening hours, let in or not: every attempt "
            "counts. Those who came out of hours and were given nothing are counted apart. Channels where nobody waits at "
            "the other end (mail, messages) are left out, and calls that we make.",
        ),
        three(
            "入口时段数：接入 + 受阻 + 途中流失",
            "入口時段數：進線 + 受阻 + 途中流失",
            "entry stays: admitted + blocked + lost",
        ),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        _SOURCE,
        (m.entry_offered,),
        version=2,
    ),
    Definition(
        "entry_blocked",
        three("受阻数", "受阻數", "Blocked at the entry"),
        three(
            "到达入口却被挡在外面的客户数：没有空闲的中继通道、号码的上限已到、没有可用的流程，或队列已满又没有得到别的帮助。",
            "抵達入口卻被擋在外面的客戶數：沒有空閒的中繼通道、號碼的上限已到、沒有可用的流程，或佇列已滿又沒有得到別的幫助。",
            "Customers who were turned away at the entry: no trunk channel was free, the number's limit was reached, no flow "
            "could take them, or the queue was full and they were given nothing instead.",
        ),
        three("入口时段数：受阻", "入口時段數：受阻", "entry stays that ended as blocked"),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        "A11, C1, D6; metrics.md, Access",
        (m.entry_blocked,),
    ),
    Definition(
        "entry_closed",
        three("非营业时间来电数", "非營業時間來電數", "Contacts out of hours"),
        three(
            "非营业时间到达入口的客户数。中心此时没有承诺应答，因此不进入接通率和服务水平。",
            "非營業時間抵達入口的客戶數。中心此時並未承諾應答，所以不計入接通率與服務水準。",
            "Customers who came while the centre was closed. Nobody had promised to answer, so they stand outside the "
            "connect rate and the service level.",
        ),
        three("入口时段数：非营业时间", "入口時段數：非營業時間", "entry stays that ended as closed"),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        _SOURCE,
        (m.entry_closed,),
    ),
    Definition(
        "entry_connect_rate",
        three("入口接通率", "代表號接通率", "Entry connect rate"),
        three(
            "到达入口的客户中被接入的比例：进了队列，或由流程（语音导航、机器人）接待，哪怕后来在流程里挂断，后者另列为流程中流失。"
            "它先于服务水平：没接入的客户不会出现在排队数字里。例：1000 次来电，300 次受阻，接通率 70%，忙线率 30%。",
            "抵達入口的客戶中成功進線的比例：進了佇列，或由流程（語音導航、機器人）接待，即使後來在流程裡掛斷，後者另列為流程中流失。"
            "它先於服務水準：進不了線的客戶不會出現在等候數字裡。例：1000 次來電，300 次受阻，接通率 70%，忙線率 30%。",
            "The share of those who reached the entry and were let in: into a queue, or taken by a flow (menu, bot), even if "
            "they hung up there, which stands apart as lost in the flow. It comes before the service level: who is not let "
            "in never shows in the queue's figures. 1000 attempts with 300 blocked: 70 % connected, 30 % busy.",
        ),
        three("接入 ÷ 总来电数", "進線 ÷ 總來電數", "admitted ÷ entry_offered"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        _A,
        _SOURCE,
        (m.entry_admitted,),
        (m.entry_offered,),
    ),
    Definition(
        "entry_busy_rate",
        three("入口忙线率", "代表號忙線率", "Entry busy rate"),
        three(
            "到达入口却没有接入的客户比例：没有通道、号码的上限已到、队列已满，或没有流程接待就离开。等于 1 − 接通率。",
            "抵達入口卻沒有進線的客戶比例：沒有通道、號碼的上限已到、佇列已滿，或沒有流程接待就離開。等於 1 − 接通率。",
            "The share of those who reached the entry and were not let in: no channel, the number's limit, a full queue, or "
            "they left before anything took them. It is 1 − connect rate. (The source prints connected ÷ total under this "
            "name.)",
        ),
        three("(受阻 + 途中流失) ÷ 总来电数", "(受阻 + 途中流失) ÷ 總來電數", "(blocked + lost) ÷ entry_offered"),
        Unit.RATIO,
        How.RATIO,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.entry_blocked, m.entry_lost),
        (m.entry_offered,),
    ),
    Definition(
        "requested_agent",
        three("人工请求数", "指定專人接聽數", "Asked for a person"),
        three(
            "到达队列、要求人工的次数。转接到队列另算一次（另列为转入数）；溢出或被移动的，算在它最后去的队列，因此一次请求只计一次。"
            "坐席断线后退回队列的不算新请求，另计为退回数。",
            "抵達佇列、要求專人的次數。轉接到佇列另計一次（另列為轉入數）；溢流或被移走的，計在最後所到的佇列，因此一次請求只計一次。"
            "專員斷線後退回佇列的不算新請求，另計為退回數。",
            "Arrivals at a queue. A transfer to a queue is another request (shown apart as transferred in); a stay that "
            "overflowed or was moved counts at the queue it went to, so one request counts once. Who lost their agent and "
            "was put back asks for nothing new: that is counted as put back.",
        ),
        three(
            "排队时段数，不含转入其他队列的，不含退回的",
            "等候時段數，不含轉往其他佇列的，不含退回的",
            "queue stays that did not go on in another queue, those put back left out",
        ),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        _SOURCE,
        (m.requested,),
    ),
    Definition(
        "transferred_in",
        three("转入数", "轉入數", "Transferred in"),
        three(
            "人工请求中由坐席转接而来的次数。减去它，剩下的就是自己来的客户。等到超时、回到流程后再次排队的，算两次请求。",
            "人工請求中由專員轉接而來的次數。減去它，剩下的就是自行進線的客戶。等到逾時、回到流程後再次排隊的，算兩次請求。",
            "Requests that an agent's transfer led to. Without them, those who asked for a person are those who came. One "
            "whose wait ran out and who chose to wait again from the flow has asked twice.",
        ),
        three(
            "因转接而起的排队时段数，不含转入其他队列的",
            "因轉接而起的等候時段數，不含轉往其他佇列的",
            "queue stays begun by a transfer that did not go on in another queue",
        ),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "Our own, so that requested_agent can be read beside entry_offered",
        (m.transferred_in,),
    ),
    Definition(
        "put_back",
        three("退回排队数", "退回等候數", "Put back in the queue"),
        three(
            "已经接通又失去坐席（断线、话机掉线、被签退）、重新排到队首的次数。原来的请求已计为应答，这里不再重复计算。",
            "已經接通又失去專員（斷線、話機離線、被登出）、重新排到最前面的次數。原本的請求已計為應答，這裡不再重複計算。",
            "Customers who had an agent and lost them (desk or telephone vanished, signed out by a supervisor) and wait "
            "again in front. Their request has been counted as answered and is not counted again.",
        ),
        three(
            "因坐席断线或签退而起的排队时段数",
            "因專員斷線或登出而起的等候時段數",
            "queue stays begun by a lost agent",
        ),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        "Our own: a fault of the centre is neither a new request nor a second answer",
        (m.put_back,),
    ),
    Definition(
        "put_back_lost",
        three("退回后放弃数", "退回後掛斷數", "Put back and given up"),
        three(
            "退回排队后没再等到坐席就离开的次数。",
            "退回等候後沒再等到專員就離開的次數。",
            "Of those put back in the queue, how many left or ran out of time before somebody took them.",
        ),
        three(
            "退回的排队时段数：放弃 + 超时", "退回的等候時段數：放棄 + 逾時", "put-back stays: abandoned + timed_out"
        ),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        "Our own, beside put_back",
        (m.put_back_lost,),
    ),
    Definition(
        "flow_out",
        three("流出数", "流出數", "Went on elsewhere"),
        three(
            "离开本队列、在别处继续的时段数：溢出、主管移动、回拨未接通后重排、客户自己按键回到流程。",
            "離開本佇列、在別處繼續的時段數：溢流、主管移動、回電未接通後重排、客戶自己按鍵回到流程。",
            "Stays that left this queue and went on elsewhere: overflow, moved by a supervisor, a call-back to be retried, "
            "back to the flow by the customer's own choice.",
        ),
        three(
            "排队时段数：溢出 + 移动 + 重试 + 回到流程",
            "等候時段數：溢流 + 移動 + 重試 + 回到流程",
            "queue stays: overflowed + moved + retried + to_flow",
        ),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        _A,
        "Our own, so that requested_agent adds up",
        (m.flowed_out,),
    ),
    Definition(
        "answered",
        three("人工应答数", "專人應答數", "Answered"),
        three(
            "由坐席接起的排队次数。回拨以真正联系到客户为准。",
            "由專人接起的等候次數。回電以真正聯絡到客戶為準。",
            "Queue stays that ended with a person. A call-back counts only once the customer has been reached.",
        ),
        three("排队时段数：已应答", "等候時段數：已應答", "queue stays that ended as answered"),
        Unit.COUNT,
        How.SUM,
        Better.UP,
        _A,
        _SOURCE,
        (m.answered,),
    ),
    Definition(
        "abandoned",
        three("等候放弃数", "等候掛斷數", "Abandoned"),
        three(
            "没等到坐席就结束的排队次数：客户离开，或队列的最长等候已到（即使之后流程请他留言）。后者也算，缩短上限不能美化数字。"
            "因交换机故障断线的不算放弃，另计。",
            "沒等到專人就結束的等候次數：客戶離開，或佇列的最長等候已到（即使之後流程請他留言）。後者也計入，縮短上限無法美化數字。"
            "因交換機故障斷線的不算掛斷，另計。",
            "Queue stays that ended without a person: the customer left, or the queue's maximum wait ran out, even if the "
            "flow then takes a voicemail. The second counts too, so that a shorter limit cannot flatter the figure. Those "
            "cut off by a fault of the switch did not abandon and are counted apart.",
        ),
        three("排队时段数：放弃 + 超时", "等候時段數：放棄 + 逾時", "queue stays: abandoned + timed_out"),
        Unit.COUNT,
        How.SUM,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.abandoned,),
    ),
    Definition(
        "abandon_rate",
        three("等候放弃率", "等候接聽掛斷率", "Abandon rate"),
        three(
            "要求人工的客户中，没等到就离开的比例。",
            "要求專人的客戶中，沒等到就離開的比例。",
            "Of those who asked for a person, the share that left while waiting.",
        ),
        three("放弃 ÷ 人工请求数", "掛斷 ÷ 指定專人接聽數", "abandoned ÷ requested_agent"),
        Unit.RATIO,
        How.RATIO,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.abandoned,),
        (m.requested,),
    ),
    Definition(
        "answer_rate",
        three("人工应答率", "專人接聽應答率", "Answer rate"),
        three(
            "要求人工的客户中，由坐席接起的比例。还在等的算在分母里。",
            "要求專人的客戶中，由專人接起的比例。仍在等候的計入分母。",
            "Of those who asked for a person, the share that got one. Those who still wait are in the denominator.",
        ),
        three("应答 ÷ 人工请求数", "應答 ÷ 指定專人接聽數", "answered ÷ requested_agent"),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        _A,
        _SOURCE,
        (m.answered,),
        (m.requested,),
    ),
    Definition(
        "asa",
        three("平均应答速度", "平均等待接聽時間", "Average speed of answer"),
        three(
            "被接起的客户平均等了多久。放弃的不在内，请与平均忍耐时间一起看。",
            "被接起的客戶平均等了多久。掛斷的不在內，請與平均忍耐時間一併看。",
            "How long those who were answered had waited, on average. Abandons are not in it: read it beside the mean "
            "patience.",
        ),
        three("已应答的等候总和 ÷ 应答数", "已應答的等候總和 ÷ 應答數", "Σ wait of answered ÷ answered"),
        Unit.MS,
        How.RATIO,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.answered_wait,),
        (m.answered,),
    ),
    Definition(
        "awt_abandon",
        three("平均忍耐时间", "平均忍耐時間", "Mean patience seen"),
        three(
            "放弃的客户平均等了多久才离开。",
            "掛斷的客戶平均等了多久才離開。",
            "How long those who gave up had waited before they did, on average.",
        ),
        three("放弃者的等候总和 ÷ 放弃数", "掛斷者的等候總和 ÷ 掛斷數", "Σ wait of abandoned ÷ abandoned"),
        Unit.MS,
        How.RATIO,
        Better.NEITHER,
        _A,
        _SOURCE,
        (m.abandoned_wait,),
        (m.abandoned,),
    ),
    Definition(
        "max_wait",
        three("最长等候", "最長等候", "Longest wait so far"),
        three(
            "已离开队列（应答或放弃）的客户中等得最久的一位。",
            "已離開佇列（應答或掛斷）的客戶中等得最久的一位。",
            "The longest wait among those who have left the queue, answered or not.",
        ),
        three("等候的最大值", "等候的最大值", "maximum over the waits"),
        Unit.MS,
        How.MAX,
        Better.DOWN,
        _A,
        _SOURCE,
        (m.left_wait,),
    ),
    *(
        Definition(
            f"wait_p{q}",
            three(f"等候第 {q} 百分位", f"等候第 {q} 百分位", f"Wait, {q}th percentile"),
            three(
                f"{q}% 的客户等候不超过这个时间。由全部等候精确算出，不是分位数的平均。",
                f"{q}% 的客戶等候不超過這個時間。由全部等候精確算出，不是分位數的平均。",
                f"{q} % of the customers waited no longer than this. Taken exactly from all waits, never averaged from "
                "other quantiles.",
            ),
            three(
                f"至少 {q}% 的等候不超过的最小值",
                f"至少 {q}% 的等候不超過的最小值",
                f"smallest wait that at least {q} % of the waits do not pass",
            ),
            Unit.MS,
            How.QUANTILE,
            Better.DOWN,
            _A,
            _SOURCE,
            (m.left_wait,),
            quantile=q / 100,
        )
        for q in (50, 90, 95)
    ),
)

"""The words of an exported list in three languages. Screens word the same codes on their side."""

from typing import Final

HEADS: Final[dict[str, dict[str, str]]] = {
    "id": {"zh-Hans": "联系编号", "zh-Hant": "聯繫編號", "en": "Contact"},
    "arrived": {"zh-Hans": "到达时间", "zh-Hant": "抵達時間", "en": "Arrived"},
    "ended": {"zh-Hans": "结束时间", "zh-Hant": "結束時間", "en": "Ended"},
    "client": {"zh-Hans": "委托方", "zh-Hant": "委託方", "en": "Client"},
    "customer": {"zh-Hans": "客户", "zh-Hant": "客戶", "en": "Customer"},
    "number": {"zh-Hans": "号码", "zh-Hant": "號碼", "en": "Number"},
    "channel": {"zh-Hans": "渠道", "zh-Hant": "管道", "en": "Channel"},
    "direction": {"zh-Hans": "方向", "zh-Hant": "方向", "en": "Direction"},
    "entry": {"zh-Hans": "入口", "zh-Hant": "入口", "en": "Entry"},
    "queue": {"zh-Hans": "队列", "zh-Hant": "佇列", "en": "Queue"},
    "agent": {"zh-Hans": "坐席", "zh-Hant": "專員", "en": "Agent"},
    "outcome": {"zh-Hans": "结果", "zh-Hant": "結果", "en": "Outcome"},
    "wait": {"zh-Hans": "等候（秒）", "zh-Hant": "等候（秒）", "en": "Wait (s)"},
    "talk": {"zh-Hans": "会话（秒）", "zh-Hant": "對話（秒）", "en": "Talk (s)"},
    "hold": {"zh-Hans": "保持（秒）", "zh-Hant": "保留（秒）", "en": "Hold (s)"},
    "wrapup": {"zh-Hans": "整理（秒）", "zh-Hant": "話後處理（秒）", "en": "Wrap-up (s)"},
    "reason": {"zh-Hans": "原因", "zh-Hant": "原因", "en": "Reason"},
    "resolved": {"zh-Hans": "已解决", "zh-Hant": "已解決", "en": "Solved"},
    "csat": {"zh-Hans": "满意度（1–5）", "zh-Hant": "滿意度（1–5）", "en": "Satisfaction (1–5)"},
    "transfers": {"zh-Hans": "转接", "zh-Hant": "轉接", "en": "Transfers"},
    "missed": {"zh-Hans": "未应答的待接", "zh-Hant": "未應答的待接", "en": "Missed offers"},
    "messages": {"zh-Hans": "消息数", "zh-Hant": "訊息數", "en": "Messages"},
    "simulated": {"zh-Hans": "模拟", "zh-Hant": "模擬", "en": "Simulated"},
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "voice": {"zh-Hans": "语音", "zh-Hant": "語音", "en": "Phone"},
    "chat": {"zh-Hans": "聊天", "zh-Hant": "聊天", "en": "Web chat"},
    "email": {"zh-Hans": "邮件", "zh-Hant": "郵件", "en": "E-mail"},
    "sms": {"zh-Hans": "短信", "zh-Hant": "簡訊", "en": "SMS"},
    "fax": {"zh-Hans": "传真", "zh-Hant": "傳真", "en": "Fax"},
    "voicemail": {"zh-Hans": "语音留言", "zh-Hant": "語音留言", "en": "Voicemail"},
    "message": {"zh-Hans": "网页留言", "zh-Hant": "網頁留言", "en": "Message"},
    "handled": {"zh-Hans": "已处理", "zh-Hant": "已處理", "en": "Handled"},
    "abandoned": {"zh-Hans": "等候中放弃", "zh-Hant": "等候中放棄", "en": "Abandoned"},
    "refused_closed": {"zh-Hans": "非服务时间", "zh-Hant": "非服務時間", "en": "Out of hours"},
    "refused_full": {"zh-Hans": "队列已满", "zh-Hant": "佇列已滿", "en": "Queue full"},
    "timed_out": {"zh-Hans": "等候超时", "zh-Hant": "等候逾時", "en": "Wait ran out"},
    "callback_failed": {"zh-Hans": "回电未通", "zh-Hant": "回電未接通", "en": "Call-back failed"},
    "callback": {"zh-Hans": "已约回电", "zh-Hant": "已約回電", "en": "Call-back promised"},
    "blocked": {"zh-Hans": "线路忙，未接入", "zh-Hant": "線路忙，未接入", "en": "Blocked"},
    "lost_in_flow": {"zh-Hans": "流程中离开", "zh-Hant": "流程中離開", "en": "Left in the flow"},
    "self_served": {"zh-Hans": "自助办结", "zh-Hant": "自助辦結", "en": "Self served"},
    "transferred_out": {"zh-Hans": "转到外部号码", "zh-Hant": "轉到外部號碼", "en": "Transferred out"},
    "unreached": {"zh-Hans": "外呼未接通", "zh-Hant": "外撥未接通", "en": "Not reached"},
    "switch_lost": {"zh-Hans": "线路故障中断", "zh-Hant": "線路故障中斷", "en": "Line failed"},
    "inbound": {"zh-Hans": "来电", "zh-Hant": "進線", "en": "In"},
    "outbound": {"zh-Hans": "外呼", "zh-Hant": "外撥", "en": "Out"},
    "cancelled": {"zh-Hans": "已取消", "zh-Hant": "已取消", "en": "Cancelled"},
    "open": {"zh-Hans": "进行中", "zh-Hant": "進行中", "en": "Going on"},
    "yes": {"zh-Hans": "是", "zh-Hant": "是", "en": "Yes"},
    "no": {"zh-Hans": "否", "zh-Hant": "否", "en": "No"},
}


def word(code: str, language: str) -> str:
    """The code in words; the code itself where there are none."""
    return VALUES.get(code, {}).get(language, code)

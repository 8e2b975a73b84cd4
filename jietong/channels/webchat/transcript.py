"""A conversation as a file the customer keeps: plain text or HTML, in the customer's language. Pure."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from jietong.channels.webchat.model import Message
from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms

_WORDS: dict[str, dict[str, str]] = {
    "zh-Hans": {
        "bot": "自动助手",
        "you": "您",
        "agent": "客服",
        "title": "聊天记录",
        "file": "[文件：{name}]",
        "agent_joined": "{name} 已接入，等候 {waited_s} 秒",
        "agent_joined_plain": "{name} 已接入",
        "agent_lost": "客服连接中断，您已回到队首",
        "transferred": "正在为您转接",
        "consult_joined": "{name} 加入协助",
        "callback_requested": "已登记回电，排位保留",
        "ended_customer": "您结束了会话",
        "ended_agent": "客服结束了会话",
        "ended_system": "会话已结束",
        "refused_closed": "现在是非服务时间",
        "refused_full": "排队人数已满",
        "timed_out": "等候时间过长，会话已结束",
        "callback_dialling": "{name} 正在给您回电",
        "callback_reached": "{name} 已电话接通",
        "callback_not_reached": "{name} 没有打通，稍后再打",
        "callback_failed": "多次回电未能接通",
        "cancelled": "会话已取消",
    },
    "zh-Hant": {
        "bot": "自動助理",
        "you": "您",
        "agent": "客服",
        "title": "對話紀錄",
        "file": "[檔案：{name}]",
        "agent_joined": "{name} 已接入，等候 {waited_s} 秒",
        "agent_joined_plain": "{name} 已接入",
        "agent_lost": "客服連線中斷，您已回到隊首",
        "transferred": "正在為您轉接",
        "consult_joined": "{name} 加入協助",
        "callback_requested": "已登記回電，保留排位",
        "ended_customer": "您結束了對話",
        "ended_agent": "客服結束了對話",
        "ended_system": "對話已結束",
        "refused_closed": "現在不是服務時間",
        "refused_full": "等候人數已滿",
        "timed_out": "等候時間過長，對話已結束",
        "callback_dialling": "{name} 正在回電給您",
        "callback_reached": "{name} 已電話接通",
        "callback_not_reached": "{name} 沒有接通，稍後再撥",
        "callback_failed": "多次回電未能接通",
        "cancelled": "對話已取消",
    },
    "en": {
        "bot": "Assistant",
        "you": "You",
        "agent": "Agent",
        "title": "Chat transcript",
        "file": "[File: {name}]",
        "agent_joined": "{name} joined after {waited_s} s of waiting",
        "agent_joined_plain": "{name} joined",
        "agent_lost": "The agent was cut off; you are first in the queue again",
        "transferred": "You are being transferred",
        "consult_joined": "{name} is helping",
        "callback_requested": "We will call you back; your place is kept",
        "ended_customer": "You ended the chat",
        "ended_agent": "The agent ended the chat",
        "ended_system": "The chat has ended",
        "refused_closed": "We are closed at this hour",
        "refused_full": "Too many people are waiting",
        "timed_out": "The wait was too long; the chat has ended",
        "callback_dialling": "{name} is calling you",
        "callback_reached": "{name} reached you by phone",
        "callback_not_reached": "{name} could not reach you; we will try again",
        "callback_failed": "We could not reach you by phone",
        "cancelled": "The chat was cancelled",
    },
}
LINE_CODES = frozenset(_WORDS["en"]) - {"you", "agent", "bot", "title", "file"}
"""Every system line has its words here; `agent_joined_plain` and `ended_*` are variants by params."""


def plain(messages: Sequence[Message], lang: str, zone: ZoneInfo) -> str:
    """One line per message: `2027-07-15 14:05:07  林晓: …`; UTF-8 text for any editor."""
    lines = [_WORDS[lang]["title"], ""]
    for message in messages:
        who, text = _line(message, lang)
        head = f"{_when(message.at, zone):%Y-%m-%d %H:%M:%S}"
        lines.append(f"{head}  {who}: {text}" if who else f"{head}  — {text}")
    return "\n".join(lines) + "\n"


def html(messages: Sequence[Message], lang: str, zone: ZoneInfo) -> str:
    """A page that stands alone: no scripts, nothing fetched, every word escaped."""
    title = _WORDS[lang]["title"]
    rows = []
    for message in messages:
        who, text = _line(message, lang)
        when = _when(message.at, zone)
        body = escape(text).replace("\n", "<br>")
        name = f"<b>{escape(who)}</b> " if who else ""
        rows.append(
            f'<p class="{"line" if not who else escape(message.author)}"><time datetime="{when.isoformat()}">'
            f'{when:%Y-%m-%d %H:%M:%S}</time> {name}<span dir="auto">{body}</span></p>'
        )
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "time{color:#5c6966;font-size:13px}.line{color:#5c6966}p{margin:.4rem 0;overflow-wrap:anywhere}</style>"
        f"</head><body><h1>{title}</h1>\n" + "\n".join(rows) + "\n</body></html>\n"
    )


def _line(message: Message, lang: str) -> tuple[str, str]:
    words = _WORDS[lang]
    if message.author == "system" and not message.code:
        return words["bot"], message.text
    if message.author == "system":
        params = message.params or {}
        code = message.code or ""
        if code == "ended":
            code = f"ended_{params.get('by')}"
        elif code == "agent_joined" and "waited_s" not in params:
            code = "agent_joined_plain"
        text = words.get(code) or words["ended_system"]
        return "", text.format_map({"name": message.agent_name or words["agent"], **params})
    who = words["you"] if message.author == "customer" else message.agent_name or words["agent"]
    text = message.text
    if message.attachment is not None:
        text = f"{text} {words['file'].format(name=message.attachment.name)}".strip()
    return who, text


def _when(at: Ms, zone: ZoneInfo) -> datetime:
    return to_datetime(at).astimezone(zone)

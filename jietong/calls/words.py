"""What call control itself says to customers and agents, in the three languages."""

from collections.abc import Sequence

from jietong.core.specs import Names
from jietong.flows.acts import Saying, Speech

RECORDED: Names = {
    "zh-Hans": "为保证服务质量，本次通话将被录音。",
    "zh-Hant": "為保證服務品質，本次通話將會錄音。",
    "en": "This call will be recorded to assure the quality of our service.",
}
NO_NUMBER: Names = {
    "zh-Hans": "抱歉，没有您的来电号码，无法回拨，请继续等候。",
    "zh-Hant": "抱歉，沒有您的來電號碼，無法回撥，請繼續等候。",
    "en": "We are sorry: without your number we cannot call you back. Please hold the line.",
}
NO_CALLBACK: Names = {
    "zh-Hans": "抱歉，现在无法登记回拨，请继续等候。",
    "zh-Hant": "抱歉，現在無法登記回撥，請繼續等候。",
    "en": "We are sorry: a call-back is not possible now. Please hold the line.",
}
SORRY: Names = {
    "zh-Hans": "抱歉，刚才线路中断，请稍候。",
    "zh-Hant": "抱歉，剛才線路中斷，請稍候。",
    "en": "We are sorry for the interruption. One moment, please.",
}
PRESS_TO_TAKE: Names = {
    "zh-Hans": "客服来电，请按一接听。",
    "zh-Hant": "客服來電，請按一接聽。",
    "en": "A customer is calling. Press one to take the call.",
}
NOT_REACHED: Names = {
    "zh-Hans": "对方未能接通。",
    "zh-Hant": "對方未能接通。",
    "en": "They could not be reached.",
}
CONSENT_ID = "recording-notice:1"
"""Of `RECORDED`, with its version: what the ledger keeps as the announcement that was heard."""


def saying(language: str, *texts: Names | str) -> Saying:
    return tuple(_speech(language, text if isinstance(text, str) else _in(text, language)) for text in texts if text)


def join(*sayings: Sequence[object]) -> Saying:
    return tuple(part for one in sayings for part in one)  # type: ignore[misc]


def _in(text: Names, language: str) -> str:
    return text.get(language) or text["zh-Hans"]


def _speech(language: str, text: str) -> Speech:
    return Speech(language=language, text=text, speech=text)

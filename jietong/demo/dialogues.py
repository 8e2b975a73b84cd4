"""What simulated customers and agents say: short dialogues in three languages, from `dialogues.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

SURNAMES = {
    "zh-Hans": ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"),
    "zh-Hant": ("林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許"),
    "en": ("Smith", "Brown", "Wilson", "Taylor", "Clark", "Walker", "Young", "Green"),
}
TITLES = {"zh-Hans": ("先生", "女士"), "zh-Hant": ("先生", "小姐"), "en": ("",)}
HELLO = {
    "zh-Hans": "您好，请问有什么可以帮您？",
    "zh-Hant": "您好，請問需要什麼協助？",
    "en": "Hello, how can I help?",
}
BYE = {
    "zh-Hans": "不客气，祝您生活愉快，再见。",
    "zh-Hant": "不客氣，祝您愉快，再見。",
    "en": "You are welcome. Have a good day!",
}
COMMENTS = {
    "zh-Hans": ("很快就解决了", "客服很耐心", "等得有点久", "一般吧"),
    "zh-Hant": ("很快就解決了", "客服很有耐心", "等得有點久", "普通"),
    "en": ("Solved quickly", "Very patient", "The wait was a bit long", "All right"),
}
LEFT = {
    "zh-Hans": "你们下班了，方便时请回电，想问安装的事。",
    "zh-Hant": "你們下班了，方便時請回電，想問安裝的事。",
    "en": "You are closed. Please call me back about the installation.",
}


class Topic(NamedTuple):
    """`lines` alternate, the customer first."""

    queue: str
    language: str
    lines: tuple[str, ...]


@cache
def topics() -> tuple[Topic, ...]:
    document = tomllib.loads((files("jietong.demo") / "dialogues.toml").read_text(encoding="utf-8"))
    return tuple(
        Topic(entry["queue"], language, tuple(entry[language]))
        for entry in document["topic"]
        for language in LANGUAGES
    )


def choose(random: Random, queue: str, language: str) -> Topic:
    """A topic for this queue; one of any queue when none is written for it."""
    fitting = [topic for topic in topics() if topic.language == language]
    return random.choice([topic for topic in fitting if topic.queue == queue] or fitting)


def reply_to(text: str, language: str) -> str:
    """What an agent answers: the line that follows in a dialogue that has this one, else something polite."""
    for topic in sorted(topics(), key=lambda topic: topic.language != language):
        if text in topic.lines:
            following = topic.lines.index(text) + 1
            return topic.lines[following] if following < len(topic.lines) else BYE[topic.language]
    return HELLO.get(language, HELLO["en"])


def is_last(text: str) -> bool:
    """Whether a customer who says this has nothing more to ask."""
    return any(topic.lines[-1] == text for topic in topics())


def name(random: Random, language: str) -> str:
    surname = random.choice(SURNAMES[language])
    return surname + random.choice(TITLES[language])


def phone(random: Random) -> str:
    """A mobile number of a range that is handed out to nobody's real customers here: 1380000 and four digits."""
    return f"+861380000{random.randrange(10_000):04}"

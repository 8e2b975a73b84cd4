"""Figures in words, as they are spoken: digits, numbers, times, dates, a place in the queue. Pure.

In Chinese 2 is 两 where things are counted (两位, 两分钟, 两点) and 二 where a figure is read out.
"""

import re

_ZH_DIGITS = "零一二三四五六七八九"
_ZH_PHONE = "零幺二三四五六七八九"
"""Read out one by one, 1 is 幺 (yāo): it cannot be mistaken for 7."""
_EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_GROUPS = ("", " thousand", " million", " billion", " trillion")
_EN_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NUMBER = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,9}))?")
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?")
_DATE = re.compile(r"(?:(\d{4})-)?(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])")


def digits(text: str, language: str) -> str:
    """One by one: `8015` as 八零幺五, eight zero one five. What is no digit is left as it is."""
    if language == "en":
        words = [_EN_DIGITS[int(char)] if char in "0123456789" else char for char in text]
        return " ".join(word for word in words if word.strip())
    return "".join(_ZH_PHONE[int(char)] if char in "0123456789" else char for char in text)


def number(text: str, language: str) -> str:
    """A number in words; what is none is left as it is.

    >>> number("10203.05", "zh-Hans"), number("1120", "en")
    ('一万零二百零三点零五', 'one thousand one hundred and twenty')
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return text
    minus, whole, after = match.groups()
    if language == "en":
        words = ("minus " if minus else "") + _en(int(whole))
        return words + (f" point {digits(after, 'en')}" if after else "")
    old = language == "zh-Hant"
    words = (("負" if old else "负") if minus else "") + _zh(int(whole), old=old)
    if after:
        words += ("點" if old else "点") + "".join(_ZH_DIGITS[int(char)] for char in after)
    return words


def counted(count: int, language: str) -> str:
    """How many of something: 两, 三, three."""
    return number(str(count), language) if language == "en" or count != 2 else "兩" if language == "zh-Hant" else "两"


def time(text: str, language: str) -> str:
    """`08:30` as 八点三十分, eight thirty; what is no time is left as it is."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return text
    hour, minute = int(match[1]), int(match[2])
    if language == "en":
        if minute == 0:
            return f"{_en(hour)} o'clock"
        return f"{_en(hour)} {'oh ' if minute < 10 else ''}{_en(minute)}"
    old = language == "zh-Hant"
    words = counted(hour, language) + ("點" if old else "点")
    if minute == 0:
        return words + ("整")
    return words + ("零" if minute < 10 else "") + _zh(minute, old=old) + "分"


def date(text: str, language: str) -> str:
    """`2026-07-14` or `07-14` as 七月十四日, July fourteen; what is no date is left as it is."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return text
    year, month, day = match[1], int(match[2]), int(match[3])
    if language == "en":
        return f"{_EN_MONTHS[month - 1]} {_en(day)}" + (f", {year}" if year else "")
    old = language == "zh-Hant"
    words = "".join(_ZH_DIGITS[int(char)] for char in year) + "年" if year else ""
    return f"{words}{_zh(month, old=old)}月{_zh(day, old=old)}日"


def position(ahead: int, language: str) -> str:
    """How many wait before the customer."""
    if ahead <= 0:
        return {"en": "You are next in line.", "zh-Hant": "下一位就是您。"}.get(language, "下一位就是您。")
    if language == "en":
        people = "one caller" if ahead == 1 else f"{_en(ahead)} callers"
        return f"There {'is' if ahead == 1 else 'are'} {people} ahead of you."
    if language == "zh-Hant":
        return f"您前面還有{counted(ahead, language)}位。"
    return f"您前面还有{counted(ahead, language)}位。"


def wait(seconds: float, language: str) -> str:
    """The estimated wait, rounded up to whole minutes; from half an hour on only that it is longer."""
    minutes = max(1, -(-int(seconds) // 60))
    longer = minutes > 30
    if language == "en":
        if longer:
            return "The wait is more than half an hour."
        return f"The wait is about {_en(minutes)} minute{'' if minutes == 1 else 's'}."
    if language == "zh-Hant":
        return "預計等候超過半小時。" if longer else f"預計還要等{counted(minutes, language)}分鐘。"
    return "预计等候超过半小时。" if longer else f"预计还要等{counted(minutes, language)}分钟。"


def _zh(value: int, *, old: bool) -> str:
    if value == 0:
        return "零"
    groups: list[int] = []
    while value:
        value, low = divmod(value, 10_000)
        groups.append(low)
    units = ("", "萬", "億", "兆") if old else ("", "万", "亿", "兆")
    words = ""
    gap = False  # a group or the thousands of one were empty: a 零 stands for it
    for place in reversed(range(len(groups))):
        group = groups[place]
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _zh_group(group) + units[place]
        gap = False
    return words[1:] if words.startswith("一十") else words


def _zh_group(value: int) -> str:
    words, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = value // size % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _ZH_DIGITS[digit] + unit
        gap = False
    return words


def _en(value: int) -> str:
    if value == 0:
        return "zero"
    words: list[str] = []
    for place, group in enumerate(_EN_GROUPS):
        low = value // 1000**place % 1000
        if low:
            words.insert(0, _en_group(low) + group)
    return " ".join(words)


def _en_group(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    words = []
    if hundreds:
        words.append(f"{_EN_DIGITS[hundreds]} hundred")
    if rest:
        tens, ones = divmod(rest, 10)
        if rest < 10:
            small = _EN_DIGITS[rest]
        elif rest < 20:
            small = _EN_TEENS[rest - 10]
        else:
            small = _EN_TENS[tens] + (f"-{_EN_DIGITS[ones]}" if ones else "")
        words.append(("and " if hundreds else "") + small)
    return " ".join(words)

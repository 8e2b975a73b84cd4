"""Patterns for digits that cannot run away: a regular expression that administrators write is run on what callers
press, so it must be quick whatever they press. Pure."""

import re
from functools import lru_cache

MOST_REPEATS = 3
LONGEST = 100
MOST_WAYS = 10
_REPEAT = re.compile(r"[*+?]|\{\d*,\d*\}")
_GROUP_REPEATED = re.compile(r"\)[*+?{]")


@lru_cache(maxsize=1024)
def safe(pattern: str) -> bool:
    """Whether it is a pattern, with few repetitions and none of a group, and few alternatives: then a match costs at
    most some n³ steps."""
    if not 0 < len(pattern) <= LONGEST or _GROUP_REPEATED.search(pattern) or "(?" in pattern or "\\1" in pattern:
        return False
    if len(_REPEAT.findall(pattern)) > MOST_REPEATS or pattern.count("|") > MOST_WAYS:
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def matches(pattern: str, digits: str) -> bool:
    """Whether the whole number fits; never where the pattern is not safe."""
    return safe(pattern) and re.fullmatch(pattern, digits) is not None

"""Fields that many of the schemas have."""

from pydantic import Field

Texts = dict[str, str]
"""By language."""
Instant = int
_DAY = r"^\d{4}-\d{2}-\d{2}$"
DAY = Field(pattern=_DAY)
DAY_OR_NONE = Field(None, pattern=_DAY)
AT = Field(ge=0, lt=2**52)
AT_OR_NONE = Field(None, ge=0, lt=2**52)

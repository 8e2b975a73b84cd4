"""One small hierarchy of errors. `code` is API: never renamed. The client words it in the user's language.

Each class knows its HTTP status; `web` turns any of them into problem+json, the command line into one line.
"""

from typing import Any, ClassVar


class JietongError(Exception):
    """Something a user can act on. `detail` is one English sentence that says what to do."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.extra = extra


class Invalid(JietongError):
    """The input is wrong in itself."""

    status = 422


class NotFound(JietongError):
    status = 404


class Refused(JietongError):
    """The input is well-formed but makes no sense now (the contact is gone, the agent is busy …)."""

    status = 409


class Forbidden(JietongError):
    status = 403


class Unauthenticated(JietongError):
    status = 401


class TooMany(JietongError):
    """Rate limit. `extra["retry_after"]` is in seconds."""

    status = 429


class TooLarge(JietongError):
    status = 413


class Unavailable(JietongError):
    """The centre cannot acknowledge anything now (database gone, standing by). Nothing was done: try again."""

    status = 503

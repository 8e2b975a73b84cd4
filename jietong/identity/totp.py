"""The second factor: six digits every 30 seconds (RFC 6238), and recovery codes for a lost phone."""

import hashlib
import hmac
import io
import secrets
from collections.abc import Sequence

import pyotp
import segno

from jietong.core.vocabulary import Ms

STEP_S = 30
ISSUER = "Jietong"
_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that reads like something else


def new_secret() -> str:
    """160 bits in base 32."""
    return pyotp.random_base32(32)


def uri(secret: str, login: str) -> str:
    """What the authenticator app reads."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=login, issuer_name=ISSUER)


def qr(text: str) -> str:
    """The text as a QR code: an SVG document, dark modules in currentColor's stead black on white."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return out.getvalue().decode()


def step_of(secret: str, code: str, *, now: Ms, last_step: int) -> int | None:
    """The time step that the code belongs to, one step of clock difference allowed; None: wrong or used before.

    Keep the step and pass it as `last_step` next time: a code is good once (RFC 6238, 5.2).
    """
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    present = now // (STEP_S * 1000)
    matching = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.generate_otp(step), digits) and step > last_step
    ]
    return matching[0] if matching else None


def new_recovery_codes() -> list[str]:
    """Ten codes of 50 random bits, `xxxxx-xxxxx`; shown once."""
    codes = ("".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_digest(account_id: str, code: str) -> bytes:
    """How a recovery code is stored: written with or without the dash, in either case."""
    plain = "".join(char for char in code.casefold() if char in _ALPHABET)
    return hashlib.sha256(f"{account_id}:{plain}".encode()).digest()


def recovery_digests(account_id: str, codes: Sequence[str]) -> list[bytes]:
    return [recovery_digest(account_id, code) for code in codes]

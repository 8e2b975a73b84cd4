"""How a number or address is written down once, and how much of it is shown. Pure."""

import re
import unicodedata

import phonenumbers

from jietong.core.errors import Invalid
from jietong.core.text import normal
from jietong.customers.model import STRONGEST_FIRST, Identity, IdentityKind, Profile

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")
MAX_ACCOUNT = 200


def phone(value: str, region: str) -> str:
    """The number in E.164; without a country code it is one of `region` (ISO 3166).

    Full-width digits, spaces, dashes and 0086 are all read. Raises Invalid `bad_phone`.

    >>> phone("138 1234 5678", "CN") == phone("0086-13812345678", "CN") == phone("+86１３８１２３４５６７８", "US")
    True
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if text.startswith("00"):  # the usual way out, whatever the region's own prefix is
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise _bad_phone() from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _bad_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(value: str) -> str:
    """The address, normalised and in lower case. Raises Invalid `bad_email`."""
    text = unicodedata.normalize("NFKC", value).strip().lower()
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Invalid("bad_email", "This is not an e-mail address.", field="email")
    return text


def account(value: str) -> str:
    """The client's own id of a signed-in customer, exactly as the client writes it. Raises Invalid `bad_account`."""
    text = value.strip()
    if not text or len(text) > MAX_ACCOUNT or not text.isprintable():
        raise Invalid("bad_account", "This is not an account id.", field="account")
    return text


def identity(kind: IdentityKind, value: str, region: str, verified: bool = False) -> Identity:
    """One identity in its one written form."""
    match kind:
        case IdentityKind.PHONE:
            return Identity(kind, phone(value, region), verified)
        case IdentityKind.EMAIL:
            return Identity(kind, email(value), verified)
        case IdentityKind.ACCOUNT:
            return Identity(kind, account(value), verified)


def identities(profile: Profile, region: str) -> list[Identity]:
    """All that a profile can be recognised by, strongest first. A signed-in account counts as verified."""
    given = {
        IdentityKind.ACCOUNT: profile.account,
        IdentityKind.PHONE: profile.phone,
        IdentityKind.EMAIL: profile.email,
    }
    return [
        identity(kind, value, region, verified=kind is IdentityKind.ACCOUNT)
        for kind in STRONGEST_FIRST
        if (value := given[kind]) is not None and value.strip()
    ]


def masked(identity: Identity, region: str) -> str:
    """Enough to recognise, too little to use: 138****2207, l***@example.com, ****4821."""
    match identity.kind:
        case IdentityKind.PHONE:
            return masked_phone(identity.value, region)
        case IdentityKind.EMAIL:
            name, _, domain = identity.value.partition("@")
            return f"{name[0]}***@{domain}"
        case IdentityKind.ACCOUNT:
            return "****" + identity.value[-min(4, len(identity.value) // 2) :]


def masked_phone(e164: str, region: str) -> str:
    """First three and last four digits as people at home write them; abroad with the country code.

    >>> masked_phone("+8613812342207", "CN"), masked_phone("+442079460958", "CN")
    ('138****2207', '+44 ****0958')
    """
    number = phonenumbers.parse(e164, None)
    if number.country_code != phonenumbers.country_code_for_region(region):
        return f"+{number.country_code} ****{e164[-4:]}"
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(char for char in national if char.isdigit())
    if len(digits) >= 10:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 8 else f"****{digits[-2:]}"


def shown(identity: Identity, region: str) -> str:
    """The whole identity as people write it, once it is revealed."""
    if identity.kind is not IdentityKind.PHONE:
        return identity.value
    number = phonenumbers.parse(identity.value, None)
    at_home = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def same_name(one: str, other: str) -> bool:
    """Whether two names are written the same but for width, case and spaces."""
    return normal(one).replace(" ", "") == normal(other).replace(" ", "")


def _bad_phone() -> Invalid:
    return Invalid(
        "bad_phone", "This is not a telephone number; with a foreign one, write + and the country.", field="phone"
    )

"""One customer, one number: how identities are written down and masked."""

import pytest

from jietong.core.errors import Invalid
from jietong.customers.model import Identity, IdentityKind, Profile
from jietong.customers.rules import email, identities, masked, masked_phone, phone, shown

PHONE, EMAIL, ACCOUNT = IdentityKind.PHONE, IdentityKind.EMAIL, IdentityKind.ACCOUNT


@pytest.mark.parametrize(
    "written",
    [
        "13812342207",
        "138 1234 2207",
        "138-1234-2207",
        "+86 138 1234 2207",
        "008613812342207",
        "(+86)13812342207",
        "１３８１２３４２２０７",
        " +86１３８１２３４２２０７ ",
    ],
)
def test_wound_doubled_customers_from_numbers_not_in_e164(written: str) -> None:
    assert phone(written, "CN") == "+8613812342207"


def test_a_number_without_country_code_is_one_of_the_sites_region() -> None:
    assert phone("020 7946 0958", "GB") == "+442079460958"
    assert phone("0571 8765 4321", "CN") == "+8657187654321"
    assert phone("0912 000 345", "TW") == "+886912000345"


@pytest.mark.parametrize("written", ["", "12345", "abc", "+", "138123422071234", "1381234220x", "\0", "😀"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone(written, "CN")
    assert refused.value.code == "bad_phone"


def test_addresses_are_one_whatever_their_case() -> None:
    assert email(" Emma.Carter@Example.COM ") == "emma.carter@example.com"
    for written in ("emma", "emma@", "@example.com", "a b@example.com", "emma@example", "a@b.c,d@e.fg"):
        with pytest.raises(Invalid):
            email(written)


def test_masks_show_enough_to_recognise_and_too_little_to_use() -> None:
    assert masked_phone("+8613812342207", "CN") == "138****2207"
    assert masked_phone("+442079460958", "CN") == "+44 ****0958"
    assert masked(Identity(EMAIL, "emma@example.com"), "CN") == "e***@example.com"
    assert masked(Identity(ACCOUNT, "mall-20431"), "CN") == "****0431"
    assert masked(Identity(ACCOUNT, "ab"), "CN") == "****b"
    for value in ("+8613812342207", "+8657187654321", "+8610101012345"):
        assert value[3:] not in masked_phone(value, "CN")


def test_a_revealed_number_reads_as_people_write_it() -> None:
    assert shown(Identity(PHONE, "+8613812342207"), "CN") == "138 1234 2207"
    assert shown(Identity(PHONE, "+442079460958"), "CN") == "+44 20 7946 0958"


def test_the_strongest_identity_comes_first_and_only_a_signed_in_id_is_verified() -> None:
    given = identities(Profile("林", phone="13812342207", email="a@example.com", account="u1"), "CN")
    assert [(one.kind, one.verified) for one in given] == [(ACCOUNT, True), (PHONE, False), (EMAIL, False)]
    assert identities(Profile("林", phone=" "), "CN") == []

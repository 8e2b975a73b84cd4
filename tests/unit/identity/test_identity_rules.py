"""Passwords, locks, scopes and second factors as rules."""

import pytest

from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.identity import totp
from jietong.identity.model import SYSTEM, Account, Language, Principal, Theme
from jietong.identity.permissions import ROLES, Permission, Role, permissions_of, roles_of
from jietong.identity.rules import (
    HOUR,
    PER_LOGIN,
    check_account,
    check_login,
    check_password,
    login_key,
    overlaps,
    within,
)

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238 appendix B


def account(roles: frozenset[Role], clients: tuple[str, ...] | None, account_id: str = "a1") -> Account:
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Account(
        account_id, 1, "l", "n", roles, clients, None, Language.EN, Theme.DARK, True, False, False, at, at, None
    )


def administrator(clients: tuple[str, ...] | None = None) -> Principal:
    roles = frozenset({Role.ADMIN})
    return Principal("admin", "admin", "Admin", roles, permissions_of(roles), clients)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("短短短", "too_short"),
        ("x" * 257, "too_long"),
        ("lin.xiao@hechuan.example", "is_login"),
        ("LIN.XIAO@hechuan.example", "is_login"),
        ("1234567890", "too_simple"),
        ("0987654321", "too_simple"),
        ("abcdefghijkl", "too_simple"),
        ("qwertyuiop", "too_simple"),
        ("abcdabcdabcd", "too_simple"),
        ("aaaaaaaaaaaa", "too_simple"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_password(password, login="lin.xiao@hechuan.example", name="林晓")
    assert caught.value.code == "weak_password"
    assert caught.value.extra["reason"] == reason


@pytest.mark.parametrize(
    "password", ["jietong-demo", "correct horse battery", "每一条线都接到人真的吗", "Tr0ub4dor&3!"]
)
def test_a_good_password_is_taken(password: str) -> None:
    check_password(password, login="lin.xiao@hechuan.example", name="林晓")


def test_logins_that_differ_by_case_or_width_are_the_same() -> None:
    assert login_key(" Ｌin.Xiao@Hechuan.example ") == login_key("lin.xiao@hechuan.example")


@pytest.mark.parametrize("login", ["", "x", "lin xiao", "lin\0xiao", "x" * 201, "lin\u202exiao"])
def test_a_login_that_cannot_be_typed_again_is_refused(login: str) -> None:
    with pytest.raises(Invalid):
        check_login(login)


def test_the_lock_grows_with_every_failure_up_to_an_hour() -> None:
    locks = [PER_LOGIN.lock_after(failures) for failures in range(1, 14)]
    assert locks[:4] == [0, 0, 0, 0]
    assert locks[4:8] == [30_000, 60_000, 120_000, 240_000]
    assert locks[-1] == HOUR
    assert PER_LOGIN.lock_after(10_000) == HOUR


def test_scopes_lie_within_and_overlap() -> None:
    assert within(("a",), ("a", "b"))
    assert within(("a",), None)
    assert not within(None, ("a",))
    assert not within(("a", "c"), ("a", "b"))
    assert overlaps(("a", "c"), ("a",))
    assert overlaps(None, ("a",))
    assert not overlaps(("c",), ("a",))


def test_nobody_widens_a_scope_beyond_their_own() -> None:
    check_account([Role.ANSWERER], ("hechuan",), by=administrator(("hechuan", "yunfan")))
    for clients in (None, ("elsewhere",), ("hechuan", "elsewhere")):
        with pytest.raises(Forbidden):
            check_account([Role.ANSWERER], clients, by=administrator(("hechuan",)))
    with pytest.raises(Forbidden):  # nor narrows an account that reaches further
        check_account(
            [Role.ANSWERER], ("hechuan",), by=administrator(("hechuan",)), before=account(frozenset(), None)
        )


def test_nobody_changes_their_own_roles() -> None:
    mine = account(frozenset({Role.ADMIN}), None, "admin")
    check_account([Role.ADMIN], None, by=administrator(), before=mine)
    with pytest.raises(Refused, match="another administrator"):
        check_account([Role.ADMIN, Role.SUPERVISOR], None, by=administrator(), before=mine)


def test_a_client_s_account_names_its_client() -> None:
    with pytest.raises(Invalid) as caught:
        check_account([Role.CLIENT], None, by=SYSTEM)
    assert caught.value.code == "client_needs_scope"


def test_a_role_that_this_version_does_not_know_gives_no_rights() -> None:
    assert roles_of(["admin", "astronaut"]) == {Role.ADMIN}
    assert permissions_of(frozenset()) == frozenset()


def test_every_permission_is_held_by_some_role() -> None:
    assert frozenset().union(*ROLES.values()) == frozenset(Permission)


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")],
)
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    step = totp.step_of(RFC_SECRET, code, now=second * 1000, last_step=0)
    assert step == second // 30


def test_a_code_is_good_once_and_for_a_minute_and_a_half() -> None:
    now = 1_234_567_890_000
    step = now // 30_000
    assert totp.step_of(RFC_SECRET, "005 924", now=now, last_step=0) == step
    assert totp.step_of(RFC_SECRET, "005924", now=now, last_step=step) is None
    assert totp.step_of(RFC_SECRET, "005924", now=now + 30_000, last_step=0) == step
    assert totp.step_of(RFC_SECRET, "005924", now=now - 30_000, last_step=0) == step
    assert totp.step_of(RFC_SECRET, "005924", now=now + 60_000, last_step=0) is None
    for junk in ("", "00592", "abcdef", "٠٠٥٩٢٤", "0059244"):
        assert totp.step_of(RFC_SECRET, junk, now=now, last_step=0) is None


def test_recovery_codes_are_read_as_people_write_them() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    written = totp.recovery_digest("a1", codes[0])
    assert totp.recovery_digest("a1", codes[0].replace("-", " ").upper()) == written
    assert totp.recovery_digest("a2", codes[0]) != written


def test_the_qr_code_is_an_svg_of_the_uri() -> None:
    uri = totp.uri(RFC_SECRET, "lin.xiao@hechuan.example")
    assert uri.startswith("otpauth://totp/Jietong:lin.xiao")
    assert totp.qr(uri).startswith("<svg")

"""Account keys, the arithmetic of throttling, and time-based codes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import rules
from hrpark.toolbox.errors import Refused

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        (" 138 0013 8000 ", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+852 9123 4567", "+85291234567"),
        ("00853 6612 3456", "+85366123456"),
    ],
)
def test_a_mobile_number_is_stored_in_one_way_however_it_was_typed(typed, stored):
    assert rules.tidy_mobile(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "1380013800", "138001380000", "12800138000", "+86 12800138000", "abc", "+0123456789", "１３８"]
)
def test_what_is_no_mobile_number_is_refused_with_a_hint(typed):
    with pytest.raises(Refused, match="区号"):
        rules.tidy_mobile(typed)


@pytest.mark.parametrize("typed", ["a@b.cn", "Wang.Xiao+park@example.com.cn", "ａ@ｂ.ｃｎ", "li@例子.中国"])
def test_an_address_is_accepted(typed):
    assert "@" in rules.tidy_email(typed)


@pytest.mark.parametrize(
    "typed", ["a@b", "@b.cn", "a@", "a@b..cn", "a@-b.cn", "x" * 250 + "@b.cn", "a@b.cn\nBcc: c@d.cn", "a@b.cn>"]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Refused):
        rules.tidy_email(typed)


@given(st.text(max_size=60))
def test_tidying_a_key_twice_changes_nothing_more(text):
    try:
        kind, key = rules.account_key(text)
    except Refused:
        return
    assert rules.account_key(key) == (kind, key)


@given(st.integers(0, 999_999_999), st.integers(3, 9))
def test_every_mainland_number_is_a_key(rest, second):
    number = f"1{second}{rest:09d}"
    assert rules.account_key(number) == ("mobile", number)


@pytest.mark.parametrize(
    ("key", "seen"), [("13800138000", "138****8000"), ("wang@example.com", "w***@example.com"), ("+852912", "*******")]
)
def test_others_see_a_masked_key(key, seen):
    assert rules.masked(key) == seen


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=60), st.integers(1, 10))
def test_never_more_than_the_limit_get_through_in_any_window(seconds, limit):
    """A model of the throttle: attempts that were let through count, blocked ones do not."""
    let: list[datetime] = []
    for second in sorted(seconds):
        at = NOW + timedelta(seconds=second)
        until = rules.free_again([at, *reversed(let)], limit)
        if until is None:
            let.append(at)
        else:
            assert until > at
            assert rules.free_again([until, *reversed(let)], limit) is None, "at the time that was told it is free again"
    for start in let:
        assert sum(start <= t < start + rules.WINDOW for t in let) <= limit


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", ""),
    ],
)
def test_addresses_fall_into_buckets_of_one_client(address, bucket):
    assert rules.network(address) == bucket


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (2000000000, "69279037")],
)
def test_codes_are_those_of_rfc_6238(moment, code):
    assert rules.hotp(b"12345678901234567890", moment // 30, digits=8) == code


@given(st.integers(1000, 2**33), st.integers(-3, 3), st.binary(min_size=10, max_size=20))
def test_a_code_holds_one_step_either_way(moment, drift, secret):
    at = datetime.fromtimestamp(moment + 90, UTC)
    step = int(at.timestamp()) // 30 + drift
    codes = {s: rules.hotp(secret, s) for s in range(step - 4, step + 5)}
    if len(set(codes.values())) < len(codes):
        return
    assert rules.matching_step(secret, codes[step], at) == (step if abs(drift) <= 1 else None)


def test_a_code_and_those_before_it_are_dead_once_one_was_used():
    secret, step = b"12345678901234567890", int(NOW.timestamp()) // 30
    assert rules.matching_step(secret, rules.hotp(secret, step), NOW, after=step) is None
    assert rules.matching_step(secret, rules.hotp(secret, step - 1), NOW, after=step) is None
    assert rules.matching_step(secret, rules.hotp(secret, step + 1), NOW, after=step) == step + 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６7", "999999999999", "验证码"])
def test_nonsense_is_no_code(code):
    assert rules.matching_step(b"12345678901234567890", code, NOW) is None


def test_a_code_may_be_typed_with_blanks_and_full_width_digits():
    assert rules.only_digits(" １２３ 456 ") == "123456"

"""Amounts are exact to the cent, whatever unit they come in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.toolbox import money

amounts = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)


@given(amounts)
def test_what_is_written_can_be_read(amount):
    assert money.read_money(money.yuan(amount)).value == amount
    assert money.read_money(float(amount)).value == amount
    assert money.read_money(str(amount)).value == amount


@given(amounts.filter(lambda amount: abs(amount) < 10**9))
def test_a_bare_number_counts_the_column_s_unit(amount):
    assert money.read_money(str(amount), unit=money.WAN).value == amount * 10_000
    assert money.read_money(f"{amount}元", unit=money.WAN).value == amount


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1,234.5万", "12345000"), ("￥3000", "3000"), ("3000元", "3000"), ("人民币 5,000.00 元整", "5000"), ("1.2亿元", "120000000"),
        ("５００万元", "5000000"), ("(1,200)", "-1200"), ("-3.5", "-3.5"), ("100万元人民币", "1000000"), ("15k", "15000"), ("0", "0"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_registers_write_them(text, yuan):
    assert money.read_money(text).value == Decimal(yuan)


@pytest.mark.parametrize(
    ("given_", "problem"),
    [
        ("100-200万", "range"), ("约三百万", "format"), ("100万美元", "currency"), ("$5", "currency"), ("1.234", "cents"),
        ("", "empty"), (None, "format"), (float("nan"), "format"), (True, "format"), ("1,23", "format"), ("9e99", "format"), (1e15, "range"),
    ],
)  # fmt: skip
def test_what_is_not_one_amount_of_yuan_is_refused(given_, problem):
    reading = money.read_money(given_)
    assert reading.problem == problem and reading.value is None and reading.message


def test_a_spreadsheet_s_binary_dust_is_brushed_off():
    assert money.read_money(0.1 + 0.2).value == Decimal("0.30")
    assert money.read_money(1234.5600000000001).value == Decimal("1234.56")
    assert not money.read_money(1234.567).ok


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text):
    reading = money.read_money(text)
    assert reading.ok or reading.message


def test_the_unit_stands_in_the_heading():
    assert money.unit_of("注册资本（万元）") == money.unit_of("注册资本/万元") == 10_000
    assert money.unit_of("营业收入(亿元)") == 100_000_000 and money.unit_of("税收（元）") == money.unit_of("税收") == 1


def test_amounts_are_written_as_the_house_writes_them():
    assert money.yuan(Decimal("1234567.891")) == "1,234,567.89 元"
    assert money.wan(Decimal("1234550")) == "123.46 万元" and money.wan(Decimal("1234550"), unit=False) == "123.46"
    assert money.yuan(None) == money.wan(None) == "—"
    assert money.yuan(Decimal("-0.001")) == "0.00 元"

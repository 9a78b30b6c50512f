"""What should not stand in a public reply."""

import pytest

from chatops.personal_data import Personal, personal_data


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("Write to jo.walks@mail.example", (Personal.EMAIL,)),
        ("ｊｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ へどうぞ", (Personal.EMAIL,)),
        ("We call you on 090-0000-0000", (Personal.PHONE,)),
        ("お電話 ０３（００００）００００", (Personal.PHONE,)),
        ("+44 20 0000 0000", (Personal.PHONE,)),
        ("Order no. AB-12345 has left", (Personal.ORDER,)),
        ("注文番号１２３４５６です", (Personal.ORDER,)),
        ("ref: 9981237", (Personal.ORDER,)),
        ("It is 20261234567", (Personal.ORDER,)),
        ("a@b.example, 0120-000-000", (Personal.EMAIL, Personal.PHONE)),
        ("Your order is on its way", ()),
        ("It costs ¥12,000 until 2026-10-03, 14:00", ()),
        ("See https://x.example/status/12345678901234", ()),
        ("Ask @aozora about ticket 42", ()),
    ],
)
def test_shapes_of_personal_data_are_seen(said: str, kinds: tuple[Personal, ...]) -> None:
    assert personal_data(said) == kinds

"""What a buyer reads: the sentence, and the bill that adds up to the order."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.alert import Action, Alert
from lakecast_schema.explanation import LABELS, bill
from lakecast_schema.reasons import Facts, english, portuguese

DAY = dt.date(2026, 11, 1)
ORDINARY = {
    "alert": Alert.HIGH, "action": Action.ORDER, "as_of": DAY, "unit": "un", "currency": "BRL", "on_hand": 1200.0,
    "on_order": 0.0, "daily_demand": 4.0, "lead_time_demand": 56.0, "reorder_point": 1250.0, "order_up_to": 1500.0,
    "recommended_order": 300.0, "recommended_order_value": 1234.5, "excess": 0.0, "excess_value": 0.0,
    "stockout": dt.date(2026, 12, 3), "order_by": DAY, "arrival": dt.date(2026, 11, 15),
}  # fmt: skip

UNUSED = {"stockout": None, "daily_demand": 0.0}


def facts(**changes):
    return Facts(**{**ORDINARY, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Order 300 un (R$ 1,234.50) now: 1,200 un is "
         "not above the reorder point of 1,250 un; arrival 15 Nov 2026."),
        ({"has_review_day": True}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Order 300 un "
         "(R$ 1,234.50) now, the day of orders: 1,200 un is below 1,500 un; arrival 15 Nov 2026."),
        ({"on_hand": 999.5, "recommended_order": 72201.996, "unit": "kg", "order_up_to": 73201.496},
         "999.5 kg on hand on 1 Nov 2026 should last until 3 Dec 2026. Order 72,202 kg (R$ 1,234.50) now: 999.5 kg is "
         "not above the reorder point of 1,250 kg; arrival 15 Nov 2026."),
        ({"action": Action.NONE, "order_by": None, "stockout": None, "on_order": 5.0},
         "1,200 un on hand should last, with what is on order, for more than ten years."),
        ({"action": Action.NONE, "order_by": None, "on_order": 5.0, "next_due": dt.date(2026, 12, 3)},
         "1,200 un on hand on 1 Nov 2026 should last, with what is on order, until 3 Dec 2026."),
        ({"action": Action.NONE, "order_by": None, "on_order": 5.0, "next_due": dt.date(2026, 12, 4)},
         "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026."),
        ({"alert": Alert.CRITICAL, "action": Action.EXPEDITE, "on_order": 5.0},
         "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Expedite what is on order (5 un): it is enough "
         "but comes too late."),
        ({"on_hand": 0.0}, "Out of stock. Order 300 un (R$ 1,234.50) now; arrival 15 Nov 2026."),
        ({"on_hand": 0.0, "on_order": 3.0}, "Out of stock. Order 300 un (R$ 1,234.50) now: 3 un with what is on order "
         "is not above the reorder point of 1,250 un; arrival 15 Nov 2026."),
        ({"on_hand": -2.0, "unit": None, "recommended_order": 1.0}, "Out of stock, 2 pieces owed. Order 1 piece "
         "(R$ 1,234.50) now; arrival 15 Nov 2026."),
        ({"on_hand": 0.0, "unit": None, "alert": Alert.CRITICAL, "action": Action.EXPEDITE, "on_order": 1.0,
          "next_due": dt.date(2026, 11, 20)},
         "Out of stock. Expedite what is on order (1 piece, due on 20 Nov 2026): it is enough but comes too late."),
        ({"action": Action.EXPEDITE, "on_hand": -2.5, "on_order": 9.0, "next_due": dt.date(2026, 10, 5)},
         "Out of stock, 2.5 un owed. Expedite what is on order (9 un, overdue since 5 Oct 2026): it is enough but "
         "comes too late."),
        ({"action": Action.EXPEDITE, "on_hand": 0.0, "on_order": 9.0},
         "Out of stock. Expedite what is on order (9 un): it is enough but comes too late."),
        ({"alert": Alert.MEDIUM, "action": Action.WATCH, "order_by": dt.date(2026, 11, 4)},
         "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Nothing to order yet: 1,200 un reaches the "
         "reorder point of 1,250 un by 4 Nov 2026."),
        ({"alert": Alert.CRITICAL, "action": Action.WATCH, "order_by": dt.date(2026, 11, 4), "has_review_day": True,
          "on_hand": 0.0}, "Out of stock. Nothing to order before 4 Nov 2026, a day of orders."),
        ({"alert": Alert.OK, "action": Action.REDUCE, "order_by": dt.date(2027, 1, 4), "excess": 1.0,
          "excess_value": 20.0, "currency": None}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. "
         "Nothing to order before 4 Jan 2027 (reorder point 1,250 un). 1 un (worth 20.00) more than is needed."),
        ({"alert": Alert.OK, "action": Action.REDUCE, **UNUSED, "order_by": None, "excess": 90.0,
          "on_order": 100.0}, "1,200 un on hand, no demand expected. 90 un more than is needed. All of it is still on "
         "order: postpone or cancel."),
        ({"alert": Alert.OK, "action": Action.NONE, **UNUSED, "order_by": None},
         "1,200 un on hand, no demand expected."),
        ({"alert": Alert.OK, "action": Action.NONE, **UNUSED, "order_by": None, "on_hand": 2.12345},
         "2.123 un on hand, no demand expected."),
        ({"alert": Alert.OK, "action": Action.NONE, "stockout": None, "order_by": None},
         "1,200 un on hand should last for more than ten years."),
        ({"alert": Alert.OK, "action": Action.NONE, "order_by": dt.date(2027, 1, 4), "on_order": 9.0,
          "next_due": dt.date(2026, 10, 5)}, "1,200 un on hand on 1 Nov 2026 should last, with what is on order, until "
         "3 Dec 2026. What is on order has been overdue since 5 Oct 2026 and counts as due the next day: ask "
         "when it comes. Nothing to order "
         "before 4 Jan 2027 (reorder point 1,250 un)."),
        ({"recommended_order": 601.0}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Order 601 un "
         "(R$ 1,234.50) now: 1,200 un is not above the reorder point of 1,250 un; arrival 15 Nov 2026. 301 un of it "
         "only for the minimum order and whole multiples."),
        ({"recommended_order": 600.0}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec 2026. Order 600 un "
         "(R$ 1,234.50) now: 1,200 un is not above the reorder point of 1,250 un; arrival 15 Nov 2026."),
        ({"recommended_order": 601.0, "is_chosen": True}, "1,200 un on hand on 1 Nov 2026 should last until 3 Dec "
         "2026. Order 601 un (R$ 1,234.50) now: 1,200 un is not above the reorder point of 1,250 un; arrival 15 Nov "
         "2026."),
        ({"alert": Alert.UNKNOWN, "on_hand": None},
         "Stock is unknown: count it. The reorder point is 1,250 un."),
        ({"alert": Alert.UNKNOWN}, "The stock of 1,200 un was counted on 1 Nov 2026 and is too old to decide on: count "
         "it. The reorder point is 1,250 un."),
    ],
)  # fmt: skip
def test_the_english_sentence(changes, sentence):
    assert english(facts(**changes)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on_order": 50.0}, "1.200 un em estoque em 01/11/2026: com o que está em pedido, deve durar até "
         "03/12/2026. Peça 300 un (R$ 1.234,50) "
         "agora: 1.250 un com o que está em pedido não passa do ponto de pedido de 1.250 un; chegada em 15/11/2026."),
        ({"alert": Alert.OK, "action": Action.REDUCE, **UNUSED, "order_by": None, "excess": 90.0,
          "on_order": 40.0}, "1.200 un em estoque, sem demanda esperada. 90 un além do necessário. Disso, 40 un ainda "
         "está em pedido: adie ou cancele."),
        ({"unit": None, "on_hand": 1.0, **UNUSED, "alert": Alert.OK, "action": Action.NONE, "order_by": None},
         "1 peça em estoque, sem demanda esperada."),
        ({"action": Action.EXPEDITE, "on_hand": 0.0, "on_order": 9.0, "next_due": dt.date(2026, 11, 20)},
         "Sem estoque. Antecipe o que está em pedido (9 un, com entrega em 20/11/2026): basta, mas chega tarde."),
        ({"action": Action.EXPEDITE, "on_hand": 0.0, "on_order": 9.0, "next_due": dt.date(2026, 11, 1)},
         "Sem estoque. Antecipe o que está em pedido (9 un, em atraso desde 01/11/2026): basta, mas chega tarde."),
        ({"recommended_order": 5000.0, "on_hand": 0.0, "on_order": 9.0, "next_due": dt.date(2026, 11, 1)},
         "Sem estoque. O que está em pedido está em atraso desde 01/11/2026 e conta como previsto para o dia seguinte: "
         "pergunte quando chega. Peça 5.000 un (R$ 1.234,50) agora: 9 un com o que está em pedido não passa do ponto "
         "de pedido de 1.250 un; chegada em 15/11/2026. Disso, 3.509 un só pelo pedido mínimo e por múltiplos "
         "inteiros."),
        ({"alert": Alert.OK, "action": Action.NONE, "stockout": None, "order_by": None},
         "1.200 un em estoque: deve durar mais de dez anos."),
        ({"action": Action.WATCH, "order_by": dt.date(2026, 11, 4), "has_review_day": True},
         "1.200 un em estoque em 01/11/2026: deve durar até 03/12/2026. Próximo pedido em 04/11/2026, dia de pedidos."),
    ],
)  # fmt: skip
def test_the_portuguese_sentence(changes, sentence):
    assert portuguese(facts(**changes)) == sentence


AMOUNT = st.floats(0, 1e5).map(lambda x: round(x, 3))


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.sampled_from([0.0, 300.0]), st.booleans(), st.booleans())
def test_the_bill_adds_up_to_the_order(on_hand, on_order, expected, safety, review, order, fixed, is_chosen):
    made = facts(
        on_hand=on_hand, on_order=on_order, lead_time_demand=expected, reorder_point=expected + safety,
        order_up_to=expected + safety + review, recommended_order=order, has_review_day=fixed, is_chosen=is_chosen,
    )  # fmt: skip
    for language in (False, True):
        *lines, last = bill(made, portuguese=language)
        assert sum(line.value for line in lines) == pytest.approx(last.value, abs=1e-6)
        assert (last.code, last.value) == ("order", order)
        assert all(line.label == LABELS[line.code][language] for line in lines)
    values = {line.code: line.value for line in lines}
    assert values["on_hand"] == pytest.approx(-on_hand)
    assert values["on_order"] == pytest.approx(-on_order)
    assert values["lead_time_demand"] == expected
    rest = {line.code for line in lines} - {*LABELS} | {line.code for line in lines[5:]}
    assert rest <= ({"chosen"} if is_chosen else {"rounding"} if order else {"not_due", "not_the_day"})


def test_an_unknown_stock_has_no_bill():
    assert bill(facts(on_hand=None)) == bill(facts(recommended_order=None)) == ()


def test_waiting_for_the_day_of_orders_is_said():
    made = facts(on_hand=0.0, recommended_order=0.0, has_review_day=True)
    assert [line.code for line in bill(made)][-2] == "not_the_day"

"""One sentence that says what to do about an item and why, as a buyer would, in English and Portuguese."""

import datetime as dt
import math
from dataclasses import dataclass

from lakecast_schema.alert import Action, Alert


@dataclass(frozen=True)
class Facts:
    """What a reason names; quantities in the item's unit, None where unknown. is_chosen: the order is a scenario's.
    has_review_day: orders are placed on fixed days only.
    """

    alert: Alert
    action: Action
    as_of: dt.date
    unit: str | None
    currency: str | None
    on_hand: float | None
    on_order: float | None
    daily_demand: float
    lead_time_demand: float
    reorder_point: float
    order_up_to: float
    recommended_order: float | None
    recommended_order_value: float | None
    excess: float | None
    excess_value: float | None
    stockout: dt.date | None
    order_by: dt.date | None
    arrival: dt.date | None
    next_due: dt.date | None = None
    is_chosen: bool = False
    has_review_day: bool = False

    def unit_name(self, *, portuguese: bool) -> str:
        """The item's unit; pieces where it has none."""
        return self.unit or ("un" if portuguese else "pcs")

    @property
    def position(self) -> float:
        return (self.on_hand or 0.0) + (self.on_order or 0.0)


def english(facts: Facts) -> str:
    """The reason in English."""
    return _Sentence(facts, portuguese=False).text


def portuguese(facts: Facts) -> str:
    """The reason in Brazilian Portuguese."""
    return _Sentence(facts, portuguese=True).text


@dataclass(frozen=True)
class _Sentence:
    facts: Facts
    portuguese: bool

    def _say(self, english: str, portuguese: str) -> str:
        return portuguese if self.portuguese else english

    @property
    def text(self) -> str:
        facts = self.facts
        if facts.alert is Alert.UNKNOWN:
            return self._unknown()
        parts = [self._stock(), self._overdue(), self._next()]
        return " ".join(part for part in parts if part)

    def _unknown(self) -> str:
        point = self.quantity(self.facts.reorder_point)
        if self.facts.on_hand is None:
            return self._say(
                f"Stock is unknown: count it. The reorder point is {point}.",
                f"Estoque desconhecido: conte-o. O ponto de pedido é {point}.",
            )
        counted, day = self.quantity(self.facts.on_hand), self.day(self.facts.as_of)
        return self._say(
            f"The stock of {counted} was counted on {day} and is too old to decide on: count it. "
            f"The reorder point is {point}.",
            f"O estoque de {counted} foi contado em {day} e é antigo demais para decidir: conte-o. "
            f"O ponto de pedido é {point}.",
        )

    def _stock(self) -> str:
        facts = self.facts
        stock = self.quantity(facts.on_hand)
        if (facts.on_hand or 0.0) <= 0:
            backlog = self.quantity(-(facts.on_hand or 0.0))
            if (facts.on_hand or 0.0) < 0:
                return self._say(f"Out of stock, {backlog} owed.", f"Sem estoque, {backlog} em atraso.")
            return (
                self._say("Out of stock.", "Sem estoque.")
                if facts.order_up_to > 0
                else self._say("No stock, and none is needed.", "Sem estoque, e não é necessário.")
            )
        if facts.stockout is None and facts.daily_demand > 0:
            return self._say(
                f"{stock} on hand should last{self._coming} for more than ten years.",
                f"{stock} em estoque:{self._coming} deve durar mais de dez anos.",
            )
        if facts.stockout is None:
            return self._say(f"{stock} on hand, no demand expected.", f"{stock} em estoque, sem demanda esperada.")
        until, now = self.day(facts.stockout), self.day(facts.as_of)
        return self._say(
            f"{stock} on hand on {now} should last{self._coming} until {until}.",
            f"{stock} em estoque em {now}:{self._coming} deve durar até {until}.",
        )

    @property
    def _coming(self) -> str:
        """That what is on order is counted in, where it comes before stock runs out."""
        facts = self.facts
        if (facts.on_order or 0.0) <= 0 or facts.action is Action.EXPEDITE:
            return ""
        if facts.next_due and facts.stockout and facts.stockout < max(facts.next_due, facts.as_of):
            return ""
        return self._say(", with what is on order,", " com o que está em pedido,")

    def _overdue(self) -> str:
        """That an order is late and yet counts; where it is to be expedited, that is said there."""
        first = self.facts.next_due
        if first is None or first > self.facts.as_of or self.facts.action is Action.EXPEDITE:
            return ""
        day = self.day(first)
        return self._say(
            f"What is on order has been overdue since {day} and counts as due the next day: ask when it comes.",
            f"O que está em pedido está em atraso desde {day} e conta como previsto para o dia seguinte: "
            "pergunte quando chega.",
        )

    def _surplus(self) -> str:
        """How much of an order is there for its minimum and multiples only, where that is most of it."""
        facts = self.facts
        surplus = (facts.recommended_order or 0.0) - (facts.order_up_to - facts.position)
        if facts.is_chosen or surplus * 2 <= (facts.recommended_order or 0.0):
            return ""
        much = self.quantity(surplus)
        return self._say(
            f" {much} of it only for the minimum order and whole multiples.",
            f" Disso, {much} só pelo pedido mínimo e por múltiplos inteiros.",
        )

    def _next(self) -> str:
        facts = self.facts
        if facts.action is Action.ORDER:
            return self._order() + self._surplus()
        if facts.action is Action.EXPEDITE:
            due, when = self.quantity(facts.on_order), self._when()
            return self._say(
                f"Expedite what is on order ({due}{when}): it is enough but comes too late.",
                f"Antecipe o que está em pedido ({due}{when}): basta, mas chega tarde.",
            )
        if facts.order_by is None:
            return self._excess()
        by = self.day(facts.order_by)
        if facts.action is Action.WATCH and facts.has_review_day:
            return self._say(
                f"Nothing to order before {by}, a day of orders.", f"Próximo pedido em {by}, dia de pedidos."
            )
        point, stock = self._point, self._with_orders
        if facts.action is Action.WATCH:
            return self._say(
                f"Nothing to order yet: {stock} reaches the reorder point of {point} by {by}.",
                f"Ainda não é preciso pedir: {stock} chega ao ponto de pedido de {point} até {by}.",
            )
        enough = self._say(
            f"Nothing to order before {by} (reorder point {point}).",
            f"Nada a pedir antes de {by} (ponto de pedido {point}).",
        )
        return " ".join(part for part in (enough, self._excess()) if part)

    @property
    def _point(self) -> str:
        return self.quantity(self.facts.reorder_point)

    @property
    def _with_orders(self) -> str:
        """The position, as a subject of a sentence."""
        position = self.quantity(self.facts.position)
        if (self.facts.on_order or 0.0) <= 0:
            return position
        return self._say(f"{position} with what is on order", f"{position} com o que está em pedido")

    def _order(self) -> str:
        facts, stock, point = self.facts, self._with_orders, self._point
        order, money = self.quantity(facts.recommended_order), self.money(facts.recommended_order_value)
        arrival = self.day(facts.arrival)
        if facts.has_review_day:
            full = self.quantity(facts.order_up_to)
            return self._say(
                f"Order {order}{money} now, the day of orders: {stock} is below {full}; arrival {arrival}.",
                f"Peça {order}{money} agora, dia de pedidos: {stock}, abaixo de {full}; chegada em {arrival}.",
            )
        if facts.position <= 0:  # the sentence before has said so
            return self._say(
                f"Order {order}{money} now; arrival {arrival}.", f"Peça {order}{money} agora; chegada em {arrival}."
            )
        return self._say(
            f"Order {order}{money} now: {stock} is not above the reorder point of {point}; arrival {arrival}.",
            f"Peça {order}{money} agora: {stock} não passa do ponto de pedido de {point}; chegada em {arrival}.",
        )

    def _when(self) -> str:
        """When the first of what is on order is due, where that is known."""
        first = self.facts.next_due
        if first is None:
            return ""
        day = self.day(first)
        if first <= self.facts.as_of:
            return self._say(f", overdue since {day}", f", em atraso desde {day}")
        return self._say(f", due on {day}", f", com entrega em {day}")

    def _excess(self) -> str:
        facts = self.facts
        if facts.action is not Action.REDUCE:
            return ""
        excess, money = self.quantity(facts.excess), self.money(facts.excess_value)
        text = self._say(f"{excess}{money} more than is needed.", f"{excess}{money} além do necessário.")
        coming = min(facts.excess or 0.0, facts.on_order or 0.0)
        if coming <= 0:
            return text
        due, everything = self.quantity(coming), coming == facts.excess
        return f"{text} " + self._say(
            f"{'All of it' if everything else f'Of that, {due}'} is still on order: postpone or cancel.",
            f"{'Tudo isso' if everything else f'Disso, {due}'} ainda está em pedido: adie ou cancele.",
        )

    def quantity(self, value: float | None) -> str:
        """A quantity with its unit: to three digits behind the point, and from a thousand on to none."""
        unit = self.facts.unit_name(portuguese=self.portuguese)
        if value is None or math.isnan(value):
            return "?"
        if self.facts.unit is None:
            one = abs(value) == 1
            unit = self._say("piece" if one else "pieces", "peça" if one else "peças")
        return f"{self.number(value, 0 if float(value).is_integer() or abs(value) >= 1000 else 3)} {unit}"

    def number(self, value: float, digits: int) -> str:
        """A number with separators of thousands, zeros at the end of its decimals left out."""
        text = f"{value:,.{digits}f}"
        if digits:
            text = text.rstrip("0").rstrip(".")
        return text.translate(str.maketrans(",.", ".,")) if self.portuguese else text

    def money(self, value: float | None) -> str:
        """Money in brackets, nothing where unknown."""
        if value is None or math.isnan(value) or value <= 0:
            return ""
        text = f"{value:,.2f}".translate(str.maketrans(",.", ".,")) if self.portuguese else f"{value:,.2f}"
        sign = {"BRL": "R$", "USD": "US$", "EUR": "€"}.get(self.facts.currency or "", self.facts.currency or "")
        return f" ({sign} {text})" if sign else self._say(f" (worth {text})", f" (valor {text})")

    def day(self, value: dt.date | None) -> str:
        """A date as people write it."""
        if value is None:
            return "?"
        return f"{value:%d/%m/%Y}" if self.portuguese else f"{value.day} {value:%b %Y}"

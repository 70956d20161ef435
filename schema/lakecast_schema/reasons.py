"""One sentence that says why an item's alert and order are what they are, in English and Portuguese."""

import math
from dataclasses import dataclass

from lakecast_schema.replenishment import Alert


@dataclass(frozen=True)
class Facts:
    """The numbers that a reason names; quantities in the item's unit, None where unknown."""

    alert: Alert
    on_hand: float | None
    on_order: float | None
    lead_time_days: float
    daily_demand: float
    reorder_point: float
    review_period_days: float
    days_to_stockout: float | None
    recommended_order: float | None


def english(facts: Facts) -> str:
    """The reason in English."""
    say = _Numbers(decimal_comma=False)
    return _ENGLISH[facts.alert].format(**say.of(facts)) + (
        f" Order {say.number(facts.recommended_order)}." if facts.recommended_order else ""
    )


def portuguese(facts: Facts) -> str:
    """The reason in Brazilian Portuguese."""
    say = _Numbers(decimal_comma=True)
    return _PORTUGUESE[facts.alert].format(**say.of(facts)) + (
        f" Pedir {say.number(facts.recommended_order)}." if facts.recommended_order else ""
    )


@dataclass(frozen=True)
class _Numbers:
    decimal_comma: bool

    def number(self, value: float | None) -> str:
        """At most three significant digits after the point, none that say nothing."""
        if value is None or math.isnan(value):
            return "?"
        text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
        return text.replace(".", ",") if self.decimal_comma else text

    def of(self, facts: Facts) -> dict[str, str]:
        position = (facts.on_hand or 0.0) + (facts.on_order or 0.0)
        review = facts.daily_demand * facts.review_period_days
        return {
            "on_hand": self.number(facts.on_hand),
            "position": self.number(position),
            "lead_time": self.number(facts.lead_time_days),
            "daily": self.number(facts.daily_demand),
            "reorder_point": self.number(facts.reorder_point),
            "review_level": self.number(facts.reorder_point + review),
            "stockout": self.number(facts.days_to_stockout),
        }


_ENGLISH = {
    Alert.CRITICAL: (
        "{on_hand} on hand last {stockout} days, but an order placed now takes {lead_time} days to arrive."
    ),
    Alert.HIGH: "{position} on hand and on order are at or below the reorder point of {reorder_point}.",
    Alert.MEDIUM: (
        "{position} on hand and on order will fall to the reorder point of {reorder_point} "
        "within one review period (expected demand {daily} a day)."
    ),
    Alert.OK: (
        "{position} on hand and on order cover the reorder point of {reorder_point} "
        "and one review period (expected demand {daily} a day)."
    ),
    Alert.UNKNOWN: (
        "Stock is unknown; the reorder point is {reorder_point} for a lead time of {lead_time} days "
        "(expected demand {daily} a day)."
    ),
}
_PORTUGUESE = {
    Alert.CRITICAL: (
        "O estoque de {on_hand} dura {stockout} dias, mas um pedido feito agora leva {lead_time} dias para chegar."
    ),
    Alert.HIGH: "{position} em estoque e em pedidos não passam do ponto de pedido de {reorder_point}.",
    Alert.MEDIUM: (
        "{position} em estoque e em pedidos chegarão ao ponto de pedido de {reorder_point} "
        "dentro de um período de revisão (demanda esperada de {daily} por dia)."
    ),
    Alert.OK: (
        "{position} em estoque e em pedidos cobrem o ponto de pedido de {reorder_point} "
        "e um período de revisão (demanda esperada de {daily} por dia)."
    ),
    Alert.UNKNOWN: (
        "Estoque desconhecido; o ponto de pedido é {reorder_point} para um prazo de entrega de {lead_time} dias "
        "(demanda esperada de {daily} por dia)."
    ),
}

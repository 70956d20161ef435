"""The recommended order as a bill: what adds up to it, line by line, in English and Portuguese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lakecast_schema.reasons import Facts

LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "lead_time_demand": (
            "Expected demand until an order placed now arrives",
            "Demanda esperada até a chegada de um pedido feito agora",
        ),
        "safety_stock": ("Safety stock", "Estoque de segurança"),
        "review_demand": ("Demand until the next purchase", "Demanda até a compra seguinte"),
        "on_hand": ("On hand", "Em estoque"),
        "on_order": ("On order", "Em pedidos"),
        "not_due": (
            "Not ordered yet: stock and orders are above the reorder point",
            "Ainda não se pede: estoque e pedidos estão acima do ponto de pedido",
        ),
        "not_the_day": ("Not ordered yet: today is no day of orders", "Ainda não se pede: hoje não é dia de pedidos"),
        "rounding": ("Minimum order and whole multiples", "Pedido mínimo e múltiplos inteiros"),
        "chosen": ("Quantity of the scenario instead", "Quantidade do cenário no lugar"),
        "order": ("Order", "Pedido"),
    }
)
"""Code -> label in English and in Portuguese."""


@dataclass(frozen=True)
class Line:
    """One line of the bill; all but the last add up to it. `code` is the same in every language."""

    code: str
    label: str
    value: float
    unit: str


def bill(facts: Facts, *, portuguese: bool = False) -> Sequence[Line]:
    """The lines of the recommended order; none where stock is unknown."""
    if facts.recommended_order is None or facts.on_hand is None:
        return ()
    values = {
        "lead_time_demand": facts.lead_time_demand,
        "safety_stock": facts.reorder_point - facts.lead_time_demand,
        "review_demand": facts.order_up_to - facts.reorder_point,
        "on_hand": -facts.on_hand,
        "on_order": -(facts.on_order or 0.0),
    }
    rest = facts.recommended_order - sum(values.values())
    idle = "not_the_day" if facts.has_review_day and rest < 0 else "not_due"
    code = "chosen" if facts.is_chosen else "rounding" if facts.recommended_order > 0 else idle
    if abs(rest) > 1e-9:
        values[code] = rest
    values["order"] = facts.recommended_order
    unit = facts.unit_name(portuguese=portuguese)
    return [Line(code, LABELS[code][portuguese], value, unit) for code, value in values.items()]

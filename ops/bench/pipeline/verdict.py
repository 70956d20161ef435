"""Whether a figure is as it has to be, as a cell of the table."""


def verdict(value: float, most: float) -> str:
    """`holds`, or MISSED, with the bound."""
    return f"{'holds' if value <= most else 'MISSED'}: at most {most:g}"

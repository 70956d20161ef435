"""Reorder advice judged as a buyer is judged: order as told, let the demand that came happen, count."""

"""From what models return to contracted tables: forecasts, metrics, training runs, replenishment, summary."""

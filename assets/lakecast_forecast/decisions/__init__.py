"""What past forecasts teach about decisions: how errors of sums grow, and whether promised service was held."""

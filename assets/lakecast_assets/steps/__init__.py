"""The Dagster assets, one module per group; each is a thin shell over plain functions."""

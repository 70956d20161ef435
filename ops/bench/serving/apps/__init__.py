"""Servers that the benchmark starts by uvicorn."""

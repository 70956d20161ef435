"""How all of Lakecast is run: the `lakecast` command, the check-up, progress displays, images and benchmarks."""

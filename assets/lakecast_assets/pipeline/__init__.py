"""Everything that imports Dagster: assets, checks, IO managers, what starts runs, and the instance's own parts."""

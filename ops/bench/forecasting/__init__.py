"""The forecasting benchmark: our sources and their peers on public sets, same series, same machine."""

"""From a folder of files to contracted tables: demand, drivers, items, stock, and the rows that were rejected."""

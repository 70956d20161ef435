-- The tables as PostGraphile's users would have them: keys, indexes, and a computed column for the total.
create table dim_item (item_id text primary key, name text not null, category text not null);
create table fact_metrics (
  item_id text not null references dim_item, source text not null, mae float8, rmse float8, mape float8,
  primary key (item_id, source));
create table fact_forecast (
  date date not null, item_id text not null references dim_item, forecast float8 not null, lower_80 float8,
  upper_80 float8, source text not null);
\copy dim_item from 'dim_item.csv' csv header
\copy fact_metrics from 'fact_metrics.csv' csv header
\copy fact_forecast from 'fact_forecast.csv' csv header
alter table fact_forecast add primary key (item_id, source, date);
create function dim_item_total(i dim_item) returns float8 as $$
  select sum(forecast) from fact_forecast
  where item_id = i.item_id and source = 'ensemble' and date < date '2026-01-31'
$$ language sql stable;
vacuum analyze;

/** Painel do gestor: money in stock, orders of the coming weeks, what service costs, where the data are doubtful. */
import type { JSX } from "preact";
import { to, toItem } from "../address";
import { useAnswer } from "../api";
import { Chart } from "../chart";
import { day, moneyShort, month, parse, percent, quantity } from "../format";
import { ManagerDocument, type AbcClass, type AlertLevel, type ManagerQuery, type StockAction } from "../gql/graphql";
import { iso, keyOf } from "../keep";
import { Bar, Card, DataTable, Loading, SignedBar, Title, Trouble } from "../parts";
import { STATE_WORDS, type State } from "../status";
import { t, type Word } from "../text";

const LEVELS = [0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995];
const MONTHS_OF_BIAS = 12;

export function Manager(): JSX.Element {
  const today = new Date();
  const from = iso(new Date(today.getFullYear(), today.getMonth() - MONTHS_OF_BIAS, 1));
  const { data, problem } = useAnswer(ManagerDocument, { grain: "MONTH", levels: LEVELS, from });
  return (
    <>
      <Title text={t("managerTitle")} />
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {data ? <Content data={data} /> : problem ? null : <Loading />}
    </>
  );
}

function Content({ data }: { data: ManagerQuery }): JSX.Element {
  const currency = data.items.nodes[0]?.currency ?? null;
  const { overview } = data;
  const order = data.order?.[0];
  const excess = data.excess?.[0];
  const coming = excess?.excessOnOrderValue ?? 0;
  const out = (data.out ?? []).reduce((sum, one) => sum + one.itemCount, 0);
  const stats: [Word, string, string, string][] = [
    ["stockValue", moneyShort(overview?.onHandValue, currency), t("nItems", quantity(overview?.itemCount)), to("comprar", [], { estado: "todos" })],
    [
      "excessValue",
      moneyShort(excess?.excessValue, currency),
      coming ? t("idleAndComing", moneyShort((excess?.excessValue ?? 0) - coming, currency), moneyShort(coming, currency)) : items(excess?.itemCount ?? 0),
      to("comprar", [], { estado: "excesso" }),
    ],
    ["ordersDue", moneyShort(order?.recommendedOrderValue, currency), items(order?.itemCount ?? 0), to("comprar")],
    ["statusOut", quantity(out), overview?.itemCount ? percent(out / overview.itemCount, false, 1) : "", to("comprar", [], { estado: "falta" })],
  ];
  return (
    <>
      <ul class="cards four">
        {stats.map(([word, value, more, link]) => (
          <li key={word}>
            <a class="stat" href={link}>
              <span class="label">{t(word)}</span>
              <strong>{value}</strong>
              <small>{more}</small>
            </a>
          </li>
        ))}
      </ul>
      <div class="beside even">
        <Weeks data={data} currency={currency} />
        <Suppliers data={data} currency={currency} />
      </div>
      <div class="beside even">
        <Service data={data} currency={currency} />
        <Matrix data={data} />
      </div>
      <div class="beside even">
        <Bias data={data} />
        <Doubtful data={data} />
      </div>
    </>
  );
}

function items(count: number): string {
  return t(count === 1 ? "oneItem" : "nItems", quantity(count));
}

const WEEKS = 8;
const MILLISECONDS_PER_WEEK = 7 * 86_400_000;

/** What is due now, as the list has it; then by the week of the last day to order. */
function Weeks({ data, currency }: { data: ManagerQuery; currency: string | null }): JSX.Element {
  const today = parse(iso(new Date()));
  const monday = new Date(today.getTime() - ((today.getDay() + 6) % 7) * 86_400_000);
  const rows = Array.from({ length: WEEKS }, (_, n) => ({ from: iso(new Date(monday.getTime() + n * MILLISECONDS_PER_WEEK + 3_600_000)), items: 0 }));
  for (const week of data.weeks ?? []) {
    if (!week.orderWeek) continue;
    const n = Math.max(0, Math.round((parse(week.orderWeek).getTime() - monday.getTime()) / MILLISECONDS_PER_WEEK));
    const row = rows[n];
    if (row) row.items += week.itemCount;
  }
  const due = data.order?.[0];
  const bars = [
    { from: "", name: t("rightNow"), items: due?.itemCount ?? 0, value: due?.recommendedOrderValue ?? 0 },
    ...rows.map((row, n) => ({ ...row, value: 0, name: n === 0 ? t("thisWeek") : day(row.from) })),
  ];
  const most = Math.max(1, ...bars.map((bar) => bar.items));
  return (
    <Card title={t("byWeekTitle")} note={t("byWeekNote")}>
      <table class="bars">
        <thead class="hidden">
          <tr>
            <th scope="col">{t("week")}</th>
            <th scope="col">{t("share")}</th>
            <th scope="col">{t("items")}</th>
            <th scope="col">{t("value")}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, n) => (
            <tr key={bar.from}>
              <th scope="row">{bar.name}</th>
              <td class="long">
                <Bar share={bar.items / most} kind={n === 0 ? "order" : ""} />
              </td>
              <td>{items(bar.items)}</td>
              <td>{bar.value ? moneyShort(bar.value, currency) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const MOST_SUPPLIERS = 8;

function Suppliers({ data, currency }: { data: ManagerQuery; currency: string | null }): JSX.Element {
  const all = [...(data.suppliers ?? [])].sort((a, b) => (b.recommendedOrderValue ?? 0) - (a.recommendedOrderValue ?? 0) || b.itemCount - a.itemCount);
  const byMoney = all.some((one) => one.recommendedOrderValue);
  const weight = (one: (typeof all)[number]): number => (byMoney ? (one.recommendedOrderValue ?? 0) : one.itemCount);
  const most = Math.max(1, ...all.map(weight));
  const more = all.length - MOST_SUPPLIERS;
  return (
    <Card title={t("bySupplierTitle")} note={more > 0 ? t("andMore", quantity(more)) : undefined}>
      {all.length ? (
        <table class="bars">
          <tbody>
            {all.slice(0, MOST_SUPPLIERS).map((one) => (
              <tr key={one.supplier ?? ""}>
                <th scope="row">
                  <a href={to("comprar", [], { por: "fornecedor", aberto: one.supplier ?? "-" })}>{one.supplier ?? t("noSupplier")}</a>
                </th>
                <td class="long">
                  <Bar share={weight(one) / most} />
                </td>
                <td>{items(one.itemCount)}</td>
                <td>{moneyShort(one.recommendedOrderValue, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="quiet">{t("nothingDue")}</p>
      )}
    </Card>
  );
}

function Service({ data, currency }: { data: ManagerQuery; currency: string | null }): JSX.Element {
  const points = data.serviceCurve ?? [];
  const known = points.some((point) => point.safetyStockValue !== null);
  const at = (level: number): number | null | undefined => points.find((point) => point.serviceLevel === level)?.safetyStockValue;
  return (
    <Card title={t("serviceTitle")} note={known ? t("serviceNote", moneyShort(at(0.9), currency), moneyShort(at(0.95), currency), moneyShort(at(0.99), currency)) : undefined}>
      {known ? (
        <Chart
          label={`${t("serviceTitle")}: ${points.map((point) => `${percent(point.serviceLevel, false, 1)} ${moneyShort(point.safetyStockValue, currency)}`).join("; ")}`}
          x={points.map((point) => point.serviceLevel * 100)}
          lines={[{ label: t("safetyStock"), values: points.map((point) => point.safetyStockValue), colour: "accent", width: 2.5 }]}
          numeric={(value) => percent(value / 100, false, 1)}
          y={(value) => moneyShort(value, currency)}
          height={220}
        />
      ) : (
        <p class="quiet">{t("noCosts")}</p>
      )}
    </Card>
  );
}

const CLASSES: (AbcClass | null)[] = ["A", "B", "C", null];
/** Columns of the matrix: those of the list, with the colour of their numbers. Those of ACTIONS count each item once. */
const COLUMNS: [State, AlertLevel | ""][] = [
  ["falta", "CRITICAL"],
  ["vai-faltar", "CRITICAL"],
  ["pedir", "HIGH"],
  ["acompanhar", "MEDIUM"],
  ["excesso", ""],
  ["ordem", "OK"],
  ["conferir", ""],
];
const ACTIONS: Partial<Record<State, StockAction[]>> = {
  pedir: ["ORDER", "EXPEDITE"],
  acompanhar: ["WATCH"],
  excesso: ["REDUCE"],
  ordem: ["NONE"],
  conferir: ["CHECK_DATA"],
};

function Matrix({ data }: { data: ManagerQuery }): JSX.Element {
  const count = (abc: AbcClass | null, state: State): number => {
    if (state === "falta") return sum(data.out, (one) => one.abcClass === abc);
    if (state === "vai-faltar") return sum(data.short, (one) => one.abcClass === abc);
    return sum(data.statuses, (one) => one.abcClass === abc && one.action !== null && ACTIONS[state]!.includes(one.action));
  };
  const rows = CLASSES.filter((abc) => COLUMNS.some(([state]) => count(abc, state)));
  return (
    <Card title={t("matrixTitle")} note={t("matrixNote")}>
      <DataTable
        label={t("matrixTitle")}
        rows={rows}
        columns={[
          { head: t("abcClass"), cell: (abc) => abc ?? t("noClass") },
          ...COLUMNS.map(([state, level]) => ({
            head: t(STATE_WORDS[state]),
            cell: (abc: AbcClass | null) => {
              const items = count(abc, state);
              return abc && items ? <a href={to("comprar", [], { estado: state === "pedir" ? "" : state, abc })}>{quantity(items)}</a> : quantity(items);
            },
            mark: (abc: AbcClass | null) => (count(abc, state) ? `level ${level}` : "quiet"),
          })),
        ]}
      />
    </Card>
  );
}

function sum<One extends { itemCount: number }>(all: readonly One[] | null, counts: (one: One) => boolean): number {
  return (all ?? []).filter(counts).reduce((items, one) => items + one.itemCount, 0);
}

function Bias({ data }: { data: ManagerQuery }): JSX.Element {
  const points = (data.bias?.nodes ?? []).filter((one) => one.period !== null && one.bias !== null).slice(-MONTHS_OF_BIAS);
  const most = Math.max(0.2, ...points.map((one) => Math.abs(one.bias ?? 0)));
  return (
    <Card title={t("biasTitle")} note={t("biasNote")}>
      {points.length ? (
        <table class="bars">
          <tbody>
            {points.map((one) => (
              <tr key={one.period}>
                <th scope="row">{month(parse(one.period!))}</th>
                <td class="long">
                  <SignedBar share={(one.bias ?? 0) / most} />
                </td>
                <td>{percent(one.bias, true)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="quiet">{t("noBacktest")}</p>
      )}
    </Card>
  );
}

function Doubtful({ data }: { data: ManagerQuery }): JSX.Element {
  const list = data.doubtful;
  return (
    <Card title={t("doubtfulTitle")} note={list.totalCount > list.nodes.length ? t("andMore", quantity(list.totalCount - list.nodes.length)) : undefined}>
      {list.nodes.length ? (
        <ul class="plainlist">
          {list.nodes.map((one) => (
            <li key={keyOf(one)}>
              <a href={toItem(one)}>{one.item.name}</a>
              <small>
                {[
                  one.onHand === null ? t("stockUnknown") : one.stockAsOf ? t("countedOn", day(one.stockAsOf)) : null,
                  one.item.leadTimeDays === null ? t("noLeadTime") : null,
                  one.item.unitCost === null ? t("noCost") : null,
                  one.item.supplier === null ? t("noSupplier") : null,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </small>
            </li>
          ))}
        </ul>
      ) : (
        <p class="quiet">{t("nothingDoubtful")}</p>
      )}
    </Card>
  );
}

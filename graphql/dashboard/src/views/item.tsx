/** Item: why so many, what stock does next, and what if. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { list, place, to } from "../address";
import { ask, useAnswer } from "../api";
import { Chart, seconds, type Line as ChartLine, type Mark } from "../chart";
import { ago, cover, day, figure, lasting, money, month, parse, percent, period, quantity, withUnit, DAYS_PER_MONTH } from "../format";
import { ItemDocument, WhatIfDocument, WindowsDocument, type ItemQuery, type ScenarioInput, type WhatIfQuery } from "../gql/graphql";
import { CLASSES, Glossary, OF_CLASSES, OF_SOURCES, Source } from "../glossary";
import { Icon } from "../icons";
import { choices, choose, keyOf } from "../keep";
import { choiceLine, Lines, orderBy } from "../lines";
import { Card, DataTable, DemandFactor, Later, Loading, Pill, Title, Trouble } from "../parts";
import { excessParts, statusOf } from "../status";
import { gapOf, type Gap } from "../stock";
import { language, t, type Word } from "../text";

type Item = NonNullable<ItemQuery["item"]>;
type Advice = NonNullable<Item["replenishment"]>;

/** What else the item's operation answers beside the item. */
type Rest = Pick<ItemQuery, "punctual" | "lower" | "higher" | "tests">;

export function ItemPage(): JSX.Element {
  const [datasetId = "", itemId = ""] = place.value.parts;
  const self = { datasetId: { eq: datasetId }, itemId: { eq: itemId } };
  const { data, problem } = useAnswer(ItemDocument, {
    grain: "MONTH",
    itemId,
    datasetId,
    self,
    tested: self,
    language: language.value === "pt" ? "PT" : "EN",
  });
  const item = data?.item;
  return (
    <>
      <p class="crumb">
        <a href={list.value.address}>
          <Icon name="back" /> {t(list.value.view === "hoje" ? "today" : "buyTitle")}
        </a>
      </p>
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {data && !item ? <p class="notice bad">{t("noItem", itemId)}</p> : null}
      {item ? <Content item={item} rest={data} /> : problem || data ? null : <Loading />}
    </>
  );
}

function Content({ item, rest }: { item: Item; rest: Rest }): JSX.Element {
  const advice = item.replenishment;
  return (
    <>
      <Title text={item.name}>{advice ? <Pill status={statusOf(advice)} /> : null}</Title>
      <p class="facts">
        {[
          item.itemId,
          item.sku && item.sku !== item.itemId ? item.sku : null,
          item.supplier,
          item.category,
          item.location,
          item.abcClass ? `ABC ${item.abcClass}` : null,
          item.criticality ? t("criticalityIs", String(item.criticality)) : null,
          item.unitCost === null ? null : t("unitCostIs", money(item.unitCost, item.currency)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {item.isActive ? null : <p class="notice">{t("inactive")}</p>}
      {advice ? <Decision item={item} advice={advice} rest={rest} /> : <p class="notice">{t("noAdvice")}</p>}
      <Later>
        {() => (
          <>
            <Use item={item} />
            {advice ? <OthersOfSupplier item={item} /> : null}
            <Sources item={item} />
          </>
        )}
      </Later>
    </>
  );
}

function Decision({ item, advice, rest }: { item: Item; advice: Advice; rest: Rest }): JSX.Element {
  const [scenario, setScenario] = useState<ScenarioInput>({});
  const result = useWhatIf(item, scenario);
  const hasScenario = Object.keys(scenario).length > 0;
  const unit = item.unit;
  const facts: [Word, string, string][] = [
    ["onHand", withUnit(advice.onHand, unit), advice.stockAsOf ? t("countedOn", day(advice.stockAsOf)) : ""],
    ["toReceive", advice.onOrder ? quantity(advice.onOrder) : "–", advice.inbound.filter((one) => one.date).slice(0, 2).map((one) => `${quantity(one.quantity)} ${t("on")} ${day(one.date)}`).join(", ")],
    ["usePerMonth", quantity(advice.dailyDemand * DAYS_PER_MONTH), t("forecastUse")],
    ["coverDays", cover(advice.daysToStockout), advice.stockoutDate ? t("runsOutOn", day(advice.stockoutDate)) : ""],
    ...(advice.action === "REDUCE" ? idle(item, advice) : ordering(advice, unit)),
  ];
  return (
    <>
      <p class="reason">{advice.reason}</p>
      <dl class="strip">
        {facts.map(([word, value, more]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd>
              {value}
              <small>{more}</small>
            </dd>
          </div>
        ))}
      </dl>
      <div class="beside even">
        <Bill item={item} advice={advice} rest={rest} />
        <WhatIf item={item} advice={advice} rest={rest} scenario={scenario} set={setScenario} result={hasScenario ? result : null} />
      </div>
      <Stock advice={advice} item={item} result={hasScenario ? result : null} />
    </>
  );
}

/** When to order and when it comes, with the days without stock. */
function ordering(advice: Advice, unit: string | null): [Word, string, string][] {
  const [when, more] = orderBy(advice);
  return [
    ["orderBy", when, [more, t("leadTimeIs", quantity(Math.round(advice.leadTimeDays)))].filter(Boolean).join("; ")],
    ["arrives", day(advice.arrivalDate), t("ifOrderedOn", day(advice.asOf))],
    ...(advice.projection ? [without(advice, unit)] : []),
  ];
}

/** Of an excess: since when nothing was taken, what stands and what is on its way. */
function idle(item: Item, advice: Advice): [Word, string, string][] {
  const { standing, coming } = excessParts(advice);
  const worth = (amount: number): [string, string] =>
    item.unitCost === null || amount <= 0
      ? [amount > 0 ? withUnit(amount, item.unit) : "–", ""]
      : [money(amount * item.unitCost, item.currency), withUnit(amount, item.unit)];
  const last = item.lastDemandDate;
  return [
    ["lastUse", last === null ? t("neverUsed") : period(last, item.frequency), last === null ? "" : ago(last, advice.asOf)],
    ["idle", ...worth(standing)],
    ["coming", worth(coming)[0], coming > 0 ? `${worth(coming)[1]} · ${t("postponeOrCancel")}` : ""],
  ];
}

/** Days without stock and pieces that are missing meanwhile, although the order is placed on the day of the stock. */
function without(advice: Advice, unit: string | null): [Word, string, string] {
  const gap = gapOf(advice);
  if (!gap) return ["daysWithout", t("noneWithout"), t("evenIfOrdered")];
  return ["daysWithout", daysOf(gap), t("withoutWhen", day(gap.from), day(gap.until), withUnit(gap.days * advice.dailyDemand, unit))];
}

function daysOf(gap: Gap): string {
  return gap.isOpen ? t("atLeastDays", gap.days) : t(gap.days === 1 ? "oneDay" : "nDays", gap.days);
}

/** Why there is safety stock, in one sentence: what of it is for which uncertainty, and for which promise. */
function safety(item: Item, advice: Advice, punctual: number | null): string {
  if (advice.safetyStock <= 0) return "";
  const promise = [percent(advice.serviceLevel, false, 1), t(advice.serviceMeasure === "FILL" ? "ofPieces" : "ofCycles")];
  const [whole, late] = [Math.round(advice.safetyStock), Math.round(advice.safetyStock - (punctual ?? advice.safetyStock))];
  const [total, typical] = [withUnit(advice.safetyStock, item.unit), quantity(advice.demandStd)];
  if (late < 1 || late >= whole) return t("safetyOfUse", total, typical, ...promise);
  return t("safetyIs", total, quantity(whole - late), typical, quantity(late), quantity(Math.round(advice.leadTimeStdDays)), ...promise);
}

/** How large the order is, in what a buyer knows: months of use, the month of most use, forecasts that were wrong. */
function size(item: Item, advice: Advice, rest: Rest): string[] {
  const order = advice.recommendedOrder ?? 0;
  if (order <= 0 || advice.dailyDemand <= 0) return [];
  const months = order / (advice.dailyDemand * DAYS_PER_MONTH);
  const says = months >= 1 ? [t("coversIs", lasting(order / advice.dailyDemand), withUnit(advice.dailyDemand * DAYS_PER_MONTH, item.unit))] : [];
  const { dates, quantities } = item.months;
  const most = Math.max(...quantities.map((value) => value ?? 0));
  const when = dates[quantities.indexOf(most)];
  const isMonthly = item.frequency === "DAILY" || item.frequency === "WEEKLY" || item.frequency === "MONTHLY";
  if (isMonthly && when && most > 0) says.push(t("highestMonth", dates.length, withUnit(most, item.unit), month(parse(when))));
  return [...says, ...missed(rest)];
}

const NEWEST_TESTS = 3;
const MISSED = 0.15;

/** Whether the newest forecasts of the backtest were too low or too high, all of them together. */
function missed(rest: Rest): string[] {
  const newest = [...(rest.tests?.nodes ?? [])]
    .filter((one) => one.actual !== null)
    .sort((a, b) => (a.cutoff ?? "").localeCompare(b.cutoff ?? ""))
    .slice(-NEWEST_TESTS);
  const used = newest.reduce((sum, one) => sum + (one.actual ?? 0), 0);
  const share = used > 0 ? newest.reduce((sum, one) => sum + one.forecast, 0) / used - 1 : 0;
  if (newest.length < 2 || Math.abs(share) < MISSED) return [];
  return [t(share < 0 ? "wereTooLow" : "wereTooHigh", newest.length, percent(Math.abs(share)))];
}

/** Why another service level would make no other order: what was ever used bounds the stock. */
function capped(advice: Advice, rest: Rest): string {
  const [lower, higher] = [rest.lower, rest.higher].map((one) => one?.nodes[0]?.scenario.reorderPoint ?? null);
  const isHigher = isSame(higher, advice.reorderPoint);
  if (advice.dailyDemand <= 0 || !(isHigher || isSame(lower, higher))) return "";
  const days = quantity(Math.round(advice.leadTimeDays + advice.reviewPeriodDays));
  return t(isSame(lower, higher) ? "cappedBoth" : "cappedAbove", days);
}

/** Whether two figures are one: one of them is stored, the other one made anew. */
function isSame(one: number | null | undefined, other: number | null | undefined): boolean {
  return one != null && other != null && Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(other));
}

const SUM_WORDS: [string, Word][] = [
  ["lead_time_demand", "sumUse"],
  ["review_demand", "sumNext"],
  ["safety_stock", "sumSafety"],
  ["on_hand", "sumOnHand"],
  ["on_order", "sumOnOrder"],
];

/** The sum of an order in one line: what is needed, less what there is and what is on its way, in whole multiples. */
function sum(item: Item, advice: Advice): string {
  const order = advice.recommendedOrder ?? 0;
  const values = new Map(advice.explanation.map((line) => [line.code, line.value]));
  if (order <= 0 || values.size === 0) return "";
  const terms = SUM_WORDS.filter(([code]) => values.get(code)).map(([code, word], n) => {
    const value = values.get(code) ?? 0;
    return `${value < 0 ? "−\u00a0" : n > 0 ? "+\u00a0" : ""}${t(word, quantity(Math.abs(value)))}`;
  });
  const needed = quantity(order - (values.get("rounding") ?? 0));
  const whole = withUnit(order, item.unit);
  return `${terms.join(" ")} = ${needed === quantity(order) ? whole : t("sumRounded", needed, whole)}.`;
}

/** The order as a bill, and the line for the list of what to buy. */
function Bill({ item, advice, rest }: { item: Item; advice: Advice; rest: Rest }): JSX.Element {
  const lines = advice.explanation;
  const punctual = rest.punctual?.nodes[0]?.scenario.safetyStock ?? null;
  const total = sum(item, advice);
  const says = size(item, advice, rest);
  const choice = choices.value[keyOf(item)];
  const own = choiceLine(advice, advice.recommendedOrder ?? 0);
  return (
    <Card title={advice.recommendedOrder ? t("whySoMany", withUnit(advice.recommendedOrder, item.unit)) : t("whyNone")}>
      {total ? <p class="sumline">{total}</p> : null}
      {says.length ? <p>{says.join(" ")}</p> : null}
      {lines.length ? (
        <table class="bill">
          <tbody>
            {lines.map((line, n) => (
              <tr key={line.code} class={n === lines.length - 1 ? "total" : ""}>
                <th scope="row">{line.label}</th>
                <td>{n > 0 && n < lines.length - 1 && line.value > 0 ? "+ " : ""}{quantity(line.value === 0 ? 0 : line.value).replace("-", "− ")}</td>
                <td class="unit">{line.unit}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="quiet">{t("noBill")}</p>
      )}
      <p class="quiet">
        {safety(item, advice, punctual)} {capped(advice, rest)} {t("terms", quantity(Math.round(advice.leadTimeDays)), quantity(Math.round(advice.reviewPeriodDays)))}
        {advice.minOrderQuantity > 1 ? ` ${t("minimumIs", quantity(advice.minOrderQuantity))}` : ""}
        {advice.orderMultiple > 1 ? ` ${t("multipleIs", quantity(advice.orderMultiple))}` : ""}
      </p>
      {advice.recommendedOrder ? (
        <p>
          <button type="button" class={choice?.ticked ? "button" : "button main"} aria-pressed={choice?.ticked ?? false} onClick={() => choose(own, { ticked: !choice?.ticked })}>
            {choice?.ticked ? <Icon name="check" /> : null} {t(choice?.ticked ? "onList" : "addToList")}
          </button>
        </p>
      ) : null}
    </Card>
  );
}

type Scenario = NonNullable<WhatIfQuery["whatIf"]>["nodes"][number]["scenario"];

const PAUSE_MILLISECONDS = 200;

function useWhatIf(item: Item, scenario: ScenarioInput): Scenario | null {
  const [result, setResult] = useState<Scenario | null>(null);
  const key = JSON.stringify(scenario);
  useEffect(() => {
    if (key === "{}") {
      setResult(null);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const where = { datasetId: { eq: item.datasetId }, itemId: { eq: item.itemId } };
      ask(WhatIfDocument, { where, scenario }, { signal: stop.signal }).then(
        (data) => setResult(data.whatIf?.nodes[0]?.scenario ?? null),
        () => undefined, // the connection's state is said at the top of the page
      );
    }, PAUSE_MILLISECONDS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, item.datasetId, item.itemId]);
  return result;
}

const LEVELS = [0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995];

interface WhatIfProps {
  item: Item;
  advice: Advice;
  rest: Rest;
  scenario: ScenarioInput;
  set: (scenario: ScenarioInput) => void;
  result: Scenario | null;
}

function WhatIf({ item, advice, rest, scenario, set, result }: WhatIfProps): JSX.Element {
  const number = (name: "leadTimeDays" | "orderQuantity", least: number) => (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement).value;
    const value = Number(text.replace(",", "."));
    const { [name]: _, ...rest } = scenario;
    set(text === "" || Number.isNaN(value) || value < least ? rest : { ...rest, [name]: value });
  };
  const lead = Math.round(advice.leadTimeDays);
  const levels = [...new Set([...LEVELS, advice.serviceLevel])].sort();
  const demand = scenario.demandFactor ?? 1;
  const own = choiceLine(advice, advice.recommendedOrder ?? 0);
  const take = (): void => choose(own, { quantity: result?.recommendedOrder === own.formula ? null : (result?.recommendedOrder ?? null), ticked: true });
  return (
    <Card title={t("whatIf")} class="whatif">
      <div class="field">
        <label for="lead">{t("leadTimeDays")}</label>
        <input id="lead" type="number" min="0" max="730" step="1" placeholder={String(lead)} value={scenario.leadTimeDays ?? ""} onInput={number("leadTimeDays", 0)} />
        <button type="button" class="chip" onClick={() => set({ ...scenario, leadTimeDays: lead + 14 })}>
          {t("twoWeeksMore")}
        </button>
      </div>
      <div class="field">
        <label for="level">{t("serviceLevel")}</label>
        <select
          id="level"
          value={String(scenario.serviceLevel ?? advice.serviceLevel)}
          onChange={(event) => {
            const { serviceLevel: _, ...rest } = scenario;
            const level = Number(event.currentTarget.value);
            set(level === advice.serviceLevel ? rest : { ...rest, serviceLevel: level });
          }}
        >
          {levels.map((level) => (
            <option key={level} value={String(level)}>
              {percent(level, false, 1)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="demand">{t("demand")}</label>
        <DemandFactor
          id="demand"
          factor={demand}
          set={(factor) => {
            const { demandFactor: _, ...rest } = scenario;
            set(factor === null ? rest : { ...rest, demandFactor: factor });
          }}
        />
        <output for="demand">{percent(demand - 1, true)}</output>
      </div>
      <div class="field">
        <label for="own">{t("ownQuantity")}</label>
        <input id="own" type="number" min="0" step="any" placeholder={quantity(advice.recommendedOrder ?? 0)} value={scenario.orderQuantity ?? ""} onInput={number("orderQuantity", 0)} />
        <span class="unit">{item.unit ?? t("pieces")}</span>
      </div>
      {scenario.serviceLevel !== undefined && isSame(result?.reorderPoint, advice.reorderPoint) ? <p class="quiet">{capped(advice, rest)}</p> : null}
      <div class="outcome" role="status">
        {result ? <BeforeAndAfter item={item} advice={advice} result={result} /> : <p class="quiet">{t("whatIfWhat")}</p>}
      </div>
      {result?.recommendedOrder ? (
        <button type="button" class="button main" onClick={take}>
          {t("addQuantity", withUnit(result.recommendedOrder, item.unit))}
        </button>
      ) : null}
      {Object.keys(scenario).length ? (
        <button type="button" class="button" onClick={() => set({})}>
          <Icon name="undo" /> {t("backToAdvice")}
        </button>
      ) : null}
    </Card>
  );
}

/** The advice as it stands and under the scenario, side by side. */
function BeforeAndAfter({ item, advice, result }: { item: Item; advice: Advice; result: Scenario }): JSX.Element {
  const both = [advice, { ...result, asOf: advice.asOf }];
  const gaps = both.map((one) => gapOf(one));
  const rows: [Word, (one: Advice | Scenario, n: number) => string][] = [
    ["toOrder", (one) => withUnit(one.recommendedOrder, item.unit)],
    ["value", (one) => money(one.recommendedOrderValue, item.currency)],
    ["orderBy", (one) => orderBy({ ...one, asOf: advice.asOf }).filter(Boolean).join(", ")],
    ["arrives", (one) => (one.recommendedOrder ? day(one.arrivalDate) : "–")],
    ["runsOut", (one) => (one.stockoutDate ? day(one.stockoutDate) : t("never"))],
    ["daysWithout", (_, n) => (gaps[n] ? daysOf(gaps[n]) : t("noneWithout"))],
    ["piecesShort", (one, n) => (gaps[n] ? withUnit(gaps[n].days * one.dailyDemand, item.unit) : "–")],
  ];
  return (
    <DataTable
      rows={rows}
      columns={[
        { head: <span class="hidden">{t("whatIf")}</span>, cell: ([word]) => t(word) },
        { head: t("asItIs"), cell: ([, cell]) => cell(advice, 0) },
        { head: t("withChange"), cell: ([, cell]) => <strong>{cell(result, 1)}</strong> },
      ]}
    />
  );
}

/** Stock of the next 90 days, without and with the order; of the scenario where there is one. */
function Stock({ item, advice, result }: { item: Item; advice: Advice; result: Scenario | null }): JSX.Element | null {
  const base = advice.projection;
  if (!base) return null;
  const shown = result?.projection ?? base;
  const point = result?.reorderPoint ?? advice.reorderPoint;
  const upTo = result?.orderUpTo ?? advice.orderUpTo;
  const order = result ? result.recommendedOrder : advice.recommendedOrder;
  const x = shown.dates.map(seconds);
  const flat = (value: number): number[] => x.map(() => value);
  const lines: ChartLine[] = [
    { label: t("lower80"), values: shown.lower80, colour: "soft", width: 0.5 },
    { label: t("upper80"), values: shown.upper80, colour: "soft", width: 0.5 },
    { label: t("withoutOrder"), values: shown.expected, colour: "short" },
    ...(order ? [{ label: t("withOrder"), values: shown.withOrder, colour: "accent" as const, width: 2.5 }] : []),
    ...(result ? [{ label: t("adviceToday"), values: advice.projection?.withOrder ?? [], colour: "muted" as const, kind: "dashes" as const }] : []),
    { label: t("reorderPoint"), values: flat(point), colour: "order", kind: "dashes" },
    { label: t("orderUpTo"), values: flat(upTo), colour: "muted", kind: "dashes", width: 1 },
  ];
  const stockout = result ? result.stockoutDate : advice.stockoutDate;
  const arrival = (result ?? advice).arrivalDate;
  const marks: Mark[] = [
    ...(stockout ? [{ at: seconds(stockout), text: t("runsOutOn", day(stockout)), colour: "out" as const }] : []),
    ...(order && arrival ? [{ at: seconds(arrival), text: t("arrivesOn", day(arrival)), colour: "accent" as const }] : []),
    ...advice.inbound.flatMap((one) => (one.date ? [{ at: seconds(one.date), text: `+${quantity(one.quantity)}`, colour: "ok" as const }] : [])),
  ];
  const said = [
    t("stockChart", item.name),
    stockout ? t("runsOutOn", day(stockout)) : t("doesNotRunOut"),
    order && arrival ? `${t("withOrder")}: ${t("arrivesOn", day(arrival))}` : "",
    `${t("reorderPoint")}: ${quantity(point)}`,
  ];
  return (
    <Card title={t("stockTitle")}>
      <Chart label={said.filter(Boolean).join(". ")} x={x} lines={lines} band={[0, 1]} marks={marks} height={280} />
    </Card>
  );
}

/** Use by month for two years, with the months of the forecast; or period by period with its bands. */
function Use({ item }: { item: Item }): JSX.Element {
  const isFine = item.frequency === "DAILY" || item.frequency === "WEEKLY";
  const byMonth = useSignal(isFine);
  return (
    <Card title={t("useTitle")} class="use">
      {isFine ? (
        <div class="segments" role="group" aria-label={t("useTitle")}>
          <button type="button" aria-pressed={byMonth.value} onClick={() => (byMonth.value = true)}>
            {t("byMonth")}
          </button>
          <button type="button" aria-pressed={!byMonth.value} onClick={() => (byMonth.value = false)}>
            {t(item.frequency === "DAILY" ? "byDay" : "byWeek")}
          </button>
        </div>
      ) : null}
      {byMonth.value ? <Months item={item} /> : <Periods item={item} />}
      <p class="quiet">{ofOrder(item)}</p>
    </Card>
  );
}

const PERIOD_DAYS = { DAILY: 1, WEEKLY: 7, MONTHLY: DAYS_PER_MONTH, QUARTERLY: 3 * DAYS_PER_MONTH, YEARLY: 12 * DAYS_PER_MONTH } as const;

/** Per month, of a sum over some periods of the item. */
function perMonth(item: Item, sum: number, periods: number): number {
  return (sum / (periods * PERIOD_DAYS[item.frequency ?? "DAILY"])) * DAYS_PER_MONTH;
}

const ALIKE = 0.05;

/** The use per month that the order counts on, and why it is another than that of the forecast. */
function ofOrder(item: Item): string {
  const { replenishment: advice, forecast } = item;
  if (!advice || !forecast) return "";
  const rest = forecast.forecast.filter((_, n) => (forecast.dates[n] ?? "") > advice.asOf);
  const use = advice.dailyDemand * DAYS_PER_MONTH;
  const predicted = rest.length ? perMonth(item, rest.reduce((sum, value) => sum + value, 0), rest.length) : use;
  if (Math.abs(use - predicted) <= ALIKE * Math.max(use, predicted)) return t("useIsForecast", withUnit(use, item.unit));
  return t("useIsMixed", withUnit(use, item.unit), quantity(predicted));
}

function Months({ item }: { item: Item }): JSX.Element {
  const used = new Map(item.months.dates.map((date, n) => [date, item.months.quantities[n] ?? null]));
  const ahead = new Map<string, number>();
  item.forecast?.dates.forEach((date, n) => {
    const first = `${date.slice(0, 7)}-01`;
    ahead.set(first, (ahead.get(first) ?? 0) + (item.forecast?.forecast[n] ?? 0));
  });
  const dates = [...new Set([...used.keys(), ...ahead.keys()])].sort();
  const last = item.forecast?.dates.at(-1);
  const lines: ChartLine[] = [
    // A month that has begun: what was used and what is still expected.
    { label: t("forecast"), values: dates.map((date) => (ahead.has(date) ? ahead.get(date)! + (used.get(date) ?? 0) : null)), colour: "soft", kind: "bars" },
    { label: t("used"), values: dates.map((date) => used.get(date) ?? null), colour: "accent", kind: "bars" },
  ];
  const full = [...used].filter(([date]) => !ahead.has(date)).map(([, value]) => value ?? 0);
  const mean = full.length ? full.reduce((sum, value) => sum + value, 0) / full.length : null;
  return (
    <>
      <Chart label={`${t("useTitle")}: ${item.name}. ${mean === null ? "" : t("meanPerMonth", quantity(mean))}`} x={dates.map(seconds)} lines={lines} months />
      <p class="quiet">
        {mean === null ? "" : t("meanPerMonth", withUnit(mean, item.unit))} {last ? t("forecastUntil", day(last)) : ""}
      </p>
    </>
  );
}

function Periods({ item }: { item: Item }): JSX.Element {
  const { history, forecast } = item;
  const dates = [...history.dates, ...(forecast?.dates ?? [])];
  const behind = history.dates.length;
  const before = Array<null>(behind).fill(null);
  const lines: ChartLine[] = [
    { label: t("lower80"), values: [...before, ...(forecast?.lower80 ?? [])], colour: "soft", width: 0.5 },
    { label: t("upper80"), values: [...before, ...(forecast?.upper80 ?? [])], colour: "soft", width: 0.5 },
    { label: t("used"), values: [...history.quantities, ...dates.slice(behind).map(() => null)], colour: "accent", width: 1.5 },
    { label: t("forecast"), values: [...before, ...(forecast?.forecast ?? [])], colour: "short" },
  ];
  return (
    <Chart
      label={`${t("useTitle")}: ${item.name}`}
      x={dates.map(seconds)}
      lines={lines}
      band={[0, 1]}
      months={item.frequency !== "DAILY" && item.frequency !== "WEEKLY"}
    />
  );
}

function OthersOfSupplier({ item }: { item: Item }): JSX.Element | null {
  if (!item.supplier || item.supplierOrders.length === 0) return null;
  return (
    <section class="card">
      <div class="head">
        <h2>{t("othersOf", item.supplier)}</h2>
        <a href={to("comprar", [], { por: "fornecedor", aberto: item.supplier })}>{t("seeAll")}</a>
      </div>
      <Lines lines={item.supplierOrders} label={t("othersOf", item.supplier)} />
    </section>
  );
}

/** How the forecast was made and how good it was, folded away. */
function Sources({ item }: { item: Item }): JSX.Element {
  const open = useSignal(false);
  const periods = item.forecast?.dates.length ?? 0;
  const monthly = (total: number | undefined): number | null => (total === undefined || !periods ? null : perMonth(item, total, periods));
  const best = [...item.metrics].sort((a, b) => (a.quantileLoss ?? Infinity) - (b.quantileLoss ?? Infinity));
  return (
    <details class="card" onToggle={(event) => (open.value = (event.currentTarget as HTMLDetailsElement).open)}>
      <summary>
        <h2>{t("sources")}</h2>
      </summary>
      <p class="quiet">
        {item.demandClass ? t("classIs", t(CLASSES[item.demandClass])) : ""} {item.champion ? t("championIs") : ""}
      </p>
      {item.forecastIssue ? <p class="notice">{t("forecastIssue")} {item.forecastIssue}</p> : null}
      {best.length ? (
        <DataTable
          label={t("sources")}
          rows={best}
          mark={(one) => (one.source === item.champion ? "champion" : "")}
          columns={[
            { head: t("source"), cell: (one) => <Source name={one.source} /> },
            { head: t("quantileLoss"), cell: (one) => figure(one.quantileLoss) },
            { head: t("rmsse"), cell: (one) => figure(one.rmsse) },
            { head: t("error"), cell: (one) => percent(one.wape) },
            { head: t("bias"), cell: (one) => figure(one.bias) },
            { head: t("coverage80"), cell: (one) => percent(one.coverage80) },
            { head: t("skill"), cell: (one) => percent(one.skill, true) },
            { head: t("forecastTotal"), cell: (one) => quantity(monthly(item.forecastSeries.find((some) => some.source === one.source)?.total)) },
          ]}
        />
      ) : (
        <p class="quiet">{t("noMetrics")}</p>
      )}
      <Glossary words={[...(item.demandClass ? OF_CLASSES.filter(([word]) => word === CLASSES[item.demandClass!]) : []), ...(best.length ? OF_SOURCES : [])]} />
      {open.value ? <Windows item={item} /> : null}
    </details>
  );
}

/** What was forecast in the backtest, and what came. */
function Windows({ item }: { item: Item }): JSX.Element | null {
  const { data, problem } = useAnswer(WindowsDocument, { itemId: item.itemId, datasetId: item.datasetId });
  if (problem) return <Trouble problem={problem} />;
  const some = (data?.item?.forecastSeries ?? []).filter((one) => one.source === data?.item?.champion);
  if (!data) return <Loading />;
  if (!some.length) return null;
  return (
    <>
      <h3>{t("windows")}</h3>
      <DataTable
        label={t("windows")}
        rows={some.map((one) => ({ ...one, ...compared(one) }))}
        columns={[
          { head: t("forecastOn"), cell: (one) => (item.frequency === "MONTHLY" && one.cutoff ? month(parse(one.cutoff)) : day(one.cutoff)) },
          { head: t("until"), cell: (one) => day(one.dates.at(-1)) },
          { head: t("forecast"), cell: (one) => quantity(one.predicted) },
          { head: t("actual"), cell: (one) => quantity(one.demand) },
          { head: t("difference"), cell: (one) => (one.demand ? percent((one.predicted - one.demand) / one.demand, true) : "–") },
        ]}
      />
    </>
  );
}

/** Sums of what was forecast and what came, over the periods whose demand is known. */
function compared(one: { actual: readonly (number | null)[]; forecast: readonly number[] }): { predicted: number; demand: number } {
  const known = one.actual.map((value, n) => [value, one.forecast[n] ?? 0] as const).filter(([value]) => value !== null);
  return { predicted: known.reduce((sum, [, value]) => sum + value, 0), demand: known.reduce((sum, [value]) => sum + (value ?? 0), 0) };
}

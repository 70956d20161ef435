/** Comprar: the work list, by priority or by supplier. Filters stand in the address; pages come from the server. */
import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { filter, place } from "../address";
import { useAnswer } from "../api";
import { day, moneyShort, quantity } from "../format";
import {
  BuyDocument,
  SuppliersDocument,
  type FiguresFragment,
  type LineFragment,
  type ReplenishmentFilter,
  type ReplenishmentOrder,
  type SuppliersQuery,
} from "../gql/graphql";
import { Icon } from "../icons";
import { choose, iso, postponed, postponedToday } from "../keep";
import { ExcessLines } from "../excess";
import { choiceLine, Lines, type Sort } from "../lines";
import { excessOf, Loading, Title, Trouble } from "../parts";
import { STATE_FILTERS, STATE_WORDS, STATES, stateOf, topUp, without, type State } from "../status";
import { t, type Word } from "../text";

const PAGE = 50;

const SORTS: Record<Sort, ReplenishmentOrder[]> = {
  "": [{ field: "PRIORITY", direction: "ASC" }],
  nome: [{ field: "NAME", direction: "ASC" }],
  estoque: [{ field: "ON_HAND", direction: "ASC" }],
  dura: [{ field: "DAYS_TO_STOCKOUT", direction: "ASC" }],
  acaba: [{ field: "STOCKOUT_DATE", direction: "ASC" }],
  "pedir-ate": [{ field: "ORDER_BY_DATE", direction: "ASC" }],
  valor: [{ field: "RECOMMENDED_ORDER_VALUE", direction: "DESC" }],
  saida: [{ field: "LAST_DEMAND_DATE", direction: "ASC" }],
};
/** Of excess, the most comes first. */
const SORTS_OF_EXCESS: Partial<Record<Sort, ReplenishmentOrder[]>> = {
  "": [{ field: "EXCESS_VALUE", direction: "DESC" }],
  dura: [{ field: "DAYS_TO_STOCKOUT", direction: "DESC" }],
  valor: [{ field: "EXCESS_VALUE", direction: "DESC" }],
};

interface Wanted {
  state: State;
  /** State and what is typed and chosen. */
  conditions: ReplenishmentFilter[];
  /** Items that are put off. */
  off: ReturnType<typeof postponedToday>;
  showsOff: boolean;
}

function wanted(): Wanted {
  const { filters } = place.value;
  const state = stateOf(filters["estado"]);
  const conditions: ReplenishmentFilter[] = [STATE_FILTERS[state]];
  if (filters["busca"]) conditions.push({ search: filters["busca"] });
  if (filters["fornecedor"]) conditions.push({ supplier: { eq: filters["fornecedor"] } });
  if (filters["categoria"]) conditions.push({ category: { eq: filters["categoria"] } });
  const abc = filters["abc"];
  if (abc === "A" || abc === "B" || abc === "C") conditions.push({ item: { abcClass: { eq: abc } } });
  const off = postponedToday(new Date());
  return { state, conditions, off, showsOff: filters["adiados"] === "sim" };
}

export function Buy(): JSX.Element {
  const now = wanted();
  const bySupplier = place.value.filters["por"] === "fornecedor";
  return (
    <>
      <Title text={t("buyTitle")} />
      <States state={now.state} />
      {bySupplier ? <BySupplier wanted={now} /> : <ByPriority wanted={now} />}
    </>
  );
}

function States({ state }: { state: State }): JSX.Element {
  return (
    <div class="states" role="group" aria-label={t("status")}>
      {STATES.map((one) => (
        <button key={one} type="button" class={`chip ${one}`} aria-pressed={one === state} onClick={() => show(one)}>
          {t(STATE_WORDS[one])}
        </button>
      ))}
    </div>
  );
}

/** Show another state; the order by last use is that of excess alone. */
function show(state: State): void {
  const isOfExcess = place.value.filters["ordem"] === "saida";
  filter({ estado: state === "pedir" ? "" : state, ...(isOfExcess ? { ordem: "" } : {}) });
}

type Facets = SuppliersQuery["facets"];

const TYPING_MILLISECONDS = 250;

/** What is typed is asked for when the typing pauses. A component of its own: a key draws the field, not the choices. */
function SearchField(): JSX.Element {
  const asked = place.value.filters["busca"] ?? "";
  const [text, setText] = useState(asked);
  const last = useRef(text);
  useEffect(() => {
    if (asked !== last.current) {
      last.current = asked;
      setText(asked);
    }
  }, [asked]);
  useEffect(() => {
    if (text.trim() === last.current) return;
    const timer = setTimeout(() => {
      last.current = text.trim();
      filter({ busca: text.trim() });
    }, TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label class="field wide">
      <span>{t("searchLabel")}</span>
      <input type="search" value={text} placeholder={t("searchWhat")} onInput={(event) => setText(event.currentTarget.value)} />
    </label>
  );
}

type Counts = readonly { value: string; itemCount: number }[];

const NO_COUNTS: Counts = [];

/** One value of a facet, or every one. Drawn again only when its values or the address change. */
function Pick({ name, label, every, values }: { name: string; label: string; every: string; values: Counts }): JSX.Element {
  const chosen = place.value.filters[name] ?? "";
  return (
    <label class="field">
      <span>{label}</span>
      <select value={chosen} onChange={(event) => filter({ [name]: event.currentTarget.value })}>
        <option value="">{every}</option>
        {chosen && !values.some((one) => one.value === chosen) ? <option value={chosen}>{chosen}</option> : null}
        {values.map((one) => (
          <option key={one.value} value={one.value}>
            {one.value} ({quantity(one.itemCount)})
          </option>
        ))}
      </select>
    </label>
  );
}

const SORT_WORDS: [Sort, Word][] = [
  ["", "byPriority"],
  ["acaba", "runsOut"],
  ["pedir-ate", "orderBy"],
  ["valor", "value"],
  ["nome", "item"],
];
const SORT_WORDS_OF_EXCESS: [Sort, Word][] = [
  ["", "byExcess"],
  ["saida", "byLastUse"],
  ["dura", "byDuration"],
  ["nome", "item"],
];

/** The order of the list: headings order it, too, but a phone has none. */
function Order({ state }: { state: State }): JSX.Element {
  const isExcess = state === "excesso";
  const words = isExcess ? SORT_WORDS_OF_EXCESS : SORT_WORDS;
  const now = place.value.filters["ordem"] ?? "";
  return (
    <label class={isExcess ? "field" : "field order"}>
      <span>{t("sortBy")}</span>
      <select value={words.some(([sort]) => sort === now) ? now : ""} onChange={(event) => filter({ ordem: event.currentTarget.value })}>
        {words.map(([sort, word]) => (
          <option key={sort} value={sort}>
            {t(word)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ToolsProps {
  facets: Facets;
  state: State;
  bySupplier: boolean;
  off: number;
  showsOff: boolean;
}

/** Search, choices, and how the list is grouped. */
function Tools({ facets, state, bySupplier, off, showsOff }: ToolsProps): JSX.Element {
  return (
    <div class="tools">
      <SearchField />
      <Pick name="fornecedor" label={t("supplier")} every={t("every")} values={facets?.suppliers ?? NO_COUNTS} />
      <Pick name="categoria" label={t("category")} every={t("everyF")} values={facets?.categories ?? NO_COUNTS} />
      <Pick name="abc" label="ABC" every={t("everyF")} values={facets?.abcClasses ?? NO_COUNTS} />
      {bySupplier ? null : <Order state={state} />}
      <div class="segments" role="group" aria-label={t("groupBy")}>
        <button type="button" aria-pressed={!bySupplier} onClick={() => filter({ por: "" })}>
          {t(state === "excesso" ? "oneList" : "byPriority")}
        </button>
        <button type="button" aria-pressed={bySupplier} onClick={() => filter({ por: "fornecedor", fornecedor: "" })}>
          {t("bySupplier")}
        </button>
      </div>
      {off ? (
        <p class="quiet off">
          <Icon name="clock" /> {t(off === 1 ? "onePutOff" : "nPutOff", off)}{" "}
          <button type="button" class="link" onClick={() => filter({ adiados: showsOff ? "" : "sim" })}>
            {t(showsOff ? "hide" : "show")}
          </button>{" "}
          <button type="button" class="link" onClick={() => (postponed.value = {})}>
            {t("takeUp")}
          </button>
        </p>
      ) : null}
    </div>
  );
}

function where(now: Wanted): ReplenishmentFilter {
  return { and: [...now.conditions, ...(now.showsOff ? [] : without(now.off))] };
}

function Sum({ figures, state, currency }: { figures: FiguresFragment | undefined; state: State; currency: string | null }): JSX.Element {
  const items = figures?.itemCount ?? 0;
  const value = state === "excesso" ? figures?.excessValue : figures?.recommendedOrderValue;
  return (
    <p class="sum" role="status">
      <strong>{t(items === 1 ? "oneItem" : "nItems", quantity(items))}</strong>
      {value ? <> · {state === "excesso" ? excessOf(figures, currency) : t("toOrderValue", moneyShort(value, currency))}</> : null}
    </p>
  );
}

function ByPriority({ wanted: now }: { wanted: Wanted }): JSX.Element {
  const sort = (place.value.filters["ordem"] ?? "") as Sort;
  const which = where(now);
  const key = JSON.stringify([which, sort]);
  // Cursors of the pages before this one; another filter begins at the first page.
  const [pages, setPages] = useState<{ key: string; after: (string | null)[] }>({ key, after: [null] });
  const after = pages.key === key ? pages.after : [null];
  const { data, problem, loading } = useAnswer(BuyDocument, {
    grain: "MONTH",
    where: which,
    all: STATE_FILTERS[now.state],
    orderBy: orderOf(now.state, sort),
    first: PAGE,
    after: after.at(-1) ?? null,
  });
  const list = data?.replenishment;
  const Shown = now.state === "excesso" ? ExcessLines : Lines;
  const from = (after.length - 1) * PAGE;
  const turn = (next: (string | null)[]): void => {
    setPages({ key, after: next });
    document.getElementById("list")?.scrollIntoView();
  };
  return (
    <>
      <Tools facets={data?.facets ?? null} state={now.state} bySupplier={false} off={now.off.length} showsOff={now.showsOff} />
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {list ? (
        <section class="card" id="list" aria-busy={loading}>
          <div class="head">
            <Sum figures={data.totals?.[0]} state={now.state} currency={data.items.nodes[0]?.currency ?? null} />
            <Export which={which} order={orderOf(now.state, sort)} />
          </div>
          {now.state === "excesso" && list.nodes.length ? <p class="quiet note">{t("excessNote")}</p> : null}
          {list.nodes.length ? (
            <Shown lines={list.nodes} label={t("buyTitle")} sort={now.state === "excesso" ? sort || "valor" : sort} onSort={(next) => filter({ ordem: next })} />
          ) : (
            <p class="quiet">{now.conditions.length > 1 ? t("nothingMatches") : t("nothingHere")}</p>
          )}
          {list.totalCount > PAGE ? (
            <nav class="pages" aria-label={t("pages")}>
              <button type="button" disabled={after.length < 2} onClick={() => turn(after.slice(0, -1))}>
                {t("previous")}
              </button>
              <span>{t("fromTo", quantity(from + 1), quantity(from + list.nodes.length), quantity(list.totalCount))}</span>
              <button type="button" disabled={!list.pageInfo.hasNextPage} onClick={() => turn([...after, list.pageInfo.endCursor])}>
                {t("next")}
              </button>
            </nav>
          ) : null}
        </section>
      ) : problem ? null : (
        <Loading />
      )}
      {data ? <WhatIfList wanted={now} currency={data.items.nodes[0]?.currency ?? null} /> : null}
    </>
  );
}

function orderOf(state: State, sort: Sort): ReplenishmentOrder[] {
  if (sort === "" && state === "acompanhar") return SORTS["pedir-ate"];
  return (state === "excesso" ? SORTS_OF_EXCESS[sort] : undefined) ?? SORTS[sort] ?? SORTS[""];
}

type ListScenarioProps = { where: ReplenishmentFilter; currency: string | null };
const listScenario = signal<ComponentType<ListScenarioProps> | null>(null);

/** What if, for all items that match whatever their status; its code comes when it is unfolded. */
function WhatIfList({ wanted: now, currency }: { wanted: Wanted; currency: string | null }): JSX.Element {
  const Shown = listScenario.value;
  const load = (): void => void import("./scenario").then((module) => (listScenario.value = module.ListScenario));
  return (
    <details class="card" onToggle={load}>
      <summary>
        <h2>{t("whatIfList")}</h2>
      </summary>
      {Shown ? <Shown where={{ and: now.conditions.slice(1) }} currency={currency} /> : null}
    </details>
  );
}

/** The whole list as a file, made by the server. */
function Export({ which, order }: { which: ReplenishmentFilter; order: ReplenishmentOrder[] }): JSX.Element {
  const query = new URLSearchParams({ where: JSON.stringify(which), orderBy: JSON.stringify(order), language: t("code") });
  return (
    <a class="button" href={`export/replenishment.csv?${query}`} download>
      <Icon name="download" /> {t("exportList")}
    </a>
  );
}

function BySupplier({ wanted: now }: { wanted: Wanted }): JSX.Element {
  const which = where(now);
  const open = place.value.filters["aberto"];
  const of: ReplenishmentFilter = { supplier: open === "-" ? { isNull: true } : { eq: open ?? "" } };
  const off = now.showsOff ? [] : without(now.off);
  const { data, problem, loading } = useAnswer(SuppliersDocument, {
    grain: "MONTH",
    where: which,
    all: STATE_FILTERS[now.state],
    isOpen: open !== undefined,
    due: open === undefined ? null : { and: [...now.conditions, of, ...off] },
    dueOrder: orderOf(now.state, ""),
    soon: open === undefined ? null : { and: [of, STATE_FILTERS.acompanhar, ...off] },
  });
  const currency = data?.items.nodes[0]?.currency ?? null;
  const isExcess = now.state === "excesso";
  const money = (one: FiguresFragment): number => (isExcess ? one.excessValue : one.recommendedOrderValue) ?? 0;
  const suppliers = [...(data?.suppliers ?? [])].sort((a, b) => money(b) - money(a) || b.itemCount - a.itemCount);
  return (
    <>
      <Tools facets={data?.facets ?? null} state={now.state} bySupplier off={now.off.length} showsOff={now.showsOff} />
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {data ? (
        <section class="suppliers" id="list" aria-busy={loading}>
          <Sum figures={data.totals?.[0]} state={now.state} currency={currency} />
          {suppliers.map((one) => {
            const name = one.supplier ?? "-";
            const isOpen = open === name;
            return (
              <section class="card supplier" key={name} data-supplier={name}>
                <h2>
                  <button type="button" aria-expanded={isOpen} onClick={() => filter({ aberto: isOpen ? "" : name })}>
                    <Icon name="down" />
                    <span class="name">{one.supplier ?? t("noSupplier")}</span>
                    <span>{t(one.itemCount === 1 ? "oneItem" : "nItems", quantity(one.itemCount))}</span>
                    <span class="money">{moneyShort(isExcess ? one.excessValue : one.recommendedOrderValue, currency)}</span>
                    {(isExcess ? excessWords(one, currency) : orderWords(one)).map((words, n) => (
                      <span class="quiet" key={n}>
                        {words}
                      </span>
                    ))}
                  </button>
                </h2>
                {isOpen ? <SupplierLines supplier={one.supplier} wanted={now} data={data} /> : null}
              </section>
            );
          })}
          {suppliers.length ? null : <p class="quiet">{now.conditions.length > 1 ? t("nothingMatches") : t("nothingHere")}</p>}
        </section>
      ) : problem ? null : (
        <Loading />
      )}
    </>
  );
}

/** What there is to say of the excess of a supplier: what stands, and what is on its way. */
function excessWords(figures: FiguresFragment, currency: string | null): [string, string] {
  const coming = figures.excessOnOrderValue ?? 0;
  return [t("idleValue", moneyShort((figures.excessValue ?? 0) - coming, currency)), coming ? t("comingValue", moneyShort(coming, currency)) : ""];
}

/** What there is to say of the orders to a supplier. */
function orderWords(one: NonNullable<SuppliersQuery["suppliers"]>[number]): [string, string] {
  const until = one.orderByDate;
  return [
    one.meanLeadTimeDays == null ? "" : t("meanLeadTimeIs", quantity(Math.round(one.meanLeadTimeDays))),
    until === null ? "" : until <= iso(new Date()) ? t("orderToday") : t("orderByIs", day(until)),
  ];
}

/** The lines of one supplier, and what would be due before the next order to it. */
function SupplierLines({ supplier, wanted: now, data }: { supplier: string | null; wanted: Wanted; data: SuppliersQuery }): JSX.Element {
  // What is there may be of the supplier that was open before.
  if (!data.due || !data.soon || [...data.due.nodes, ...data.soon.nodes].some((line) => line.item.supplier !== supplier)) return <Loading />;
  const due = data.due.nodes;
  const Shown = now.state === "excesso" ? ExcessLines : Lines;
  const soon = now.state === "pedir" ? data.soon.nodes.filter((line) => topUp(line) > 0) : [];
  const tick = (lines: LineFragment[], of: (line: LineFragment) => number) => (): void =>
    lines.forEach((line) => choose(choiceLine(line, of(line)), { ticked: true }));
  return (
    <>
      <Shown lines={due} label={supplier ?? t("noSupplier")} />
      {data.due.totalCount > due.length ? <p class="quiet">{t("firstOf", quantity(due.length), quantity(data.due.totalCount))}</p> : null}
      {due.length && now.state === "pedir" ? (
        <p>
          <button type="button" class="button" onClick={tick(due, (line) => line.recommendedOrder ?? 0)}>
            {t("tickSupplier")}
          </button>
        </p>
      ) : null}
      {soon.length ? (
        <div class="soon">
          <div class="head">
            <h3>{t("completeOrder")}</h3>
            <button type="button" class="button" onClick={tick(soon, topUp)}>
              {t("tickThese")}
            </button>
          </div>
          <p class="quiet">{t("completeWhat")}</p>
          <Lines lines={soon} label={t("completeOrder")} soon />
        </div>
      ) : null}
    </>
  );
}

/** Hoje: how old the data are, five cards, what changed, and where to begin. */
import type { JSX } from "preact";
import { to, toItem } from "../address";
import { useAnswer } from "../api";
import { day, daysBetween, moneyShort, quantity } from "../format";
import { TodayDocument, type AgeFragment, type ChangeCause, type AlertLevel, type FiguresFragment, type TodayQuery } from "../gql/graphql";
import { Icon } from "../icons";
import { keyOf, postponedToday, visit } from "../keep";
import { Lines } from "../lines";
import { Loading, Title, Trouble } from "../parts";
import { LEVEL_WORDS, STATE_FILTERS, STATE_WORDS, STATUS_WORDS, statusOf, without, type State } from "../status";
import { t, type Word } from "../text";

export function Today(): JSX.Element {
  const since = visit.value.last;
  const off = postponedToday(new Date());
  const { data, problem } = useAnswer(TodayDocument, {
    grain: "MONTH",
    since,
    hasVisit: since !== null,
    todo: { and: [STATE_FILTERS.pedir, ...without(off)] },
  });
  return (
    <>
      <Title text={t("todayTitle")} />
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {data ? <Content data={data} off={off.length} /> : problem ? null : <Loading />}
    </>
  );
}

function Content({ data, off }: { data: TodayQuery; off: number }): JSX.Element {
  const currency = data.items.nodes[0]?.currency ?? null;
  const lines = data.replenishment.nodes;
  return (
    <>
      <Age data={data} />
      <Cards data={data} currency={currency} />
      <div class="beside">
        <section class="card begin">
          <div class="head">
            <h2>{t("beginHere")}</h2>
            <a href={to("comprar")}>{t("wholeList", quantity(data.replenishment.totalCount))}</a>
          </div>
          {lines.length ? <p class="quiet">{t("beginOrder")}</p> : null}
          {lines.length ? <Lines lines={lines} label={t("beginHere")} /> : <p class="quiet">{t("nothingDue")}</p>}
          {off ? <p class="quiet">{t(off === 1 ? "onePutOff" : "nPutOff", off)} <a href={to("comprar", [], { adiados: "sim" })}>{t("show")}</a></p> : null}
        </section>
        <Changes data={data} />
      </div>
    </>
  );
}

const PERIOD_DAYS = { daily: 1, weekly: 7, monthly: 31, quarterly: 92, yearly: 366 } as const;
const PERIODS = 3;

/** The age of demand and stock. Too old: by more than three of the items' periods, and by more than three days. */
export function age(data: Pick<TodayQuery, keyof typeof PERIOD_DAYS>, today: Date): { from: string | null; what: Word; days: number; stale: boolean } {
  let worst: { from: string | null; what: Word; days: number; stale: boolean } = { from: null, what: "dataUntil", days: 0, stale: false };
  for (const frequency of Object.keys(PERIOD_DAYS) as (keyof typeof PERIOD_DAYS)[]) {
    const one: AgeFragment | null = data[frequency];
    if (!one || one.itemCount === 0) continue;
    for (const [from, what] of [
      [one.demandAsOf, "dataUntil"],
      [one.stockAsOf, "stockOf"],
    ] as [string | null, Word][]) {
      if (from === null) continue;
      // A month is known when it is over: its day is the first one.
      const days = Math.max(0, daysBetween(from, today) - (what === "dataUntil" ? PERIOD_DAYS[frequency] - 1 : 0));
      const stale = days > Math.max(3, PERIODS * PERIOD_DAYS[frequency]);
      if (worst.from === null || Number(stale) > Number(worst.stale) || (stale === worst.stale && days > worst.days)) {
        worst = { from, what, days, stale };
      }
    }
  }
  return worst;
}

function Age({ data }: { data: TodayQuery }): JSX.Element {
  const { from, what, stale } = age(data, new Date());
  const warnings = data.overview?.warnings ?? 0;
  const check = data.check?.[0]?.itemCount ?? 0;
  const ago = from === null ? 0 : daysBetween(from, new Date());
  const when = ago <= 0 ? t("today_") : ago === 1 ? t("yesterday") : t("daysAgo", ago);
  return (
    <p class={stale ? "notice bad age" : "notice age"} role={stale ? "alert" : undefined}>
      {stale ? <Icon name="alert" /> : <Icon name="check" />}
      <span>
        {from === null ? t("noDates") : `${t(what)} ${day(from)} (${when})`}
        {stale ? <strong>{t("updateFirst")}</strong> : "."}
        {warnings ? <> <a href={to("confianca")}>{t(warnings === 1 ? "oneWarning" : "nWarnings", warnings)}</a></> : null}
        {check ? <> <a href={to("comprar", [], { estado: "conferir" })}>{t(check === 1 ? "oneToCheck" : "nToCheck", check)}</a></> : null}
      </span>
    </p>
  );
}

type CardName = "out" | "short" | "order" | "watch" | "excess";
const CARDS: [CardName, State, Word, Word, (figures: FiguresFragment) => number | null][] = [
  ["out", "falta", "outWhat", "toOrderValue", (f) => f.recommendedOrderValue],
  ["short", "vai-faltar", "shortWhat", "toOrderValue", (f) => f.recommendedOrderValue],
  ["order", "pedir", "orderWhat", "toOrderValue", (f) => f.recommendedOrderValue],
  ["watch", "acompanhar", "watchWhat", "inStockValue", (f) => f.onHandValue],
  ["excess", "excesso", "excessWhat", "idleValue", (f) => (f.excessValue === null ? null : f.excessValue - (f.excessOnOrderValue ?? 0))],
];

function Cards({ data, currency }: { data: TodayQuery; currency: string | null }): JSX.Element {
  return (
    <ul class="cards">
      {CARDS.map(([name, state, what, of, value]) => {
        const figures = data[name]?.[0];
        const sum = figures ? value(figures) : null;
        return (
          <li key={name}>
            <a class={`stat ${name}`} href={to("comprar", [], { estado: state })}>
              <span class="label">{t(STATE_WORDS[state])}</span>
              <strong>{quantity(figures?.itemCount ?? 0)}</strong>
              <span class="money">{sum ? t(of, moneyShort(sum, currency)) : " "}</span>
              <small>{name === "excess" && figures?.excessOnOrderValue ? t("comingExcess", moneyShort(figures.excessOnOrderValue, currency)) : t(what)}</small>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

const CAUSES: Record<ChangeCause, Word> = {
  FORECAST: "causeForecast",
  STOCK: "causeStock",
  TERMS: "causeTerms",
  METHOD: "causeMethod",
  NEW: "causeNew",
  GONE: "causeGone",
};

type ChangePage = NonNullable<TodayQuery["changes"]>;

function Changes({ data }: { data: TodayQuery }): JSX.Element {
  const sinceVisit = data.changesSinceVisit ?? null;
  return (
    <section class="card changes">
      <h2>{t("changed")}</h2>
      <ChangeList title={t("sincePrevious")} page={data.changes} />
      {sinceVisit && sinceVisit.totalCount !== data.changes?.totalCount ? <ChangeList title={t("sinceVisit")} page={sinceVisit} /> : null}
    </section>
  );
}

/** The status that an item has now. */
function after({ after: level, item }: ChangePage["nodes"][number]): string {
  if (level === null) return t("levelNone");
  return t(item.replenishment ? STATUS_WORDS[statusOf(item.replenishment)] : LEVEL_WORDS[level]);
}

const MOST_CHANGES = 8;
const GRAVITY: AlertLevel[] = ["CRITICAL", "HIGH", "UNKNOWN", "MEDIUM", "OK"];

function worstFirst(page: ChangePage): ChangePage["nodes"] {
  const rank = (level: AlertLevel | null): number => (level === null ? GRAVITY.length : GRAVITY.indexOf(level));
  return [...page.nodes].sort((a, b) => rank(a.after) - rank(b.after)).slice(0, MOST_CHANGES);
}

function ChangeList({ title, page }: { title: string; page: ChangePage | null }): JSX.Element {
  const total = page?.totalCount ?? 0;
  return (
    <>
      <h3>
        {title} <span class="count">{quantity(total)}</span>
      </h3>
      {page && total ? (
        <ul class="plainlist">
          {worstFirst(page).map((change) => (
            <li key={keyOf(change.item)}>
              <a href={toItem(change.item)}>{change.item.name}</a>
              <small>
                <span class={`level ${change.before ?? ""}`}>{change.before ? t(LEVEL_WORDS[change.before]) : t("levelNone")}</span>
                {" → "}
                <span class={`level ${change.after ?? ""}`}>{after(change)}</span>
                {" · "}
                {t(CAUSES[change.cause])}
              </small>
            </li>
          ))}
        </ul>
      ) : (
        <p class="quiet">{t("noChanges")}</p>
      )}
      {total > MOST_CHANGES ? <p class="quiet">{t("andMore", quantity(total - MOST_CHANGES))}</p> : null}
    </>
  );
}

/** The list of lines to buy: a table on a desk, cards on a phone. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { toItem } from "./address";
import { cover, day, daysBefore, DAYS_PER_MONTH, money, quantity, withUnit } from "./format";
import type { LineFragment } from "./gql/graphql";
import { Icon } from "./icons";
import { choices, choose, keyOf, postpone, quantityOf, type Choice, type ChoiceLine } from "./keep";
import { Pill, Spark } from "./parts";
import { daysLate, statusOf, topUp } from "./status";
import { t, type Word } from "./text";

export type Sort = "" | "nome" | "estoque" | "dura" | "acaba" | "pedir-ate" | "valor" | "saida";

type ChoiceFacts = Pick<LineFragment, "itemId" | "datasetId" | "orderByDate" | "arrivalDate"> & {
  item: Pick<LineFragment["item"], "sku" | "name" | "supplier" | "unit" | "unitCost" | "currency">;
};

/** What is kept of a line. `formula`: what is proposed for it. */
export function choiceLine(line: ChoiceFacts, formula: number): ChoiceLine {
  const { item } = line;
  return {
    itemId: line.itemId,
    datasetId: line.datasetId,
    sku: item.sku,
    name: item.name,
    supplier: item.supplier,
    unit: item.unit,
    unitCost: item.unitCost,
    currency: item.currency,
    formula,
    orderByDate: line.orderByDate,
    arrivalDate: line.arrivalDate,
  };
}

interface Props {
  lines: LineFragment[];
  label: string;
  /** Without: the order cannot be changed. */
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Lines that are not due yet are topped up with the next order. */
  soon?: boolean;
}

const HEADS: [Word, Sort | null, string][] = [
  ["status", null, ""],
  ["item", "nome", ""],
  ["onHand", "estoque", "number"],
  ["toReceive", null, "number receive"],
  ["usePerMonth", null, "number"],
  ["coverDays", "dura", "number"],
  ["runsOut", "acaba", "number"],
  ["orderBy", "pedir-ate", "number"],
  ["arrives", null, "number arrives"],
  ["quantity", null, "number"],
  ["value", "valor", "number"],
];

interface HeadProps {
  word: Word;
  by: Sort | null;
  kind: string;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  falls?: boolean;
}

/** A column's heading, which orders the list where it can. `falls`: the greatest comes first. */
export function Head({ word, by, kind, sort, onSort, falls = by === "valor" }: HeadProps): JSX.Element {
  const isSorted = by !== null && sort === by;
  return (
    <th role="columnheader" scope="col" class={kind} aria-sort={isSorted ? (falls ? "descending" : "ascending") : undefined}>
      {by && onSort ? (
        <button type="button" class="sort" onClick={() => onSort(isSorted ? "" : by)}>
          {t(word)}
          {isSorted ? <Icon name="down" /> : null}
        </button>
      ) : (
        t(word)
      )}
    </th>
  );
}

export function Lines({ lines, label, sort, onSort, soon = false }: Props): JSX.Element {
  const shown = useShown(lines);
  const all = lines.length > 0 && lines.every((line) => choices.value[keyOf(line)]?.ticked);
  const proposal = (line: LineFragment): number => (soon ? topUp(line) : (line.recommendedOrder ?? 0));
  const tickAll = (): void => lines.forEach((line) => choose(choiceLine(line, proposal(line)), { ticked: !all }));
  return (
    <table class="lines" role="table" aria-label={label} aria-busy={shown < lines.length}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" class="tick">
            <label>
              <input type="checkbox" checked={all} onChange={tickAll} />
              <span class="hidden">{t("tickAll")}</span>
            </label>
          </th>
          {HEADS.map(([word, by, kind]) => (
            <Head key={word} word={word} by={by} kind={kind} sort={sort} onSort={onSort} />
          ))}
          <th role="columnheader" scope="col">
            <span class="hidden">{t("putOff")}</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {lines.slice(0, shown).map((line) => (
          <Line key={keyOf(line)} line={line} formula={proposal(line)} />
        ))}
      </tbody>
    </table>
  );
}

const ROWS_AT_ONCE = 4;

/** How many of the lines are drawn: a few at a time, so that a slow computer never stands still for fifty. */
export function useShown(lines: LineFragment[]): number {
  const [state, set] = useState({ lines, shown: ROWS_AT_ONCE });
  const isSame = state.lines === lines || (state.lines.length === lines.length && state.lines.every((line, n) => line.itemId === lines[n]?.itemId));
  const shown = isSame ? state.shown : ROWS_AT_ONCE;
  useEffect(() => {
    if (shown >= lines.length) return;
    const timer = setTimeout(() => set({ lines, shown: shown + ROWS_AT_ONCE }));
    return () => clearTimeout(timer);
  }, [lines, shown]);
  return shown;
}

/** An item as the heading of its row. */
export function ItemHead({ line }: { line: LineFragment }): JSX.Element {
  const { item } = line;
  return (
    <th role="rowheader" scope="row" class="item">
      <a href={toItem(line)}>{item.name}</a>
      <small>
        {item.abcClass ? <abbr class={`abc ${item.abcClass}`} title={t("abcIs", item.abcClass)}>{item.abcClass}</abbr> : null}
        {item.criticality ? <abbr class="crit" title={t("criticalityIs", String(item.criticality))}>{t("crit", item.criticality)}</abbr> : null}
        <span class="code">{line.itemId}</span>
        {item.supplier ? <span class="supplier">{item.supplier}</span> : null}
      </small>
    </th>
  );
}

function Line({ line, formula }: { line: LineFragment; formula: number }): JSX.Element {
  const choice: Choice | undefined = choices.value[keyOf(line)];
  const status = statusOf(line);
  const { item } = line;
  const own = choiceLine(line, formula);
  const wanted = choice ? quantityOf({ ...choice, line: own }) : formula;
  const cost = item.unitCost ?? (line.recommendedOrder ? (line.recommendedOrderValue ?? NaN) / line.recommendedOrder : NaN);
  const value = wanted === line.recommendedOrder ? line.recommendedOrderValue : Number.isNaN(cost) ? null : wanted * cost;
  const next = line.inbound.find((one) => one.date !== null);
  return (
    <tr role="row" data-item={line.itemId} class={choice?.ticked ? "ticked" : ""}>
      <td role="cell" class="tick">
        <label>
          <input type="checkbox" checked={choice?.ticked ?? false} onChange={() => choose(own, { ticked: !choice?.ticked })} />
          <span class="hidden">{t("tickItem", item.name)}</span>
        </label>
      </td>
      <td role="cell" class="status">
        <Pill status={status} />
      </td>
      <ItemHead line={line} />
      <Cell label="onHand" class="onhand">{withUnit(line.onHand, item.unit)}</Cell>
      <Cell label="toReceive" class="receive">
        {line.onOrder ? quantity(line.onOrder) : "–"}
        {next ? <small>{day(next.date)}</small> : null}
      </Cell>
      <Cell label="usePerMonth" class="use">
        {quantity(line.dailyDemand * DAYS_PER_MONTH)}
        <Spark values={item.history.quantities} />
      </Cell>
      <Cell label="coverDays" class="cover">{cover(line.daysToStockout)}</Cell>
      <Cell label="runsOut" class="runsout">{day(line.stockoutDate)}</Cell>
      <Cell label="orderBy" class="orderby">
        <OrderBy line={line} />
      </Cell>
      <Cell label="arrives" class="arrives">{wanted > 0 ? day(line.arrivalDate) : "–"}</Cell>
      <td role="cell" class="number quantity">
        <Quantity own={own} choice={choice} />
      </td>
      <Cell label="value" class="value">{money(value, item.currency)}</Cell>
      <td role="cell" class="off">
        <PutOff line={line} />
      </td>
    </tr>
  );
}

/** Until when to order, in words: the answer, and what there is to add. Nothing where there is more than enough. */
export function orderBy(line: Pick<LineFragment, "orderByDate" | "asOf" | "action" | "stockoutDate" | "arrivalDate">): [string, string] {
  const late = daysLate(line);
  if (late > 0) return [t("late"), t("lateSince", daysBefore(line.asOf, late))];
  return [isDue(line) ? t("now") : line.action === "REDUCE" ? "–" : day(line.orderByDate), ""];
}

function OrderBy({ line }: { line: LineFragment }): JSX.Element {
  const [when, more] = orderBy(line);
  return (
    <>
      {isDue(line) ? <strong class="due">{when}</strong> : when}
      {more ? <small>{more}</small> : null}
    </>
  );
}

/** Puts a line off at the second tap: the first asks. */
function PutOff({ line }: { line: LineFragment }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const { name } = line.item;
  return (
    <button
      type="button"
      class={asks ? "button sure" : "link"}
      title={t("putOffLong")}
      onBlur={() => setAsks(false)}
      onClick={() => (asks ? postpone(keyOf(line), name, new Date()) : setAsks(true))}
    >
      {t(asks ? "putOffSure" : "putOff")}
      <span class="hidden">: {name}</span>
    </button>
  );
}

export function Cell({ label, children, class: more }: { label: Word; children: preact.ComponentChildren; class: string }): JSX.Element {
  return (
    <td role="cell" class={`number ${more}`} data-label={t(label)}>
      {children}
    </td>
  );
}

/** Whether the last day to order has come. */
export function isDue(line: Pick<LineFragment, "orderByDate" | "asOf" | "action">): boolean {
  return line.action === "ORDER" || (line.orderByDate !== null && line.orderByDate <= line.asOf);
}

/** What to order: the formula's number, which the buyer may change; it stays visible. */
function Quantity({ own, choice }: { own: ChoiceLine; choice: Choice | undefined }): JSX.Element {
  const changed = choice?.quantity != null;
  const set = (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement).value.replace(",", ".");
    const number = Number(text);
    if (text === "" || Number.isNaN(number) || number < 0 || number === own.formula) choose(own, { quantity: null });
    else choose(own, { quantity: number, ticked: true });
  };
  return (
    <span class={changed ? "amount changed" : "amount"}>
      <input
        type="number"
        min="0"
        step="any"
        inputMode="decimal"
        value={changed ? choice.quantity! : round(own.formula)}
        aria-label={t("quantityOf", own.name)}
        onChange={set}
      />
      <small>{own.unit ?? t("pieces")}</small>
      {changed ? (
        <button type="button" class="formula" onClick={() => choose(own, { quantity: null })}>
          {t("formulaSays", quantity(own.formula))} <Icon name="undo" />
        </button>
      ) : null}
    </span>
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** What the browser keeps between visits: settings of the page, the lines to buy, what was put off. Nothing secret. */
import { effect, signal, type Signal } from "@preact/signals";

const PREFIX = "lakecast:";

/** A signal that is kept in the browser, where the browser allows it. */
export function kept<T>(name: string, initial: T): Signal<T> {
  let value = initial;
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text !== null) value = JSON.parse(text) as T;
  } catch {
    // Storage is off or damaged: begin anew.
  }
  const one = signal(value);
  effect(() => {
    const text = JSON.stringify(one.value);
    try {
      localStorage.setItem(PREFIX + name, text);
    } catch {
      // Kept until the tab closes.
    }
  });
  return one;
}

export type Theme = "auto" | "light" | "dark";
export const theme = kept<Theme>("theme", "auto");

/** The snapshot of the last visit, and that of this one. */
export const visit = kept<{ last: number | null; current: number | null }>("visit", { last: null, current: null });

/** A line to buy, as it was when it was ticked or changed. `quantity` null: the formula's. */
export interface Choice {
  ticked: boolean;
  quantity: number | null;
  line: ChoiceLine;
}

export interface ChoiceLine {
  itemId: string;
  datasetId: string;
  sku: string | null;
  name: string;
  supplier: string | null;
  unit: string | null;
  unitCost: number | null;
  currency: string | null;
  formula: number;
  orderByDate: string | null;
  arrivalDate: string | null;
}

export const choices = kept<Record<string, Choice>>("choices", {});
/** Until when an item is put off, as an ISO date. */
export const postponed = kept<Record<string, string>>("postponed", {});

export const COLUMNS = ["supplier", "itemId", "sku", "name", "quantity", "unit", "unitCost", "value", "orderBy", "arrival"] as const;
export type Column = (typeof COLUMNS)[number];
/** Columns of what is copied or exported. */
export const columns = kept<Column[]>("columns", [...COLUMNS]);

export function keyOf(one: { datasetId: string; itemId: string }): string {
  return `${one.datasetId}\n${one.itemId}`;
}

/** Change what is kept of a line. A line that is neither ticked nor changed is forgotten. */
export function choose(line: ChoiceLine, change: Partial<Choice>): void {
  const key = keyOf(line);
  const old = choices.value[key] ?? { ticked: false, quantity: null, line };
  const next = { ...old, ...change, line };
  const all = { ...choices.value };
  if (!next.ticked && next.quantity === null) delete all[key];
  else all[key] = next;
  choices.value = all;
}

export function quantityOf(choice: Choice): number {
  return choice.quantity ?? choice.line.formula;
}

const DAYS = 7;
/** The item that was put off last in this visit, so that one wrong tap can be undone. */
export const putOff = signal<{ key: string; name: string } | null>(null);

/** Put an item off for a week. */
export function postpone(key: string, name: string, today: Date): void {
  const until = iso(new Date(today.getTime() + DAYS * 86_400_000));
  postponed.value = { ...notPast(today), [key]: until };
  putOff.value = { key, name };
}

/** Take up again what was put off last. */
export function takeUpAgain(today: Date): void {
  const all = notPast(today);
  delete all[putOff.value?.key ?? ""];
  postponed.value = all;
  putOff.value = null;
}

function notPast(today: Date): Record<string, string> {
  return Object.fromEntries(Object.entries(postponed.value).filter(([, until]) => until > iso(today)));
}

/** The items that are put off today. */
export function postponedToday(today: Date): { datasetId: string; itemId: string; until: string }[] {
  return Object.entries(postponed.value)
    .filter(([, until]) => until > iso(today))
    .map(([key, until]) => {
      const [datasetId = "", itemId = ""] = key.split("\n");
      return { datasetId, itemId, until };
    });
}

/** A day of the local calendar as ISO 8601. */
export function iso(day: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

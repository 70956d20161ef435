/** What an order of today does: the server counts from the day of the stock, a buyer from today. */
import { daysBetween, parse } from "./format";
import { iso } from "./keep";

/** When an order placed today arrives: as many days after today as one of the stock's day takes after that. */
export function arrivalOf(line: { asOf?: string | undefined; arrivalDate: string | null }, today = new Date()): string | null {
  if (line.arrivalDate === null || line.asOf === undefined) return line.arrivalDate;
  const date = parse(line.arrivalDate);
  date.setDate(date.getDate() + Math.max(0, daysBetween(line.asOf, today)));
  return iso(date);
}

interface Advice {
  asOf: string;
  arrivalDate: string | null;
  projection: { dates: readonly string[]; expected: readonly number[]; withOrder: readonly number[] } | null;
}

/** Expected stock day by day with what is recommended, ordered today. */
export function withOrderOfToday({ asOf, arrivalDate, projection }: Advice, today = new Date()): number[] {
  const arrival = arrivalOf({ asOf, arrivalDate }, today);
  const { dates, expected, withOrder } = projection ?? { dates: [], expected: [], withOrder: [] };
  return dates.map((date, n) => (arrival !== null && date < arrival ? expected[n] : withOrder[n]) ?? 0);
}

/** Days on which no stock is expected although the order is placed today; `isOpen`: they go on after the last one. */
export interface Gap {
  days: number;
  from: string;
  until: string;
  isOpen: boolean;
}

const NOTHING = 1e-6;

export function gapOf(advice: Advice, today = new Date()): Gap | null {
  const stock = withOrderOfToday(advice, today);
  const dates = advice.projection?.dates ?? [];
  const empty = dates.filter((date, n) => date >= iso(today) && (stock[n] ?? 0) < NOTHING);
  const [from, until] = [empty[0], empty.at(-1)];
  return from === undefined || until === undefined ? null : { days: empty.length, from, until, isOpen: until === dates.at(-1) };
}

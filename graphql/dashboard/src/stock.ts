/** How long an item goes without stock although what is recommended is ordered. */
export interface Gap {
  days: number;
  from: string;
  until: string;
  /** They go on after the last day that is projected. */
  isOpen: boolean;
}

interface Advice {
  projection: { dates: readonly string[]; withOrder: readonly number[] } | null;
}

const NOTHING = 1e-6;

/** Days on which no stock is expected although the order is placed on the day of the stock. */
export function gapOf({ projection }: Advice): Gap | null {
  const { dates, withOrder } = projection ?? { dates: [], withOrder: [] };
  const empty = dates.filter((_, n) => (withOrder[n] ?? 0) < NOTHING);
  const [from, until] = [empty[0], empty.at(-1)];
  return from === undefined || until === undefined ? null : { days: empty.length, from, until, isOpen: until === dates.at(-1) };
}

/** What a line needs, in the words of a buyer: the cards of the first view, and the filter of the list. */
import type { AlertLevel, LineFragment, ReplenishmentFilter } from "./gql/graphql";
import { daysBetween, parse } from "./format";
import type { Word } from "./text";

export type Status = "out" | "short" | "order" | "expedite" | "watch" | "excess" | "check" | "ok";

/** The status of a line. CRITICAL is "out" without stock, and "short" while there is some. */
export function statusOf(line: Pick<LineFragment, "alert" | "action" | "onHand">): Status {
  if (line.action === "CHECK_DATA" || line.alert === "UNKNOWN") return "check";
  if (line.alert === "CRITICAL") return (line.onHand ?? 0) <= 0 ? "out" : "short";
  if (line.action === "ORDER") return "order";
  if (line.action === "EXPEDITE") return "expedite";
  if (line.action === "WATCH") return "watch";
  return line.action === "REDUCE" ? "excess" : "ok";
}

export const STATUS_WORDS: Record<Status, Word> = {
  out: "statusOut",
  short: "statusShort",
  order: "statusOrder",
  expedite: "statusExpedite",
  watch: "statusWatch",
  excess: "statusExcess",
  check: "statusCheck",
  ok: "statusOk",
};

/** An alert level in the words of the states that it covers. */
export const LEVEL_WORDS: Record<AlertLevel, Word> = {
  CRITICAL: "levelCritical",
  HIGH: "levelHigh",
  MEDIUM: "levelMedium",
  OK: "levelOk",
  UNKNOWN: "levelUnknown",
};

/** The states of the list, as they stand in the address. */
export const STATES = ["pedir", "falta", "vai-faltar", "acompanhar", "excesso", "ordem", "conferir", "todos"] as const;
export type State = (typeof STATES)[number];

export const STATE_WORDS: Record<State, Word> = {
  pedir: "statusOrder",
  falta: "statusOut",
  "vai-faltar": "statusShort",
  acompanhar: "statusWatch",
  excesso: "statusExcess",
  ordem: "statusOk",
  conferir: "statusCheck",
  todos: "statusAll",
};

export function stateOf(text: string | undefined): State {
  return STATES.find((state) => state === text) ?? "pedir";
}

export const STATE_FILTERS: Record<State, ReplenishmentFilter> = {
  pedir: { action: { in: ["ORDER", "EXPEDITE"] } },
  falta: { alert: { eq: "CRITICAL" }, onHand: { lte: 0 } },
  "vai-faltar": { alert: { eq: "CRITICAL" }, onHand: { gt: 0 } },
  acompanhar: { action: { eq: "WATCH" } },
  excesso: { action: { eq: "REDUCE" } },
  ordem: { action: { eq: "NONE" } },
  conferir: { action: { eq: "CHECK_DATA" } },
  todos: {},
};

/** Days by which an order of the day of the stock comes too late: so long ago it should have been placed. */
export function daysLate(line: Pick<LineFragment, "action" | "stockoutDate" | "arrivalDate">): number {
  if (line.action !== "ORDER" || line.stockoutDate === null || line.arrivalDate === null) return 0;
  return Math.max(0, daysBetween(line.stockoutDate, parse(line.arrivalDate)));
}

/** Of an excess, what stands there and what is still on its way. */
export function excessParts(line: Pick<LineFragment, "excess" | "onOrder">): { standing: number; coming: number } {
  const excess = line.excess ?? 0;
  const coming = Math.min(excess, line.onOrder ?? 0);
  return { standing: excess - coming, coming };
}

/** What leaves out the items that are put off. */
export function without(some: { datasetId: string; itemId: string }[]): ReplenishmentFilter[] {
  if (some.length === 0) return [];
  return [{ not: { or: some.map((one) => ({ datasetId: { eq: one.datasetId }, itemId: { eq: one.itemId } })) } }];
}

/** What an order that tops a line up would be: whole multiples, at least the minimum; 0 where nothing is missing. */
export function topUp(line: LineFragment): number {
  const missing = line.orderUpTo - (line.position ?? 0);
  if (missing <= 0) return 0;
  const least = Math.max(missing, line.minOrderQuantity);
  const multiple = line.orderMultiple > 0 ? line.orderMultiple : 1;
  return Math.ceil(least / multiple - 1e-9) * multiple;
}

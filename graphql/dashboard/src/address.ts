/** Where we are: view and filters stand behind the address's #, so that the page works below any prefix and a list can
 * be sent to a colleague. */
import { effect, signal } from "@preact/signals";

export type View = "hoje" | "comprar" | "item" | "gestor" | "confianca";
const VIEWS: readonly string[] = ["hoje", "comprar", "item", "gestor", "confianca"];

export interface Place {
  view: View;
  /** What stands behind the view: data set and item. */
  parts: string[];
  filters: Record<string, string>;
}

function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "hoje", ...parts] = path.split("/").filter(Boolean).map(decode);
  return {
    view: (VIEWS.includes(view) ? view : "hoje") as View,
    parts,
    filters: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const place = signal(placeOf(location.hash));
addEventListener("hashchange", () => (place.value = placeOf(location.hash)));

/** The list that was open last, with its filters and order: where an item's page leads back to. */
export const list = signal<{ view: View; address: string }>({ view: "comprar", address: "#/comprar" });
effect(() => {
  const { view, parts, filters } = place.value;
  if (view === "hoje" || view === "comprar") list.value = { view, address: to(view, parts, filters) };
});

/** The address of a view. Empty filters are left out. */
export function to(view: View, parts: string[] = [], filters: Record<string, string> = {}): string {
  const some = Object.entries(filters).filter(([, value]) => value !== "");
  const query = some.length ? `?${new URLSearchParams(some)}` : "";
  return `#/${[view === "hoje" ? "" : view, ...parts.map(encodeURIComponent)].filter(Boolean).join("/")}${query}`;
}

export function toItem(one: { datasetId: string; itemId: string }): string {
  return to("item", [one.datasetId, one.itemId]);
}

/** Change filters of this view; the address follows, without a step back for each letter typed. */
export function filter(change: Record<string, string>): void {
  const { view, parts, filters } = place.value;
  const next = to(view, parts, { ...filters, ...change });
  history.replaceState(null, "", next);
  place.value = placeOf(next);
}

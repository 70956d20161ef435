/** Asking the API: a GET with the operation's hash, so that browsers revalidate by entity tag; its text where a server
 * does not know the hash. */
import { signal } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";
import { PublishedDocument, type TypedDocumentString } from "./gql/graphql";

/** Why there is no answer. `empty`: nothing is published yet; `gone`: the server cannot be reached. */
export interface Problem {
  kind: "empty" | "gone" | "refused";
  message: string;
  code: string;
}

/** Raised by `ask`. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

interface Content<R> {
  data?: R | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string; argument?: string } }[];
}

type Document<R, V> = TypedDocumentString<R, V>;

const LONGEST_ADDRESS = 6000;

/** Raised by one whenever all answers may have changed: a new snapshot, a pin, or the server is back. */
export const edition = signal(0);
/** Whether the server answered lately. */
export const reachable = signal(true);
/** The snapshot that is served, as the subscription says. */
export const served = signal<{ snapshotId: number; committedAt: string } | null>(null);
/** The key of an administrator: in memory only, never stored. */
export const adminKey = signal("");

function hash(document: Document<unknown, unknown>): string {
  return document.__meta__?.["hash"] as string;
}

function address(parameters: Record<string, string>): string {
  return `graphql?${new URLSearchParams(parameters)}`;
}

function byHash(document: Document<unknown, unknown>): string {
  return JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash(document) } });
}

const HEADERS = { accept: "application/graphql-response+json" };

async function post<R>(body: object, signal: AbortSignal | null, key: string): Promise<Content<R>> {
  const headers = { ...HEADERS, "content-type": "application/json", ...(key ? { "x-api-key": key } : {}) };
  const answer = await fetch("graphql", { method: "POST", body: JSON.stringify(body), headers, signal });
  return (await answer.json()) as Content<R>;
}

async function read<R, V>(document: Document<R, V>, variables: V, signal: AbortSignal | null): Promise<Content<R>> {
  const some = document as unknown as Document<unknown, unknown>;
  const at = address({ variables: JSON.stringify(variables), extensions: byHash(some) });
  if (at.length > LONGEST_ADDRESS) {
    return post({ variables, extensions: JSON.parse(byHash(some)) as object }, signal, "");
  }
  const answer = await fetch(at, { headers: HEADERS, signal });
  return (await answer.json()) as Content<R>;
}

/** Items with quarters or years have no months: they are asked for by longer periods. */
const COARSER: Record<string, string> = { MONTH: "QUARTER", QUARTER: "YEAR" };

const UNKNOWN_HASH = ["PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"];

/** The answer to a query, or with a key to a mutation. Raises ApiError. Where some fields failed, the others stand. */
export async function ask<R, V>(
  document: Document<R, V>,
  variables: V,
  options: { signal?: AbortSignal; key?: string } = {},
): Promise<R> {
  const signal = options.signal ?? null;
  const mutation = document.toString().trimStart().startsWith("mutation");
  let content: Content<R>;
  try {
    if (mutation) {
      const some = document as unknown as Document<unknown, unknown>;
      content = await post({ variables, extensions: JSON.parse(byHash(some)) as object }, signal, options.key ?? "");
    } else {
      content = await read(document, variables, signal);
    }
    if (UNKNOWN_HASH.includes(content.errors?.[0]?.extensions?.code ?? "")) {
      content = await post({ query: document.toString(), variables }, signal, options.key ?? "");
    }
    reachable.value = true;
  } catch (error) {
    if (signal?.aborted) throw error;
    lost();
    throw new ApiError({ kind: "gone", message: String(error), code: "" });
  }
  const { grain } = variables as { grain?: string };
  const coarser = COARSER[grain ?? ""];
  if (coarser && content.errors?.some((error) => error.extensions?.argument === "grain")) {
    return ask(document, { ...variables, grain: coarser }, options);
  }
  const first = content.errors?.[0];
  const hasData = content.data && Object.values(content.data).some((value) => value !== null);
  if (first && !hasData) {
    const code = first.extensions?.code ?? "";
    throw new ApiError({ kind: code === "LAKE_UNAVAILABLE" ? "empty" : "refused", message: first.message, code });
  }
  return content.data as R;
}

let waiting = false;

/** Look for the server until it is back. */
function lost(): void {
  reachable.value = false;
  if (waiting) return;
  waiting = true;
  const look = async (): Promise<void> => {
    try {
      if ((await fetch("health/live", { cache: "no-store" })).ok) {
        waiting = false;
        reachable.value = true;
        edition.value += 1;
        return;
      }
    } catch {
      // Still away.
    }
    setTimeout(() => void look(), 2000);
  };
  setTimeout(() => void look(), 1000);
}

/** What a view knows of an operation. Data stays while newer are on their way. */
export interface Loaded<R> {
  data: R | null;
  problem: Problem | null;
  loading: boolean;
}

const kept = new Map<string, unknown>();
const MOST_KEPT = 30;

/** The answer to an operation, asked anew whenever variables or edition change. */
export function useAnswer<R, V>(document: Document<R, V>, variables: V): Loaded<R> {
  const now = edition.value;
  const key = hash(document as unknown as Document<unknown, unknown>) + JSON.stringify(variables);
  const [state, set] = useState<Loaded<R> & { key: string }>(() => ({
    data: (kept.get(key) as R | undefined) ?? null,
    problem: null,
    loading: true,
    key,
  }));
  // Before the view is painted: the answer is on its way meanwhile.
  useLayoutEffect(() => {
    const stop = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    set((old) => ({ ...old, data: (kept.get(key) as R | undefined) ?? old.data, loading: true }));
    ask(document, variables, { signal: stop.signal }).then(
      (data) => {
        kept.delete(key);
        kept.set(key, data);
        if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
        set({ data, problem: null, loading: false, key });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiError ? error.problem : { kind: "refused" as const, message: String(error), code: "" };
        set((old) => ({ ...old, problem, loading: false, key }));
        if (problem.kind === "empty") again = setTimeout(() => (edition.value += 1), 5000);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(again);
    };
  }, [key, now]);
  return state;
}

/** Follow what is published; with a new snapshot everything is asked anew. */
export function follow(): void {
  let events: EventSource | null = null;
  let plain = false;
  const begin = (): void => {
    const some = PublishedDocument as unknown as Document<unknown, unknown>;
    events = new EventSource(address(plain ? { query: some.toString() } : { extensions: byHash(some) }));
    events.addEventListener("next", (event: MessageEvent<string>) => {
      const content = JSON.parse(event.data) as Content<{ snapshotPublished: { snapshotId: number; committedAt: string } }>;
      const code = content.errors?.[0]?.extensions?.code ?? "";
      if (UNKNOWN_HASH.includes(code)) plain = true;
      const news = content.data?.snapshotPublished;
      if (!news) return;
      const old = served.value;
      served.value = news;
      if (old !== null && old.snapshotId !== news.snapshotId) {
        kept.clear();
        edition.value += 1;
      }
    });
    events.addEventListener("complete", () => events?.close());
    events.onerror = () => {
      // A refused stream is closed for good: begin anew, by text where the hash may be what was refused.
      if (events?.readyState === EventSource.CLOSED) {
        plain = !plain;
        setTimeout(begin, 5000);
      }
    };
  };
  // A hidden tab holds no connection: browsers open six at most to a server.
  const turn = (): void => {
    events?.close();
    events = null;
    if (!document.hidden) begin();
  };
  document.addEventListener("visibilitychange", turn);
  turn();
}

/** Pieces that several views have. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { moneyShort, percent } from "./format";
import type { FiguresFragment } from "./gql/graphql";
import { Icon } from "./icons";
import type { Problem } from "./api";
import { STATUS_WORDS, type Status } from "./status";
import { t } from "./text";

let isFirstView = true;

/** The heading of a view: the page's title, and where keyboards and screen readers begin after a change of view. */
export function Title({ text, children }: { text: string; children?: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · Lakecast`;
  }, [text]);
  useEffect(() => {
    if (!isFirstView) heading.current?.focus({ preventScroll: true });
    isFirstView = false;
    scrollTo(0, 0);
  }, []);
  return (
    <div class="title">
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {children}
    </div>
  );
}

export function Pill({ status }: { status: Status }): JSX.Element {
  return <span class={`pill ${status}`}>{t(STATUS_WORDS[status])}</span>;
}

/** What there is instead of an answer. */
export function Trouble({ problem }: { problem: Problem }): JSX.Element {
  if (problem.kind === "empty") {
    return (
      <section class="card empty">
        <h2>{t("emptyLake")}</h2>
        <p>{t("emptyLakeWhat")}</p>
        <pre>
          <code>lakecast run --data {t("folder")} --lake {t("lake")}</code>
        </pre>
        <p class="quiet">{t("emptyLakeThen")}</p>
      </section>
    );
  }
  if (problem.kind === "gone") return <p class="quiet">{t("waitingForServer")}</p>;
  return (
    <p class="notice bad" role="alert">
      <Icon name="alert" /> {t("refused")} {problem.message}
    </p>
  );
}

/** Money of excess: what stands, and what is on its way. */
export function excessOf(figures: FiguresFragment | undefined, currency: string | null): string {
  const coming = figures?.excessOnOrderValue ?? 0;
  const standing = moneyShort((figures?.excessValue ?? 0) - coming, currency);
  return coming ? `${t("idleValue", standing)}, ${t("comingExcess", moneyShort(coming, currency))}` : t("idleValue", standing);
}

/** What stands below the first screen: drawn once that was painted, so that it is never waited for. */
export function Later({ children }: { children: () => ComponentChildren }): JSX.Element {
  const [isDrawn, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true));
    return () => clearTimeout(timer);
  }, []);
  return isDrawn ? <>{children()}</> : <div aria-busy="true" />;
}

export function Loading(): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label={t("loading")}>
      <div />
      <div />
      <div />
    </div>
  );
}

/** Use of the last months, small. The numbers stand beside it: for screen readers it is decoration. */
export function Spark({ values }: { values: (number | null)[] }): JSX.Element | null {
  const some = values.map((value) => value ?? 0);
  const most = Math.max(...some);
  if (some.length < 3 || most <= 0) return null;
  const width = 64;
  const height = 20;
  const step = width / some.length;
  // One path, not a node for every month: a list has fifty of these.
  const bars = some.map((value, n) => {
    const tall = Math.max(1, (value / most) * height);
    return `M${(n * step).toFixed(1)} ${height}v${-tall.toFixed(1)}h${(step - 1.5).toFixed(1)}v${tall.toFixed(1)}z`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={bars.slice(0, -1).join("")} />
      <path class="last" d={bars.at(-1)} />
    </svg>
  );
}

export function Card({ title, children, note, class: more = "" }: { title: string; children: ComponentChildren; note?: ComponentChildren; class?: string }): JSX.Element {
  return (
    <section class={`card ${more}`}>
      <h2>{title}</h2>
      {children}
      {note ? <p class="quiet">{note}</p> : null}
    </section>
  );
}

/** A bar beside a number: `share` of the longest. */
export function Bar({ share, kind = "" }: { share: number; kind?: string }): JSX.Element {
  return (
    <svg class={`bar ${kind}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rail" width="100" height="8" rx="2" />
      <rect class="fill" width={Math.max(0, Math.min(1, share)) * 100} height="8" rx="2" />
    </svg>
  );
}

/** A bar to the left or the right of the middle: `share` from -1 to 1. */
export function SignedBar({ share }: { share: number }): JSX.Element {
  const width = Math.min(1, Math.abs(share)) * 50;
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rail" width="100" height="8" rx="2" />
      <rect class="fill" x={share < 0 ? 50 - width : 50} width={width} height="8" />
      <rect class="middle" x="49.75" width="0.5" height="8" />
    </svg>
  );
}

/** A table that may be wider than a phone: it scrolls by touch and by keyboard. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** A column of a `DataTable`: its heading, and what stands in it of a row; `mark` is a class of that cell only. */
export interface Column<Row> {
  head: ComponentChildren;
  cell: (row: Row) => ComponentChildren;
  class?: string;
  mark?: (row: Row) => string;
}

const MOST_COLUMNS_OF_A_PHONE = 4;

/** A table whose first column names its rows; `label` where it may be wider than a phone. */
export function DataTable<Row>({
  rows,
  columns,
  label,
  mark,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  label?: string;
  mark?: (row: Row) => string;
}): JSX.Element {
  // On a phone a wide table becomes a card for each row: then only roles tell that it is a table.
  const isWide = columns.length > MOST_COLUMNS_OF_A_PHONE;
  const table = (
    <table class={isWide ? "data wide" : "data"} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column, n) => (
            <th scope="col" role="columnheader" key={n} class={column.class}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, n) => (
          <tr key={n} role="row" class={mark?.(row)}>
            {columns.map((column, place) =>
              place === 0 ? (
                <th scope="row" role="rowheader" key={place} data-label={typeof column.head === "string" ? column.head : undefined}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={place} role="cell" class={column.mark?.(row) ?? column.class} data-label={typeof column.head === "string" ? column.head : undefined}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
  return label === undefined ? table : <Scroll label={label}>{table}</Scroll>;
}

/** Half to twice the demand of today; null where it stays as it is. */
export function DemandFactor({ id, factor, set }: { id?: string; factor: number; set: (factor: number | null) => void }): JSX.Element {
  return (
    <input
      id={id}
      type="range"
      min="0.5"
      max="2"
      step="0.05"
      value={factor}
      aria-valuetext={percent(factor - 1, true)}
      onInput={(event) => {
        const chosen = Number(event.currentTarget.value);
        set(chosen === 1 ? null : chosen);
      }}
    />
  );
}

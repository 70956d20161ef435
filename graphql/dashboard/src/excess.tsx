/** What stands and what is on its way beyond need: since when it has not moved, for how long it lasts, and its value. */
import type { JSX } from "preact";
import { ago, DAYS_PER_MONTH, lasting, money, period, quantity, withUnit } from "./format";
import type { LineFragment } from "./gql/graphql";
import { keyOf } from "./keep";
import { Cell, Head, ItemHead, useShown, type Sort } from "./lines";
import { Spark } from "./parts";
import { excessParts } from "./status";
import { t, type Word } from "./text";

const HEADS: [Word, Sort | null, string][] = [
  ["item", "nome", ""],
  ["lastUse", "saida", "number"],
  ["usePerMonth", null, "number"],
  ["onHand", "estoque", "number"],
  ["coverDays", "dura", "number"],
  ["idle", null, "number"],
  ["coming", null, "number"],
  ["excessSum", "valor", "number"],
];

interface Props {
  lines: LineFragment[];
  label: string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
}

export function ExcessLines({ lines, label, sort, onSort }: Props): JSX.Element {
  const shown = useShown(lines);
  return (
    <table class="lines excess" role="table" aria-label={label} aria-busy={shown < lines.length}>
      <thead role="rowgroup">
        <tr role="row">
          {HEADS.map(([word, by, kind]) => (
            <Head key={word} word={word} by={by} kind={kind} sort={sort} onSort={onSort} falls={by === "valor" || by === "dura"} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {lines.slice(0, shown).map((line) => (
          <Line key={keyOf(line)} line={line} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ line }: { line: LineFragment }): JSX.Element {
  const { item } = line;
  const { standing, coming } = excessParts(line);
  const part = (amount: number): JSX.Element | string => {
    if (line.excess === null || amount <= 0) return "–";
    if (item.unitCost === null) return withUnit(amount, item.unit);
    return (
      <>
        {money(amount * item.unitCost, item.currency)}
        <small>{withUnit(amount, item.unit)}</small>
      </>
    );
  };
  return (
    <tr role="row" data-item={line.itemId}>
      <ItemHead line={line} />
      <Cell label="lastUse" class="lastuse">
        {item.lastDemandDate === null ? t("neverUsed") : period(item.lastDemandDate, item.frequency)}
        {item.lastDemandDate === null ? null : <small>{ago(item.lastDemandDate, line.asOf)}</small>}
      </Cell>
      <Cell label="usePerMonth" class="usual">
        {quantity(line.dailyDemand * DAYS_PER_MONTH)}
        <Spark values={item.history.quantities} />
      </Cell>
      <Cell label="onHand" class="stands">{withUnit(line.onHand, item.unit)}</Cell>
      <Cell label="coverDays" class="lasts">{line.daysToStockout === null ? t("never") : lasting(line.daysToStockout)}</Cell>
      <Cell label="idle" class="idle">{part(standing)}</Cell>
      <Cell label="coming" class="coming">{part(coming)}</Cell>
      <Cell label="excessSum" class="value">
        {line.excessValue === null ? withUnit(line.excess, item.unit) : <strong>{money(line.excessValue, item.currency)}</strong>}
      </Cell>
    </tr>
  );
}

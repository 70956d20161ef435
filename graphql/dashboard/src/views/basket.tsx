/** The ticked lines, at the foot of every view: how many, for how much, as a file or as text. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { COLUMN_WORDS, csv, tabs } from "../csv";
import { moneyShort, quantity } from "../format";
import { Icon } from "../icons";
import { choices, columns, COLUMNS, iso, quantityOf, type Column } from "../keep";
import { t } from "../text";

export function Basket(): JSX.Element | null {
  const said = useSignal("");
  const dialog = useRef<HTMLDialogElement>(null);
  const ticked = Object.values(choices.value).filter((choice) => choice.ticked);
  if (ticked.length === 0) return null;
  const values = ticked.map((choice) => (choice.line.unitCost === null ? null : quantityOf(choice) * choice.line.unitCost));
  const known = values.filter((value) => value !== null);
  const currency = ticked[0]?.line.currency ?? null;
  const suppliers = new Set(ticked.map((choice) => choice.line.supplier)).size;
  const save = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(ticked, columns.value)], { type: "text/csv;charset=utf-8" }));
    link.download = `compras-${iso(new Date())}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    said.value = t("exported", ticked.length);
  };
  const copy = (): void => {
    navigator.clipboard.writeText(tabs(ticked, columns.value)).then(
      () => (said.value = t("copied", ticked.length)),
      () => (said.value = t("notCopied")),
    );
  };
  const turn = (column: Column): void => {
    const next = COLUMNS.filter((one) => (one === column ? !columns.value.includes(one) : columns.value.includes(one)));
    if (next.length) columns.value = next;
  };
  return (
    <aside class="basket" aria-label={t("basket")}>
      <p>
        <strong>{t(ticked.length === 1 ? "oneLine" : "nLines", quantity(ticked.length))}</strong>
        {known.length ? <> · {moneyShort(known.reduce((sum, value) => sum + value, 0), currency)}</> : null}
        <span class="quiet"> · {t(suppliers === 1 ? "oneSupplier" : "nSuppliers", quantity(suppliers))}</span>
      </p>
      <span class="quiet said" role="status">
        {said.value}
      </span>
      <button type="button" class="button main" onClick={save}>
        <Icon name="download" /> CSV
      </button>
      <button type="button" class="button" onClick={copy}>
        <Icon name="copy" /> {t("copy")}
      </button>
      <button type="button" class="plain square" aria-label={t("columns")} title={t("columns")} onClick={() => dialog.current?.showModal()}>
        <Icon name="gear" />
      </button>
      <button type="button" class="plain" onClick={() => (choices.value = {})}>
        {t("clear")}
      </button>
      <dialog ref={dialog} aria-label={t("columns")}>
        <form method="dialog">
          <h2>{t("columns")}</h2>
          {COLUMNS.map((column) => (
            <label key={column} class="check">
              <input type="checkbox" checked={columns.value.includes(column)} onChange={() => turn(column)} /> {t(COLUMN_WORDS[column])}
            </label>
          ))}
          <button class="button main">{t("done")}</button>
        </form>
      </dialog>
    </aside>
  );
}

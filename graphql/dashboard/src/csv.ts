/** The ticked lines as a file that Excel in Brazil opens with one click, or as text for an ERP. */
import type { Choice, Column } from "./keep";
import { quantityOf } from "./keep";
import { t, type Word } from "./text";

export const COLUMN_WORDS: Record<Column, Word> = {
  supplier: "supplier",
  itemId: "itemCode",
  sku: "sku",
  name: "name",
  quantity: "quantity",
  unit: "unit",
  unitCost: "unitCost",
  value: "value",
  orderBy: "orderBy",
  arrival: "arrives",
};

/** A number with a decimal comma and without signs of thousands. */
function number(value: number | null, digits: number): string {
  return value === null ? "" : String(Number(value.toFixed(digits))).replace(".", ",");
}

/** A text that no spreadsheet takes for a formula. */
function text(value: string | null): string {
  const some = value ?? "";
  return /^\s*[=+\-@\t\r\n]/.test(some) ? `'${some}` : some;
}

function date(value: string | null): string {
  return value === null ? "" : value.slice(0, 10).split("-").reverse().join("/");
}

const CELLS: Record<Column, (choice: Choice) => string> = {
  supplier: ({ line }) => text(line.supplier),
  itemId: ({ line }) => text(line.itemId),
  sku: ({ line }) => text(line.sku),
  name: ({ line }) => text(line.name),
  quantity: (choice) => number(quantityOf(choice), 3),
  unit: ({ line }) => text(line.unit),
  unitCost: ({ line }) => number(line.unitCost, 2),
  value: (choice) => number(choice.line.unitCost === null ? null : quantityOf(choice) * choice.line.unitCost, 2),
  orderBy: ({ line }) => date(line.orderByDate),
  arrival: ({ line }) => date(line.arrivalDate),
};

function rows(choices: Choice[], columns: Column[]): string[][] {
  const sorted = [...choices].sort((a, b) => (a.line.supplier ?? "").localeCompare(b.line.supplier ?? "", "pt") || a.line.name.localeCompare(b.line.name, "pt"));
  return [columns.map((column) => t(COLUMN_WORDS[column])), ...sorted.map((choice) => columns.map((column) => CELLS[column](choice)))];
}

/** Semicolons, decimal commas and a byte-order mark, whatever the language of the words. */
export function csv(choices: Choice[], columns: Column[]): string {
  const quote = (cell: string): string => (/[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return "\ufeff" + rows(choices, columns).map((row) => row.map(quote).join(";") + "\r\n").join("");
}

/** Tabs between cells, as spreadsheets and ERPs paste; without a header. */
export function tabs(choices: Choice[], columns: Column[]): string {
  return rows(choices, columns)
    .slice(1)
    .map((row) => row.map((cell) => cell.replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\r\n");
}

/** Numbers and dates as a buyer writes them. */
import { language, t } from "./text";

export const locale = (): string => (language.value === "pt" ? "pt-BR" : "en-GB");

const NONE = "–";
const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options);
  let one = formats.get(key);
  if (!one) formats.set(key, (one = new Intl.NumberFormat(locale(), options)));
  return one;
}

/** A quantity: whole from 10 on, else with one decimal where it has one. */
export function quantity(value: number | null | undefined): string {
  if (value == null) return NONE;
  return format({ maximumFractionDigits: Math.abs(value) >= 10 ? 0 : 1 }).format(value + 0);
}

export function withUnit(value: number | null | undefined, unit: string | null): string {
  return value == null ? NONE : `${quantity(value)} ${unit ?? t("pieces")}`;
}

/** Money of a line: without cents from 100 on. */
export function money(value: number | null | undefined, currency: string | null): string {
  if (value == null) return NONE;
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  return currencyFormat(value, currency, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Money of a total: R$ 2,4 mi. */
export function moneyShort(value: number | null | undefined, currency: string | null): string {
  if (value == null) return NONE;
  if (Math.abs(value) < 10_000) return money(Math.round(value), currency);
  return currencyFormat(value, currency, { notation: "compact", maximumFractionDigits: Math.abs(value) >= 1e6 ? 1 : 0 });
}

function currencyFormat(value: number, currency: string | null, options: Intl.NumberFormatOptions): string {
  return format(currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol", ...options } : options).format(value);
}

/** A fraction as a percentage; `sign` puts a + before what is too high. */
export function percent(value: number | null | undefined, sign = false, digits = 0): string {
  if (value == null) return NONE;
  return format({ style: "percent", maximumFractionDigits: digits, signDisplay: sign ? "exceptZero" : "auto" }).format(value);
}

/** An error such as RMSSE: two digits. */
export function figure(value: number | null | undefined): string {
  return value == null ? NONE : format({ maximumSignificantDigits: 2 }).format(value);
}

const MILLISECONDS_PER_DAY = 86_400_000;
const YEAR_IS_PLAIN = 300;

export function parse(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

/** dd/mm; with the year where it could be mistaken. */
export function day(value: string | null | undefined, today = new Date()): string {
  if (value == null) return NONE;
  const date = parse(value.slice(0, 10));
  const far = Math.abs(date.getTime() - today.getTime()) > YEAR_IS_PLAIN * MILLISECONDS_PER_DAY;
  return date.toLocaleDateString("en-GB", { day: "2-digit", month: "2-digit", ...(far ? { year: "numeric" } : {}) });
}

/** dd/mm, hh:mm of the local clock. */
export function instant(value: string): string {
  const at = new Date(value);
  return `${day(localDay(at))}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

function localDay(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** nov/26 */
export function month(date: Date): string {
  const name = date.toLocaleDateString(locale(), { month: "short" }).replace(".", "");
  return `${name}/${String(date.getFullYear()).slice(2)}`;
}

export function daysBetween(from: string, to: Date): number {
  const midnight = new Date(to.getFullYear(), to.getMonth(), to.getDate());
  return Math.round((midnight.getTime() - parse(from).getTime()) / MILLISECONDS_PER_DAY);
}

/** Days of cover: beyond a year the exact number tells nothing. */
export function cover(days: number | null | undefined): string {
  if (days == null) return NONE;
  return days > 365 ? t("overAYear") : t(Math.floor(days) === 1 ? "oneDay" : "nDays", quantity(Math.floor(days)));
}

/** Use per month of a use per day. */
export const DAYS_PER_MONTH = 365 / 12;

/** A sentence of the server with its ISO dates as people here write them. */
export function dated(text: string): string {
  return text.replace(/\b(\d{4})-(\d\d)-(\d\d)\b/g, "$3/$2/$1");
}

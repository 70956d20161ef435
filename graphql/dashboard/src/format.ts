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

/** The day that was some days before another one. */
export function daysBefore(value: string, days: number): string {
  return day(localDay(new Date(parse(value).getTime() - (days - 0.5) * MILLISECONDS_PER_DAY)));
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

/** Days of cover; beyond a year in months. */
export function cover(days: number | null | undefined): string {
  if (days == null) return NONE;
  return days > 365 ? lasting(days) : t(Math.floor(days) === 1 ? "oneDay" : "nDays", quantity(Math.floor(days)));
}

/** The API looks no further for a stockout. */
const LONGEST_DAYS = 3650;
const MONTHS_OF_YEARS = 24;

/** A time of some days in months, from two years on in years. */
export function lasting(days: number | null | undefined): string {
  if (days == null) return NONE;
  if (days >= LONGEST_DAYS) return t("overTenYears");
  const months = days / DAYS_PER_MONTH;
  if (months >= MONTHS_OF_YEARS) return t("nYears", quantity(months / 12));
  const text = quantity(months);
  return t(text === "1" ? "oneMonth" : "nMonths", text);
}

const DAYS_OF_MONTHS = 60;

/** How long before a day another one was; nothing where it is the same. */
export function ago(value: string, from: string): string {
  const days = daysBetween(value, parse(from));
  if (days <= 0) return "";
  return t("agoIs", days < DAYS_OF_MONTHS ? t(days === 1 ? "oneDay" : "nDays", days) : lasting(days));
}

/** A period by its first day: the month where it is a month or longer. */
export function period(value: string | null | undefined, frequency: string | null): string {
  if (value == null) return NONE;
  return frequency === "DAILY" || frequency === "WEEKLY" ? day(value) : month(parse(value));
}

/** Use per month of a use per day. */
export const DAYS_PER_MONTH = 365 / 12;

/** A sentence of the server as people here write it: dates, and without the options of a command line. */
export function plain(text: string): string {
  return text
    .replace(/ \([^)]*--[^)]*\)|,? (?:conforme|as) --\S+ \S+(?: says)?/g, "")
    .replace(/ on (?=\d{4}-)/g, ` ${t("on")} `)
    .replace(/\b(\d{4})-(\d\d)-(\d\d)\b/g, "$3/$2/$1");
}

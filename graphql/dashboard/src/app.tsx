/** The frame: names of the views, search, language, theme; what is wrong with the connection; and the view itself. */
import { effect, signal, useSignal } from "@preact/signals";
import { Component, type ComponentType, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { place, to, type View } from "./address";
import { follow, reachable, served } from "./api";
import { instant } from "./format";
import { Icon, type IconName } from "./icons";
import { Loading } from "./parts";
import { putOff, takeUpAgain, theme, visit, type Theme } from "./keep";
import { language, t, type Word } from "./text";
import { Today } from "./views/today";
import { Buy } from "./views/buy";
import { Basket } from "./views/basket";

const TABS: [View, Word, IconName][] = [
  ["hoje", "today", "today"],
  ["comprar", "buy", "buy"],
  ["gestor", "manager", "manager"],
  ["confianca", "trust", "trust"],
];

/** Views that most visits do not open come when they are opened. */
const LATER: Partial<Record<View, () => Promise<ComponentType>>> = {
  item: () => import("./views/item").then((module) => module.ItemPage),
  gestor: () => import("./views/manager").then((module) => module.Manager),
  confianca: () => import("./views/trust").then((module) => module.Trust),
};
const views = signal<Partial<Record<View, ComponentType>>>({ hoje: Today, comprar: Buy });

effect(() => {
  const view = place.value.view;
  const load = LATER[view];
  if (load && !views.peek()[view]) {
    void load().then((component) => (views.value = { ...views.peek(), [view]: component }));
  }
});

effect(() => {
  document.documentElement.lang = language.value === "pt" ? "pt-BR" : "en";
});
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => (systemIsDark.value = system.matches));
effect(() => {
  const dark = theme.value === "dark" || (theme.value === "auto" && systemIsDark.value);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
});
// The snapshot of this visit becomes that of the last one when another is served at a later visit.
effect(() => {
  const now = served.value?.snapshotId;
  const seen = visit.peek();
  if (now !== undefined && now !== seen.current) visit.value = { last: seen.current, current: now };
});

let following = false;

export function App(): JSX.Element {
  useEffect(() => {
    if (!following) follow();
    following = true;
  }, []);
  const { view } = place.value;
  const Shown = views.value[view];
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        {t("skip")}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Connection />
        <Safe key={`${view}${place.value.parts.join("/")}`}>{Shown ? <Shown /> : <Loading />}</Safe>
      </main>
      <Basket />
      <News />
      <PutOff />
    </>
  );
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** A fault of ours in one view leaves the others usable. */
class Safe extends Component<object, { fault: string | null }> {
  override state = { fault: null };
  override componentDidCatch(error: Error): void {
    console.error(error);
    this.setState({ fault: error.message });
  }
  override render(): JSX.Element {
    return this.state.fault === null ? <>{this.props.children}</> : <p class="notice bad" role="alert">{t("fault")}</p>;
  }
}

function Header(): JSX.Element {
  return (
    <header class="top">
      <a class="brand" href={to("hoje")}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path class="water" d="M5 20c4-5 7-5 11 0s7 5 11 0" />
          <path class="line" d="M7 13l6-4 5 3 7-6" />
        </svg>
        <span>Lakecast</span>
      </a>
      <nav aria-label={t("views")}>
        {TABS.map(([view, word, icon]) => (
          <a key={view} href={to(view)} aria-current={place.value.view === view ? "page" : undefined}>
            <Icon name={icon} />
            <span>{t(word)}</span>
          </a>
        ))}
      </nav>
      <Search />
      <div class="settings">
        <Language />
        <ThemeButton />
      </div>
    </header>
  );
}

/** Search in the whole list; `/` goes to it. */
function Search(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const go = (event: KeyboardEvent): void => {
      const at = event.target as HTMLElement;
      if (event.key !== "/" || at.closest("input, select, textarea")) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", go);
    return () => removeEventListener("keydown", go);
  }, []);
  const search = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (text) location.hash = to("comprar", [], { estado: "todos", busca: text });
  };
  return (
    <form role="search" class="search" onSubmit={search}>
      <Icon name="search" />
      <input ref={field} type="search" aria-label={t("searchItems")} placeholder={t("searchItems")} aria-keyshortcuts="/" />
    </form>
  );
}

function Language(): JSX.Element {
  const other = language.value === "pt" ? "en" : "pt";
  return (
    <button type="button" class="plain" lang={other} onClick={() => (language.value = other)}>
      {other === "en" ? "English" : "Português"}
    </button>
  );
}

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const THEME_ICONS: Record<Theme, IconName> = { auto: "auto", light: "sun", dark: "moon" };
const THEME_WORDS: Record<Theme, Word> = { auto: "themeAuto", light: "themeLight", dark: "themeDark" };

function ThemeButton(): JSX.Element {
  const label = t("themeIs", t(THEME_WORDS[theme.value]));
  return (
    <button type="button" class="plain square" title={label} aria-label={label} onClick={() => (theme.value = NEXT[theme.value])}>
      <Icon name={THEME_ICONS[theme.value]} />
    </button>
  );
}

/** Says that the server is away; what is shown stays. */
function Connection(): JSX.Element {
  return (
    <div role="status">
      {reachable.value ? null : (
        <p class="notice bad">
          <Icon name="alert" /> {served.value ? t("goneSince", instant(served.value.committedAt)) : t("gone")}
        </p>
      )}
    </div>
  );
}

const NEWS_MILLISECONDS = 8000;

/** Says for a while that newer data are shown. */
function News(): JSX.Element {
  const text = useSignal("");
  const first = useRef<number | null>(null);
  const now = served.value;
  useEffect(() => {
    if (now === null) return;
    const old = first.current;
    first.current = now.snapshotId;
    if (old === null || old === now.snapshotId) return;
    text.value = t("news", instant(now.committedAt));
    const timer = setTimeout(() => (text.value = ""), NEWS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [now?.snapshotId]);
  return (
    <div class={text.value ? "toast shown" : "toast"} role="status">
      {text.value}
    </div>
  );
}

/** What was put off last, with a way back; it goes after a while. */
function PutOff(): JSX.Element {
  const last = putOff.value;
  useEffect(() => {
    if (last === null) return;
    const timer = setTimeout(() => (putOff.value = null), NEWS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [last]);
  return (
    <div class={last ? "toast low shown" : "toast low"} role="status">
      {last ? (
        <>
          {t("wasPutOff", last.name)}{" "}
          <button type="button" class="link" onClick={() => takeUpAgain(new Date())}>
            {t("undo")}
          </button>
        </>
      ) : null}
    </div>
  );
}

/** Confiança e operação: how good forecasts and reorder points were, what was read, which snapshot is served. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { adminKey, ask, ApiError, edition, useAnswer } from "../api";
import { figure, instant, percent, plain, quantity } from "../format";
import { PinDocument, RefreshDocument, TrustDocument, UnpinDocument, type DemandClass, type RefreshOutcome, type Severity, type TrustQuery } from "../gql/graphql";
import { CLASSES, Glossary, OF_CLASSES, OF_SOURCES, Source } from "../glossary";
import { Icon } from "../icons";
import { Bar, Card, DataTable, Loading, Scroll, Title, Trouble, type Column } from "../parts";
import { language, t, type Word } from "../text";

export function Trust(): JSX.Element {
  const { data, problem } = useAnswer(TrustDocument, { language: language.value === "pt" ? "PT" : "EN" });
  return (
    <>
      <Title text={t("trustTitle")} />
      {problem && (!data || problem.kind !== "gone") ? <Trouble problem={problem} /> : null}
      {data ? <Content data={data} /> : problem ? null : <Loading />}
      {data || problem?.kind === "empty" ? <Operation data={data} /> : null}
    </>
  );
}

function Content({ data }: { data: TrustQuery }): JSX.Element {
  return (
    <>
      <Verdict data={data} />
      <div class="beside even">
        <Promises data={data} />
        <Leaderboard data={data} />
      </div>
      <div class="beside even">
        <Horizons data={data} />
        <Classes data={data} />
      </div>
      <details class="card">
        <summary>
          <h2>{t("glossary")}</h2>
        </summary>
        <Glossary words={[["reorderPoint", "reorderPointIs"], ...OF_SOURCES, ["wins", "winsIs"], ...OF_CLASSES]} />
      </details>
      <Reports data={data} />
    </>
  );
}


function className(name: string | null): string {
  return name === null ? t("noClass") : name.toUpperCase() in CLASSES ? t(CLASSES[name.toUpperCase() as DemandClass]) : name;
}

const USUAL_PROMISE = 0.95;

/** In one sentence: whether reorder points kept what they promised, and for which demand not. */
function Verdict({ data }: { data: TrustQuery }): JSX.Element | null {
  const usual = (data.calibration ?? []).filter((one) => one.promised === USUAL_PROMISE && one.cycles > 0);
  if (usual.length === 0) return null;
  const cycles = usual.reduce((sum, one) => sum + one.cycles, 0);
  const achieved = percent(usual.reduce((sum, one) => sum + one.achieved * one.cycles, 0) / cycles);
  const less = usual.filter((one) => short(one.achieved, one.promised)).map((one) => `${className(one.group)} (${percent(one.achieved)})`);
  const list = less.length > 1 ? `${less.slice(0, -1).join(", ")} ${t("and")} ${less.at(-1)}` : (less[0] ?? "");
  const text = less.length === 0 ? t("verdictKept", achieved) : less.length === usual.length ? t("verdictAllShort", achieved) : t("verdictShort", achieved, list);
  return (
    <p class={less.length ? "notice bad verdict" : "notice verdict"}>
      <Icon name={less.length ? "alert" : "check"} /> <span>{text}</span>
    </p>
  );
}

/** Promised beside achieved: of bands, and of reorder points by kind of demand. */
function Promises({ data }: { data: TrustQuery }): JSX.Element {
  const calibration = data.calibration ?? [];
  const levels = [...new Set(calibration.map((one) => one.promised))].sort();
  const groups = [...new Set(calibration.map((one) => one.group))];
  const bands: [Word, number, number | null][] = [
    ["band80", 0.8, data.overview?.coverage80 ?? null],
    ["band95", 0.95, data.overview?.coverage95 ?? null],
  ];
  const achieved = (group: string | null, level: number): number | null =>
    calibration.find((some) => some.group === group && some.promised === level)?.achieved ?? null;
  return (
    <Card title={t("promisesTitle")} note={t("promisesNote")}>
      <DataTable
        rows={bands}
        columns={[
          { head: t("bands"), cell: ([name]) => t(name) },
          { head: t("promised"), cell: ([, promised]) => percent(promised) },
          { head: t("achieved"), cell: ([, , achieved]) => percent(achieved), mark: ([, promised, achieved]) => short(achieved, promised) },
        ]}
      />
      {groups.length ? (
        <DataTable
          label={t("promisesTitle")}
          rows={groups}
          columns={[
            { head: t("reorderPointOf"), cell: className },
            ...levels.map((level) => ({
              head: t("promisedLevel", percent(level, false, 1)),
              cell: (group: string | null) => percent(achieved(group, level)),
              mark: (group: string | null) => short(achieved(group, level), level),
            })),
            { head: t("cycles"), cell: (group) => quantity(calibration.find((some) => some.group === group)?.cycles) },
          ]}
        />
      ) : null}
    </Card>
  );
}

const TOLERANCE = 0.05;

/** Marks what was kept less than promised. */
function short(achieved: number | null, promised: number): string {
  return achieved !== null && achieved < promised - TOLERANCE ? "due" : "";
}

function Leaderboard({ data }: { data: TrustQuery }): JSX.Element {
  const rows = data.leaderboard ?? [];
  const most = Math.max(...rows.map((row) => row.error), 1e-9);
  return (
    <Card title={t("leaderboardTitle")} note={t("leaderboardNote")}>
      {rows.length ? (
        <DataTable
          label={t("leaderboardTitle")}
          rows={rows}
          columns={[
            { head: t("source"), cell: (row) => <Source name={row.source} place={row.rank} /> },
            {
              head: t("quantileLoss"),
              class: "long",
              cell: (row) => (
                <span class="barred">
                  {figure(row.error)} <Bar share={row.error / most} />
                </span>
              ),
            },
            { head: t("skill"), cell: (row) => percent(row.skill, true) },
            { head: t("wins"), cell: (row) => quantity(row.wins) },
          ]}
        />
      ) : (
        <p class="quiet">{t("noMetrics")}</p>
      )}
    </Card>
  );
}

interface Errors {
  wape: number | null;
  bias: number | null;
  coverage80: number | null;
}

/** Columns of a group's errors. */
function errors(): Column<Errors>[] {
  return [
    { head: t("error"), cell: (one) => percent(one.wape) },
    { head: t("bias"), cell: (one) => percent(one.bias, true) },
    { head: t("inBand80"), cell: (one) => percent(one.coverage80) },
  ];
}

const MOST_HORIZONS = 14;

function Horizons({ data }: { data: TrustQuery }): JSX.Element {
  const all = (data.horizons?.nodes ?? []).filter((one) => one.horizon !== null).sort((a, b) => a.horizon! - b.horizon!);
  const step = Math.max(1, Math.ceil(all.length / MOST_HORIZONS));
  const rows = all.filter((_, n) => n % step === 0 || n === all.length - 1);
  return (
    <Card title={t("horizonTitle")} note={t("horizonNote")}>
      {rows.length ? (
        <DataTable label={t("horizonTitle")} rows={rows} columns={[{ head: t("periodsAhead"), cell: (one) => one.horizon }, ...errors()]} />
      ) : (
        <p class="quiet">{t("noBacktest")}</p>
      )}
    </Card>
  );
}

function Classes({ data }: { data: TrustQuery }): JSX.Element {
  const rows = data.classes?.nodes ?? [];
  return (
    <Card title={t("classTitle")}>
      {rows.length ? (
        <DataTable
          label={t("classTitle")}
          rows={rows}
          columns={[
            { head: t("demandClass"), cell: (one) => className(one.demandClass) },
            { head: t("items"), cell: (one) => quantity(one.itemCount) },
            ...errors(),
          ]}
        />
      ) : (
        <p class="quiet">{t("noBacktest")}</p>
      )}
    </Card>
  );
}

const SEVERITIES: Record<Severity, Word> = { INFO: "severityInfo", WARNING: "severityWarning", REJECTED: "severityRejected" };
const GRAVITY: Record<Severity, number> = { REJECTED: 0, WARNING: 1, INFO: 2 };

function Reports({ data }: { data: TrustQuery }): JSX.Element {
  return (
    <Card title={t("reportsTitle")}>
      {(data.readingReports ?? []).map((report) => (
        <section key={report.datasetId}>
          <h3>
            {report.datasetId} <span class="count">{instant(report.readAt)}</span>
          </h3>
          <ul class="report">
            {[...report.lines]
              .sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity])
              .map((line, n) => (
                <li key={n} class={line.severity}>
                  <span class="tag">{t(SEVERITIES[line.severity])}</span>
                  <span>
                    {plain(line.message)}
                    {line.examples.length ? <small> {t("forExample")} {plain(line.examples.join(", "))}</small> : null}
                  </span>
                </li>
              ))}
          </ul>
        </section>
      ))}
      {data.readingReports?.length ? null : <p class="quiet">{t("noReport")}</p>}
    </Card>
  );
}

const OUTCOMES: Record<RefreshOutcome, Word> = { REFRESHED: "refreshed", UNCHANGED: "unchanged", REJECTED: "rejected" };
const REFUSALS: Record<string, Word> = { UNAUTHENTICATED: "wrongKey", FORBIDDEN: "forbidden", RATE_LIMITED: "rateLimited" };

/** Snapshots, and what a key admits. */
function Operation({ data }: { data: TrustQuery | null }): JSX.Element {
  const said = useSignal<{ text: string; bad: boolean } | null>(null);
  const busy = useSignal(false);
  const status = data?.serviceStatus;
  const act = (what: () => Promise<string>) => (): void => {
    busy.value = true;
    said.value = null;
    what()
      .then((text) => {
        said.value = { text, bad: false };
        edition.value += 1;
      })
      .catch((error: unknown) => {
        const problem = error instanceof ApiError ? error.problem : null;
        const word = REFUSALS[problem?.code ?? ""];
        said.value = { text: word ? t(word) : (problem?.message ?? String(error)), bad: true };
      })
      .finally(() => (busy.value = false));
  };
  const key = (): { key: string } => ({ key: adminKey.value.trim() });
  const refresh = act(async () => {
    const { refreshData } = await ask(RefreshDocument, {}, key());
    return t(OUTCOMES[refreshData.outcome], String(refreshData.snapshot.snapshotId));
  });
  const pin = (snapshotId: number): (() => void) =>
    act(async () => {
      await ask(PinDocument, { snapshotId }, key());
      return t("pinned", String(snapshotId));
    });
  const unpin = act(async () => {
    await ask(UnpinDocument, {}, key());
    return t("unpinned");
  });
  const off = busy.value || adminKey.value.trim() === "";
  return (
    <Card title={t("operationTitle")} class="operation">
      {status ? (
        <p class="quiet">
          {[
            t("serves", String(status.snapshotId ?? "–")),
            status.pinnedSnapshotId === null ? null : t("isPinned", String(status.pinnedSnapshotId)),
            t("versionIs", status.version),
            t("cacheIs", status.cacheBackend, t(status.cacheHealthy ? "healthy" : "unhealthy")),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      ) : null}
      {status?.problem ? <p class="notice bad">{status.problem}</p> : null}
      {(status?.leftOut ?? []).map((one) => (
        <p class="notice" key={one.datasetId + (one.source ?? "")}>
          {t("leftOut", one.source ? `${one.datasetId}, ${one.source}` : one.datasetId)} {one.reason}
        </p>
      ))}
      <form
        class="key"
        onSubmit={(event) => {
          event.preventDefault();
          if (!off) refresh();
        }}
      >
        <label class="field">
          <span>{t("adminKey")}</span>
          <input type="password" autoComplete="off" value={adminKey.value} onInput={(event) => (adminKey.value = event.currentTarget.value)} />
        </label>
        <button type="submit" class="button main" disabled={off}>
          {t("refresh")}
        </button>
        {status?.pinnedSnapshotId != null ? (
          <button type="button" class="button" disabled={off} onClick={unpin}>
            {t("unpin")}
          </button>
        ) : null}
        <span role="status" class={said.value?.bad ? "said due" : "said"}>
          {said.value ? <Icon name={said.value.bad ? "alert" : "check"} /> : null} {said.value?.text}
        </span>
      </form>
      <p class="quiet">{t("keyNote")}</p>
      {data ? (
        <Scroll label={t("snapshot")}>
          <table class="data wide snapshots" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {(["snapshot", "publishedAt", "datasets", "tables"] as const).map((word) => (
                  <th key={word} scope="col" role="columnheader">
                    {t(word)}
                  </th>
                ))}
                <th scope="col" role="columnheader">
                  <span class="hidden">{t("pin")}</span>
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {data.snapshots.nodes.map((one) => (
                <tr key={one.snapshotId} role="row" class={one.snapshotId === status?.snapshotId ? "champion" : ""}>
                  <th scope="row" role="rowheader">
                    {one.snapshotId} {one.snapshotId === status?.snapshotId ? <small>{t("isServed")}</small> : null}
                  </th>
                  <td role="cell" data-label={t("publishedAt")}>
                    {instant(one.committedAt)}
                  </td>
                  <td role="cell" data-label={t("datasets")}>
                    {one.datasetIds.join(", ")}
                  </td>
                  <td role="cell" data-label={t("tables")}>
                    <details>
                      <summary>{t("nTables", quantity(one.tables.length))}</summary>
                      <ul class="plainlist small">
                        {one.tables.map((table) => (
                          <li key={table.datasetId + table.name}>
                            {table.datasetId} · {table.name} · v{table.version} · {t("nRows", quantity(table.rowCount))}
                          </li>
                        ))}
                        {one.modelVersions.map((model) => (
                          <li key={model.datasetId + model.source}>
                            {model.datasetId} · {model.source} · {model.modelVersion}
                          </li>
                        ))}
                      </ul>
                    </details>
                  </td>
                  <td role="cell">
                    {one.snapshotId === status?.pinnedSnapshotId ? (
                      t("isPinnedShort")
                    ) : (
                      <button type="button" class="button" disabled={off} onClick={pin(one.snapshotId)}>
                        {t("pin")}
                        <span class="hidden"> {one.snapshotId}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      ) : null}
    </Card>
  );
}

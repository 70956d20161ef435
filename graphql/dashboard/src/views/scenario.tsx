/** What if lead times, promises or demand were others, for all items of the list at once. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { toItem } from "../address";
import { useAnswer } from "../api";
import { day, money, moneyShort, percent, quantity, withUnit } from "../format";
import { WhatIfListDocument, type ReplenishmentFilter, type ScenarioInput, type WhatIfListQuery } from "../gql/graphql";
import { choose, keyOf } from "../keep";
import { choiceLine } from "../lines";
import { DataTable, DemandFactor, Trouble } from "../parts";
import { t } from "../text";

const LEVELS = [0.9, 0.95, 0.98, 0.99];
const PAUSE_MILLISECONDS = 300;

/** `where`: the items; their status may be another one under the scenario. */
export function ListScenario({ where, currency }: { where: ReplenishmentFilter; currency: string | null }): JSX.Element {
  const scenario = useSignal<ScenarioInput>({});
  const settled = useSettled(scenario.value);
  const set = (name: keyof ScenarioInput, value: number | null): void => {
    const { [name]: _, ...rest } = scenario.value;
    scenario.value = value === null ? rest : { ...rest, [name]: value };
  };
  const demand = scenario.value.demandFactor ?? 1;
  return (
    <>
      <div class="tools">
        <label class="field">
          <span>{t("extraDays")}</span>
          <input
            type="number"
            min="0"
            max="365"
            placeholder="0"
            value={scenario.value.leadTimeExtraDays ?? ""}
            onInput={(event) => set("leadTimeExtraDays", Number(event.currentTarget.value) > 0 ? Number(event.currentTarget.value) : null)}
          />
        </label>
        <button type="button" class="chip" onClick={() => set("leadTimeExtraDays", 14)}>
          {t("twoWeeksMore")}
        </button>
        <label class="field">
          <span>{t("serviceLevel")}</span>
          <select value={String(scenario.value.serviceLevel ?? "")} onChange={(event) => set("serviceLevel", Number(event.currentTarget.value) || null)}>
            <option value="">{t("sameLevel")}</option>
            {LEVELS.map((level) => (
              <option key={level} value={String(level)}>
                {percent(level)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>
            {t("demand")} {percent(demand - 1, true)}
          </span>
          <DemandFactor factor={demand} set={(factor) => set("demandFactor", factor)} />
        </label>
      </div>
      {Object.keys(settled).length ? <Outcome where={where} scenario={settled} currency={currency} /> : <p class="quiet">{t("whatIfListWhat")}</p>}
    </>
  );
}

/** A value once it stays the same for a moment. */
function useSettled(value: ScenarioInput): ScenarioInput {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [JSON.stringify(value)]);
  return settled;
}

type Totals = NonNullable<WhatIfListQuery["now"]>["totals"];

function Outcome({ where, scenario, currency }: { where: ReplenishmentFilter; scenario: ScenarioInput; currency: string | null }): JSX.Element {
  const { data, problem } = useAnswer(WhatIfListDocument, { where, scenario });
  const { now, then } = data ?? {};
  if (problem) return <Trouble problem={problem} />;
  if (!now || !then) return <p class="quiet">{t("loading")}</p>;
  const items = (totals: Totals, ...levels: string[]): string =>
    quantity(totals.alerts.filter((one) => levels.includes(one.level)).reduce((sum, one) => sum + one.itemCount, 0));
  const lines = then.nodes.filter((one) => one.scenario.recommendedOrder);
  const take = (): void =>
    lines.forEach(({ item, baseline, scenario: to }) => {
      const own = choiceLine({ ...to, item }, baseline.recommendedOrder ?? 0);
      choose(own, { quantity: to.recommendedOrder === own.formula ? null : to.recommendedOrder, ticked: true });
    });
  return (
    <>
      <DataTable
        label={t("whatIfList")}
        rows={[
          { name: t("toOrder"), of: (totals: Totals) => moneyShort(totals.recommendedOrderValue, currency) },
          { name: t("levelCritical"), of: (totals: Totals) => items(totals, "CRITICAL") },
          { name: t("atOrBelow"), of: (totals: Totals) => items(totals, "CRITICAL", "HIGH") },
        ]}
        columns={[
          { head: <span class="hidden">{t("whatIfList")}</span>, cell: (row) => row.name },
          { head: t("asItIs"), cell: (row) => row.of(now.totals) },
          { head: t("withChange"), cell: (row) => <strong>{row.of(then.totals)}</strong> },
        ]}
      />
      {lines.length ? (
        <>
          <div class="head">
            <h3>{t("firstLines", quantity(lines.length))}</h3>
            <button type="button" class="button" onClick={take}>
              {t("putThese")}
            </button>
          </div>
          <DataTable
            label={t("whatIfList")}
            rows={lines}
            columns={[
              { head: t("item"), cell: ({ item, scenario: to }) => <a key={keyOf(to)} href={toItem(to)}>{item.name}</a> },
              { head: t("supplier"), cell: ({ item }) => item.supplier ?? t("noSupplier") },
              { head: t("asItIs"), cell: ({ item, baseline }) => withUnit(baseline.recommendedOrder, item.unit) },
              { head: t("withChange"), cell: ({ item, scenario: to }) => <strong>{withUnit(to.recommendedOrder, item.unit)}</strong> },
              { head: t("value"), cell: ({ item, scenario: to }) => money(to.recommendedOrderValue, item.currency) },
              { head: t("arrives"), cell: ({ scenario: to }) => day(to.arrivalDate) },
            ]}
          />
        </>
      ) : null}
    </>
  );
}

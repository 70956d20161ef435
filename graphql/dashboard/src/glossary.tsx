/** Words of the trade, each with a plain sentence. */
import type { JSX } from "preact";
import type { DemandClass } from "./gql/graphql";
import { t, type Word } from "./text";

export const CLASSES: Record<DemandClass, Word> = { SMOOTH: "classSmooth", ERRATIC: "classErratic", INTERMITTENT: "classIntermittent", LUMPY: "classLumpy" };

export const OF_SOURCES: [Word, Word][] = [
  ["quantileLoss", "quantileLossIs"],
  ["rmsse", "rmsseIs"],
  ["error", "errorIs"],
  ["bias", "biasIs"],
  ["coverage80", "coverage80Is"],
  ["skill", "skillIs"],
];

export const OF_CLASSES: [Word, Word][] = [
  ["classSmooth", "classSmoothIs"],
  ["classErratic", "classErraticIs"],
  ["classIntermittent", "classIntermittentIs"],
  ["classLumpy", "classLumpyIs"],
];

export function Glossary({ words }: { words: [Word, Word][] }): JSX.Element {
  return (
    <dl class="glossary">
      {words.map(([word, meaning]) => (
        <div key={word}>
          <dt>{t(word)}</dt>
          <dd>{t(meaning)}</dd>
        </div>
      ))}
    </dl>
  );
}

const SOURCES: Record<string, Word> = {
  ensemble: "sourceEnsemble",
  arima: "sourceArima",
  ets: "sourceEts",
  prophet: "sourceProphet",
  lstm: "sourceLstm",
  seasonal_naive: "sourceNaive",
};

/** A method by its name, and what it does where that is known here. */
export function Source({ name, place }: { name: string; place?: number }): JSX.Element {
  const meaning = SOURCES[name];
  return (
    <>
      {place === undefined ? name : `${place}. ${name}`}
      {meaning ? <small class="meaning">{t(meaning)}</small> : null}
    </>
  );
}

import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { metrics } from "../../i18n/metrics";
import type { Definition } from "./catalogue";
import { useParameterName, word } from "./words";
import "./metrics.css";

type Words = ReturnType<typeof useWords<(typeof metrics)["zh-Hans"]>>;

/** `sl3 · version 1` */
export function definitionHead(one: Definition, t: Words): string {
  return [one.id, t("version", { n: one.version })].join(" · ");
}

/** What a figure means: formula, meaning, worked example, and how it is to be read. */
export function DefinitionText({ one }: { one: Definition }) {
  const t = useWords(metrics);
  const lang = useLanguage();
  const parameter = useParameterName();
  const example = inLanguage(one.example, lang);
  const rows: [string, string][] = [
    [t("unit"), word(t, `unit.${one.unit}`, one.unit)],
    [t("how"), word(t, `how.${one.how}`, one.how)],
    [t("better"), t(`better.${one.better}`)],
    [t("attribution"), t(`attribution.${one.attribution}`)],
    ...(one.parameters.length > 0
      ? [[t("parameters"), one.parameters.map(parameter).join(lang === "en" ? "; " : "；")] as [string, string]]
      : []),
    [t("sourceHead"), one.source],
  ];
  return (
    <div className="jt-metric-text">
      <p className="jt-metric-formula">
        <span className="jt-hidden">{t("formula")}: </span>
        {inLanguage(one.formula, lang)}
      </p>
      <p>{inLanguage(one.meaning, lang)}</p>
      {example ? (
        <>
          <h3>{t("example")}</h3>
          <p className="jt-metric-example">{example}</p>
        </>
      ) : null}
      <dl>
        {rows.map(([head, text]) => (
          <div key={head}>
            <dt>{head}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

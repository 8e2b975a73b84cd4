import { agreements } from "../../i18n/agreements";
import { count } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Amount, pressOf, VerdictMark } from "./Bits";
import { inUnit, share } from "./figures";
import type { Objective, Standing } from "./model";

/** What was agreed and how it stands, the most pressing first. A figure opens what is behind it. */
export function ObjectiveTable({ standing, open }: { standing: Standing; open: (objective: string) => void }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  return (
    <section aria-labelledby="ag-objectives">
      <div className="ag-h">
        <h2 id="ag-objectives">{t("objectives")}</h2>
        <span className="jt-note">{t("objectivesNote", { n: standing.objectives.length })}</span>
        <span className="jt-fill" />
        {standing.days_passed < standing.days ? (
          <span className="jt-note">
            {t("monthGone", { days: standing.days_passed.toFixed(1), n: count(standing.volume.expected, lang) })}
          </span>
        ) : null}
      </div>
      <div className="ag-scroll">
        <table className="ag-objectives ag-cards" aria-labelledby="ag-objectives">
          <thead>
            <tr>
              <th scope="col" className="l">
                {t("objective")}
              </th>
              <th scope="col" className="l">
                {t("howCounted")}
              </th>
              <th scope="col">{t("targetMinimum")}</th>
              <th scope="col">{t("soFar")}</th>
              <th scope="col" className="l">
                {t("restNeeds")}
              </th>
              <th scope="col" className="l">
                {t("state")}
              </th>
              <th scope="col">{t("amount", { currency: standing.money.currency })}</th>
            </tr>
          </thead>
          <tbody>
            {standing.objectives.map((one) => (
              <Row key={one.id} one={one} open={() => open(one.id)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ one, open }: { one: Objective; open: () => void }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const { figure } = one;
  const press = pressOf(one.verdict);
  const name = inLanguage(one.names, lang);
  const interval =
    figure.low !== null && figure.high !== null
      ? t("sample", { n: count(figure.n, lang), low: share(figure.low), high: share(figure.high) })
      : undefined;
  return (
    <tr className={one.charged ? undefined : "ref"}>
      <td className="l n" data-press={press}>
        {name}
      </td>
      <td className="l d wide">
        {inLanguage(one.formula, lang)}
        {one.variant ? <span className="ag-u"> {one.variant}</span> : null}
      </td>
      <td data-label={t("targetMinimum")}>
        <Target one={one} />
      </td>
      <td data-label={t("soFar")}>
        <button
          type="button"
          className={`ag-fig jt-num ${press === "act" ? "jt-over" : figure.value === null ? "jt-nodata" : ""}`}
          title={interval}
          aria-label={`${name} ${inUnit(figure.value, figure.unit, lang)}`}
          onClick={open}
        >
          {inUnit(figure.value, figure.unit, lang)}
        </button>
      </td>
      <td className="l d wide">
        {one.needed ? inLanguage(one.needed.texts, lang) : <span className="jt-nodata">–</span>}
      </td>
      <td className="l">
        <VerdictMark verdict={one.verdict} />
      </td>
      <td>
        <Amount value={one.money} />
      </td>
    </tr>
  );
}

const SIGNS = { gte: "", gt: "> ", lte: "≤ ", lt: "< " } as const;

export function Target({ one }: { one: Objective }) {
  const lang = useLanguage();
  if (one.target === null) return <span className="jt-nodata">–</span>;
  return (
    <span className="jt-num">
      {SIGNS[one.op]}
      {inUnit(one.target, one.figure.unit, lang)}
      {one.minimum !== null ? <span className="ag-u"> / {inUnit(one.minimum, one.figure.unit, lang)}</span> : null}
    </span>
  );
}

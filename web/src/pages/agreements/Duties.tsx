import { agreements } from "../../i18n/agreements";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { at, list, text, texts } from "./document";
import type { Contract } from "./model";

/** What was agreed besides the figures: duties of both sides, reports and when, criteria that people judge (D1, D3, D4). */
export function Duties({ contract, us, them }: { contract: Contract; us: string; them: string }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const spec = at(contract.document, ["spec"]);
  const [provider, customer] = contract.direction === "client" ? [us, them] : [them, us];
  const who: Record<string, string> = { provider, customer, both: `${provider} + ${customer}` };
  const duties = list(spec, ["duties"]);
  const reports = list(spec, ["reports"]);
  const quality = list(spec, ["quality"]);
  if (duties.length + reports.length + quality.length === 0) return null;
  const percent = (one: unknown) => Math.round(Number(text(one, ["weight"]) || 0) * 100);
  return (
    <section aria-labelledby="ag-duties" style={{ borderTop: "1px solid var(--jt-border-strong)" }}>
      <div className="ag-h">
        <h2 id="ag-duties">{t("duties")}</h2>
        <span className="jt-note">{t("dutiesNote")}</span>
      </div>
      <div className="ag-duties">
        {duties.length > 0 ? (
          <section>
            <h3>{t("dutiesOf")}</h3>
            <ul>
              {duties.map((one) => (
                <li key={JSON.stringify(one)}>
                  <span className="jt-note">{who[text(one, ["side"])] ?? ""}</span>
                  <span>{inLanguage(texts(one, ["text"]), lang)}</span>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        {reports.length > 0 ? (
          <section>
            <h3>{t("reportsAgreed")}</h3>
            <ul>
              {reports.map((one) => (
                <li key={text(one, ["name"])}>
                  <span className="jt-note">
                    {t(EVERY[text(one, ["every"])] ?? "everyMonth")} {text(one, ["by"])}
                  </span>
                  <span>
                    {inLanguage(texts(one, ["displayName"]), lang)} ({text(one, ["format"]).toUpperCase()}) →{" "}
                    {list(one, ["to"])
                      .map((to) => String(to).replace(/^mailto:/, ""))
                      .join(", ")}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        {quality.map((one) => (
          <section key={text(one, ["name"])}>
            <h3>{inLanguage(texts(one, ["displayName"]), lang)}</h3>
            <ul>
              {list(one, ["criteria"]).map((each) => (
                <li key={text(each, ["name"])}>
                  <span className="jt-note jt-num">{percent(each)} %</span>
                  <span>{inLanguage(texts(each, ["displayName"]), lang)}</span>
                </li>
              ))}
              <li>
                <span className="jt-note">{t("sampleHead")}</span>
                <span>
                  {t("sampleOf", { n: text(one, ["sample"]) || "–", panel: list(one, ["panel"]).join(", ") })}{" "}
                  {text(one, ["calibration"])}
                </span>
              </li>
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}

const EVERY: Record<string, "everyDay" | "everyWeek" | "everyMonth"> = {
  day: "everyDay",
  week: "everyWeek",
  month: "everyMonth",
};

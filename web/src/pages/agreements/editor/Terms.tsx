import { InputNumber } from "antd";
import { editorWords } from "../../../i18n/agreementEditor";
import { useWords } from "../../../i18n/messages";
import { Button } from "../../../ui/Button";
import { number, text, texts } from "../document";
import { ChoiceAt, ManyAt, NamesAt, NumberAt, TextAt, useForm } from "./fields";
import { Many, Section } from "./parts";

/** What may be left out, how much is expected, what it costs, what is delivered, what people judge. */
const CLASSES = [
  "forceMajeure",
  "clientCaused",
  "plannedMaintenance",
  "forecastBreach",
  "carrierFault",
  "networkDrop",
  "testContacts",
] as const;

export function Exclusions() {
  const t = useWords(editorWords);
  const base = ["spec", "exclusions"];
  return (
    <Section title={t("exclusions")}>
      <ManyAt
        label={t("classes")}
        path={[...base, "classes"]}
        options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))}
      />
      <div className="ed-pair">
        <NumberAt label={t("submitDays")} path={[...base, "submitWithinDays"]} unit={t("days")} />
        <NumberAt label={t("decideDays")} path={[...base, "decideWithinDays"]} unit={t("days")} />
      </div>
      <NumberAt label={t("evidence")} path={[...base, "evidence"]} />
    </Section>
  );
}

export function VolumeTerms() {
  const t = useWords(editorWords);
  const { doc, put, readOnly } = useForm();
  const base = ["spec", "volume"];
  const months = Object.keys(texts(doc, [...base, "forecast"])).sort();
  const next = months.at(-1) ?? text(doc, ["spec", "period", "from"]).slice(0, 7);
  const following = () => {
    const [year = 2026, month = 1] = next.split("-").map(Number);
    const count = year * 12 + month - (months.length === 0 ? 1 : 0);
    return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
  };
  return (
    <Section title={t("volume")}>
      <div className="ed-pair">
        <NumberAt label={t("over")} path={[...base, "tolerance", "overPercent"]} unit={t("percent")} />
        <NumberAt label={t("under")} path={[...base, "tolerance", "underPercent"]} unit={t("percent")} />
      </div>
      <NumberAt label={t("lock")} path={[...base, "lockMonths"]} unit={t("months")} />
      <fieldset className="ed-field">
        <legend>{t("forecast")}</legend>
        <div className="ed-months">
          {months.map((month) => (
            <div key={month}>
              <label className="jt-note" htmlFor={`ed-${month}`}>
                {month}
              </label>
              <InputNumber
                id={`ed-${month}`}
                controls={false}
                disabled={readOnly}
                min={0}
                value={number(doc, [...base, "forecast", month])}
                onChange={(value) => put([...base, "forecast", month], value ?? undefined)}
              />
            </div>
          ))}
          {readOnly ? null : (
            <Button size="small" icon="plus" onClick={() => put([...base, "forecast", following()], 1000)}>
              {t("month")}
            </Button>
          )}
        </div>
      </fieldset>
    </Section>
  );
}

export function MoneyTerms() {
  const t = useWords(editorWords);
  const base = ["spec", "money"];
  return (
    <Section title={t("money")}>
      <div className="ed-pair">
        <TextAt label={t("currency")} path={[...base, "currency"]} />
        <NumberAt label={t("fee")} path={[...base, "fee", "amount"]} />
      </div>
      <div className="ed-pair">
        <NumberAt label={t("atRisk")} path={[...base, "atRiskPercent"]} unit={t("percent")} />
        <NumberAt label={t("bonusCap")} path={[...base, "bonusCapPercent"]} unit={t("percent")} />
      </div>
      <div className="ed-pair">
        <NumberAt label={t("repeatMisses")} path={[...base, "repeat", "misses"]} />
        <NumberAt label={t("repeatWithin")} path={[...base, "repeat", "within"]} />
      </div>
      <NumberAt label={t("multiplier")} path={[...base, "repeat", "multiplier"]} />
    </Section>
  );
}

export function Reports() {
  const t = useWords(editorWords);
  const { readOnly } = useForm();
  return (
    <Section title={t("reports")}>
      <Many
        title={t("reports")}
        path={["spec", "reports"]}
        fresh={{
          name: "report",
          displayName: {},
          audience: "client",
          format: "pdf",
          every: "month",
          by: "10:00",
          to: ["portal"],
        }}
        readOnly={readOnly}
      >
        {(path) => (
          <>
            <TextAt label={t("id")} path={[...path, "name"]} />
            <NamesAt label={t("name")} path={[...path, "displayName"]} />
            <div className="ed-pair">
              <ChoiceAt
                label={t("format")}
                path={[...path, "format"]}
                options={["pdf", "xlsx", "csv", "html"].map((value) => ({ value, label: value.toUpperCase() }))}
              />
              <ChoiceAt
                label={t("every")}
                path={[...path, "every"]}
                options={[
                  { value: "day", label: t("everyDay") },
                  { value: "week", label: t("everyWeek") },
                  { value: "month", label: t("everyMonth") },
                ]}
              />
            </div>
            <TextAt label={t("by")} path={[...path, "by"]} />
            <ManyAt label={t("sentTo")} path={[...path, "to"]} />
          </>
        )}
      </Many>
    </Section>
  );
}

export function Quality() {
  const t = useWords(editorWords);
  const { readOnly } = useForm();
  return (
    <Section title={t("quality")}>
      <Many
        title={t("quality")}
        path={["spec", "quality"]}
        fresh={{ name: "quality", displayName: {}, criteria: [], sample: 100 }}
        readOnly={readOnly}
      >
        {(path) => (
          <>
            <TextAt label={t("id")} path={[...path, "name"]} />
            <NamesAt label={t("name")} path={[...path, "displayName"]} />
            <ManyAt label={t("panel")} path={[...path, "panel"]} />
            <NumberAt label={t("sample")} path={[...path, "sample"]} unit={t("perMonth")} />
            <TextAt label={t("calibration")} path={[...path, "calibration"]} />
            <Many
              title={t("criteria")}
              path={[...path, "criteria"]}
              fresh={{ name: "criterion", displayName: {}, weight: 0.1 }}
              readOnly={readOnly}
            >
              {(each) => (
                <>
                  <TextAt label={t("id")} path={[...each, "name"]} />
                  <NamesAt label={t("name")} path={[...each, "displayName"]} />
                  <NumberAt label={t("weight")} path={[...each, "weight"]} />
                </>
              )}
            </Many>
          </>
        )}
      </Many>
    </Section>
  );
}

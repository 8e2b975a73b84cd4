import { InputNumber, Select } from "antd";
import { type ReactNode, useId } from "react";
import { editorWords } from "../../../i18n/agreementEditor";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { Button } from "../../../ui/Button";
import { useDirectory } from "../../contacts/api";
import { useNames } from "../../contacts/names";
import { useCatalogue } from "../../metrics/catalogue";
import { at, list, number, type Path, text, texts } from "../document";
import { ChoiceAt, ManyAt, NamesAt, NumberAt, SwitchAt, TextAt, useForm } from "./fields";

/** The sections of a contract's form, in the order in which one agrees on them. `isNew`: its identifier is still open. */
export function Sections({ isNew }: { isNew: boolean }) {
  return (
    <>
      <General isNew={isNew} />
      <Services />
      <Objectives />
      <Exclusions />
      <VolumeTerms />
      <MoneyTerms />
      <Reports />
      <Quality />
    </>
  );
}

const DIRECTIONS = ["client", "partner"] as const;

function General({ isNew }: { isNew: boolean }) {
  const t = useWords(editorWords);
  const { readOnly } = useForm();
  const { directory } = useNames();
  const lang = useLanguage();
  const clients = (directory?.clients ?? []).map((one) => ({
    value: one.id,
    label: inLanguage(one.name, lang) || one.id,
  }));
  return (
    <Section title={t("general")}>
      {isNew ? <TextAt label={t("id")} path={["metadata", "name"]} hint={t("idHint")} /> : null}
      <NamesAt label={t("name")} path={["metadata", "displayName"]} />
      {isNew ? (
        <ChoiceAt
          label={t("direction")}
          path={["spec", "direction"]}
          options={DIRECTIONS.map((value) => ({ value, label: t(value === "client" ? "dirClient" : "dirPartner") }))}
        />
      ) : null}
      {isNew && clients.length > 0 ? (
        <ChoiceAt label={t("party")} path={["spec", "party"]} options={clients} search />
      ) : isNew ? (
        <TextAt label={t("party")} path={["spec", "party"]} />
      ) : null}
      <NamesAt label={t("provider")} path={["spec", "provider", "displayName"]} />
      <NamesAt label={t("customer")} path={["spec", "customer", "displayName"]} />
      <div className="ed-pair">
        <TextAt label={t("from")} path={["spec", "period", "from"]} type="date" />
        <TextAt label={t("to")} path={["spec", "period", "to"]} type="date" />
      </div>
      <TextAt label={t("zone")} path={["spec", "timeZone"]} />
      <div className="ed-pair">
        <NumberAt label={t("settleDays")} path={["spec", "settleDays"]} unit={t("days")} />
        <NumberAt label={t("approveDays")} path={["spec", "approveDays"]} unit={t("days")} />
      </div>
      <Many title={t("duties")} path={["spec", "duties"]} fresh={{ side: "provider", text: {} }} readOnly={readOnly}>
        {(path) => (
          <>
            <ChoiceAt
              label={t("side")}
              path={[...path, "side"]}
              options={[
                { value: "provider", label: t("sideProvider") },
                { value: "customer", label: t("sideCustomer") },
                { value: "both", label: t("sideBoth") },
              ]}
            />
            <NamesAt label={t("dutyText")} path={[...path, "text"]} />
          </>
        )}
      </Many>
    </Section>
  );
}

function Services() {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const { doc, readOnly } = useForm();
  const { data } = useDirectory();
  const party = text(doc, ["spec", "party"]);
  const queues = (data?.queues ?? [])
    .filter((one) => !("client" in one) || one.client === party)
    .map((one) => ({ value: one.id, label: inLanguage(one.name as never, lang) || one.id }));
  return (
    <Section title={t("services")}>
      <Many
        title={t("services")}
        path={["spec", "services"]}
        fresh={{ name: "service", displayName: {} }}
        readOnly={readOnly}
      >
        {(path) => (
          <>
            <TextAt label={t("id")} path={[...path, "name"]} />
            <NamesAt label={t("name")} path={[...path, "displayName"]} />
            <ManyAt
              label={t("queues")}
              path={[...path, "queues"]}
              options={queues.length > 0 ? queues : undefined}
              hint={t("allOfClient")}
            />
            <ManyAt label={t("entries")} path={[...path, "entries"]} hint={t("allOfClient")} />
            <ManyAt label={t("trunks")} path={[...path, "trunks"]} />
            <Week path={[...path, "hours", "week"]} />
          </>
        )}
      </Many>
    </Section>
  );
}

/** Each written line of the week: `mon-fri` → `8:00-20:00`. */
function Week({ path }: { path: Path }) {
  const t = useWords(editorWords);
  const { doc } = useForm();
  const found = texts(doc, path);
  const keys = Object.keys(found).length > 0 ? Object.keys(found) : ["mon-sun"];
  return (
    <>
      {keys.map((key) => (
        <TextAt key={key} label={`${t("week")} ${key}`} path={[...path, key]} hint={t("weekHint")} />
      ))}
    </>
  );
}

function Objectives() {
  const t = useWords(editorWords);
  const { readOnly } = useForm();
  return (
    <Section title={t("objectives")}>
      <Many
        title={t("objectives")}
        path={["spec", "objectives"]}
        fresh={{
          name: "objective",
          displayName: {},
          metric: "sl3(20)",
          targetPercent: 80,
          minimumSample: 100,
          weight: 0.1,
        }}
        readOnly={readOnly}
      >
        {(path) => <OneObjective path={path} />}
      </Many>
    </Section>
  );
}

function OneObjective({ path }: { path: Path }) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const { doc } = useForm();
  const { catalogue } = useCatalogue();
  const judged = text(doc, [...path, "judged"]);
  const id = text(doc, [...path, "metric"]).replace(/\(.*/, "");
  const share =
    catalogue?.byId.get(id)?.unit === "ratio" || (!judged && at(doc, [...path, "targetPercent"]) !== undefined);
  const field = (name: "target" | "minimum") => [...path, share ? `${name}Percent` : name];
  const unit = share ? t("percent") : judged ? t("points") : "";
  const slices = text(doc, [...path, "budgetingMethod"]) === "Timeslices";
  const criteria = list(doc, ["spec", "quality"]).map((one) => ({
    value: text(one, ["name"]),
    label: inLanguage(texts(one, ["displayName"]), lang) || text(one, ["name"]),
  }));
  const shown = at(doc, [...path, "showOnly"]) === true;
  return (
    <>
      <TextAt label={t("id")} path={[...path, "name"]} />
      <NamesAt label={t("name")} path={[...path, "displayName"]} />
      {judged ? (
        <ChoiceAt label={t("judged")} path={[...path, "judged"]} options={criteria} />
      ) : (
        <MetricAt path={[...path, "metric"]} />
      )}
      <SwitchAt label={t("showOnly")} path={[...path, "showOnly"]} />
      {shown ? null : (
        <>
          <div className="ed-pair">
            <ChoiceAt
              label={t("op")}
              path={[...path, "op"]}
              fallback="gte"
              options={[
                { value: "gte", label: t("gte") },
                { value: "lte", label: t("lte") },
              ]}
            />
            <NumberAt label={t("weight")} path={[...path, "weight"]} />
          </div>
          <div className="ed-pair">
            <NumberAt label={t("target")} path={field("target")} unit={unit} />
            <NumberAt label={t("minimum")} path={field("minimum")} unit={unit} />
          </div>
          <div className="ed-pair">
            <ChoiceAt
              label={t("window")}
              path={[...path, "timeWindow", "duration"]}
              fallback="1M"
              options={(["1d", "1w", "1M", "1Q"] as const).map((value) => ({ value, label: t(`w${value}`) }))}
            />
            <NumberAt label={t("sample")} path={[...path, "minimumSample"]} />
          </div>
          {judged ? null : (
            <ChoiceAt
              label={t("method")}
              path={[...path, "budgetingMethod"]}
              fallback="Occurrences"
              options={[
                { value: "Occurrences", label: t("occurrences") },
                { value: "Timeslices", label: t("timeslices") },
              ]}
            />
          )}
          {slices ? (
            <div className="ed-pair">
              <ChoiceAt
                label={t("sliceWindow")}
                path={[...path, "timeSliceWindow"]}
                fallback="30m"
                options={["15m", "30m", "1h", "1d"].map((value) => ({ value, label: value }))}
              />
              <NumberAt label={t("sliceTarget")} path={[...path, "timeSliceTarget"]} />
            </div>
          ) : null}
        </>
      )}
    </>
  );
}

/** The catalogue's figures by name, with their parameters beside; written as everywhere: `sl3(20)`. */
function MetricAt({ path }: { path: Path }) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const { doc, put, readOnly, faults } = useForm();
  const { catalogue } = useCatalogue();
  const group = useId();
  const written = text(doc, path);
  const [id = "", inside = ""] = written.replace(/\)$/, "").split("(");
  const values = inside.split(",").map((one) => one.trim());
  const wanted = catalogue?.byId.get(id)?.parameters ?? [];
  const field = path.map((one, i) => (typeof one === "number" ? `[${one}]` : i === 0 ? one : `.${one}`)).join("");
  const fault = faults.find((one) => one.field === field || `spec.${one.field}` === field);
  const say = (next: string, parameters: (string | number)[]) =>
    put(path, parameters.length > 0 ? `${next}(${parameters.join(",")})` : next);
  return (
    <div className="ed-field">
      <label htmlFor={`${group}-id`}>{t("metric")}</label>
      <div>
        <span className="jt-row" style={{ flexWrap: "wrap" }}>
          <Select
            id={`${group}-id`}
            style={{ minWidth: 240, flex: 1 }}
            disabled={readOnly}
            status={fault ? "error" : undefined}
            value={id}
            showSearch={{ optionFilterProp: "label" }}
            options={(catalogue?.items ?? []).map((one) => ({
              value: one.id,
              label: `${inLanguage(one.names, lang)} (${one.id})`,
            }))}
            onChange={(next: string) =>
              say(
                next,
                (catalogue?.byId.get(next)?.parameters ?? []).map((_, i) => values[i] || [20, 5][i] || 1),
              )
            }
          />
          {wanted.map((name, i) => (
            <InputNumber
              key={name}
              aria-label={`${t("parameters")} ${name}`}
              controls={false}
              disabled={readOnly}
              min={0}
              style={{ width: 72 }}
              value={Number(values[i]) || null}
              suffix={name}
              onChange={(value) =>
                say(
                  id,
                  wanted.map((_, at) => (at === i ? (value ?? 0) : values[at] || 0)),
                )
              }
            />
          ))}
        </span>
        {fault ? (
          <p className="jt-over" role="alert">
            {fault.texts[lang] || fault.message}
          </p>
        ) : null}
      </div>
    </div>
  );
}

const CLASSES = [
  "forceMajeure",
  "clientCaused",
  "plannedMaintenance",
  "forecastBreach",
  "carrierFault",
  "networkDrop",
  "testContacts",
] as const;

function Exclusions() {
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

function VolumeTerms() {
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

function MoneyTerms() {
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

function Reports() {
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

function Quality() {
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

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="ed-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A list of the document: each opens and closes, can be taken out; a new one comes at the end, with a name of its own. */
function Many({
  title,
  path,
  fresh,
  readOnly,
  children,
}: {
  title: string;
  path: Path;
  fresh: Record<string, unknown>;
  readOnly: boolean;
  children: (path: Path) => ReactNode;
}) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const { doc, put } = useForm();
  const items = list(doc, path);
  const add = () => {
    const names = new Set(items.map((one) => text(one, ["name"])));
    const base = typeof fresh.name === "string" ? fresh.name : "";
    let name = base;
    for (let n = 2; names.has(name); n += 1) name = `${base}-${n}`;
    put([...path, items.length], base ? { ...fresh, name } : fresh);
  };
  return (
    <div className="ed-many">
      {items.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: their place is what they are addressed by
        <details key={i} open={items.length === 1}>
          <summary>
            <span className="jt-clip">
              {inLanguage(texts(one, ["displayName"]), lang) ||
                inLanguage(texts(one, ["text"]), lang) ||
                text(one, ["name"]) ||
                `${title} ${i + 1}`}
            </span>
            <span className="jt-note">{text(one, ["metric"]) || text(one, ["judged"])}</span>
          </summary>
          {children([...path, i])}
          {readOnly ? null : (
            <Button size="small" icon="trash" kind="quiet" onClick={() => put([...path, i], undefined)}>
              {t("remove")}
            </Button>
          )}
        </details>
      ))}
      {readOnly ? null : (
        <Button size="small" icon="plus" onClick={add}>
          {t("add")}: {title}
        </Button>
      )}
    </div>
  );
}

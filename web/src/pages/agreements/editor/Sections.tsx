import { InputNumber, Select } from "antd";
import { useId } from "react";
import { editorWords } from "../../../i18n/agreementEditor";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { useDirectory } from "../../contacts/api";
import { useNames } from "../../contacts/names";
import { useCatalogue } from "../../metrics/catalogue";
import { at, list, type Path, text, texts } from "../document";
import { ChoiceAt, ManyAt, NamesAt, NumberAt, SwitchAt, TextAt, useForm } from "./fields";
import { Many, Section } from "./parts";
import { Exclusions, MoneyTerms, Quality, Reports, VolumeTerms } from "./Terms";

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

import { InputNumber, Select, Switch } from "antd";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { reports } from "../../../i18n/reports";
import { Button, IconButton } from "../../../ui/Button";
import { useCatalogue } from "../../metrics/catalogue";
import { FacetChips, PeriodPicker } from "../Controls";
import { type Block, BY, DRAWN, EVERY, type Facet, KINDS } from "../model";
import { named, parsed } from "../names";
import { addMetric, asKind, type Faults, faultAt, missingTrueAccess, tidy } from "./edit";
import { FaultText, Field, TextsField } from "./fields";
import { MetricPicker } from "./MetricPicker";
import { MetricRows } from "./MetricRows";

/** One block of a report: what it is, what it shows, and how. */
export function BlockEditor({
  block,
  n,
  faults,
  change,
  duplicate,
  remove,
}: {
  block: Block;
  n: number;
  faults: Faults;
  change: (block: Block, group?: string) => void;
  duplicate: () => void;
  remove: () => void;
}) {
  const t = useWords(reports);
  const lang = useLanguage();
  const { catalogue } = useCatalogue();
  const at = `blocks.${n}`;
  const put = (part: Partial<Block>, group?: string) =>
    change(tidy({ ...block, ...part }), group && `${at} ${group}`);
  const title = inLanguage(block.title, lang) || t(`kind.${block.kind}`);
  const name = t("block", { n: n + 1, name: title });
  const metricName = (key: string) => named(catalogue?.byId.get(parsed(key).id), key, lang);
  const figures = block.kind === "figures";
  const chart = block.kind === "chart";
  const table = block.kind === "table";
  const access = missingTrueAccess(block);
  const top = faultAt(faults, at);
  return (
    <div className="rp-blockform">
      <div className="rp-kinds" role="group" aria-label={name}>
        {KINDS.map((kind) => (
          <Button
            key={kind}
            size="small"
            kind={kind === block.kind ? "plain" : "quiet"}
            aria-pressed={kind === block.kind}
            onClick={() => change(asKind(block, kind))}
          >
            {t(`kind.${kind}`)}
          </Button>
        ))}
        <span className="jt-fill" />
        <IconButton icon="copy" label={`${t("duplicate")}: ${name}`} onClick={duplicate} />
        <IconButton icon="trash" label={t("removeOne", { name })} onClick={remove} />
      </div>
      {top ? <FaultText code={top} /> : null}
      <TextsField
        label={t("blockTitle")}
        value={block.title}
        fault={faultAt(faults, `${at}.title`, true)}
        onChange={(value) => put({ title: value }, "title")}
      />
      {block.kind === "text" ? (
        <TextsField
          label={t("blockText")}
          rows={5}
          value={block.text}
          fault={faultAt(faults, `${at}.text`, true)}
          onChange={(value) => put({ text: value }, "text")}
        />
      ) : (
        <>
          <fieldset className="rp-fieldset">
            <legend>{t("metricsHead")}</legend>
            <MetricRows block={block} at={at} faults={faults} change={change} />
            <MetricPicker
              chosen={block.metrics.map((key) => parsed(key).id)}
              add={(id) => change(addMetric(block, id))}
            />
            {faultAt(faults, `${at}.metrics`) ? <FaultText code={faultAt(faults, `${at}.metrics`) ?? ""} /> : null}
            {access ? (
              <p className="rp-hint jt-note">
                {t("trueAccessHint")}{" "}
                <button type="button" className="jt-link" onClick={() => change(addMetric(block, access))}>
                  {t("addTrueAccess")}
                </button>
              </p>
            ) : null}
          </fieldset>
          {figures ? null : (
            <>
              <Field label={t("groupBy")} fault={faultAt(faults, `${at}.by`)}>
                {(field) => (
                  <Select
                    {...field}
                    mode="multiple"
                    maxCount={chart ? 1 : 3}
                    value={[...block.by]}
                    placeholder={t("noGrouping")}
                    options={BY.map((value) => ({ value, label: t(`by.${value}`) }))}
                    onChange={(by) => put({ by })}
                  />
                )}
              </Field>
              <Field label={t("interval")} fault={faultAt(faults, `${at}.every`)}>
                {(field) => (
                  <Select
                    {...field}
                    value={block.every}
                    options={EVERY.map((value) => ({ value, label: t(`every.${value}`) }))}
                    onChange={(every) => put({ every })}
                  />
                )}
              </Field>
            </>
          )}
          {chart ? (
            <>
              <Field label={t("drawnAs")} fault={faultAt(faults, `${at}.drawn`)}>
                {(field) => (
                  <Select
                    {...field}
                    value={block.drawn}
                    options={DRAWN.map((value) => ({ value, label: t(`drawn.${value}`) }))}
                    onChange={(drawn) => put({ drawn })}
                  />
                )}
              </Field>
              {block.drawn === "line" ? (
                <Toggle label={t("gapField")} value={block.gap} onChange={(gap) => put({ gap })} />
              ) : null}
            </>
          ) : null}
          {table ? <Toggle label={t("totalField")} value={block.total} onChange={(total) => put({ total })} /> : null}
          {figures ? null : (
            <Field label={t("sortBy")} fault={faultAt(faults, `${at}.sort`, true)}>
              {(field) => (
                <Select
                  {...field}
                  value={block.sort?.by ?? ""}
                  options={[
                    { value: "", label: t("sortNone") },
                    ...(block.every === "all" ? [] : [{ value: "start", label: t("sortStart") }]),
                    ...block.by.map((value) => ({ value: value as string, label: t(`by.${value}`) })),
                    ...block.metrics.map((value) => ({ value, label: metricName(value) })),
                  ]}
                  onChange={(by) => put({ sort: by ? { by, descending: block.sort?.descending ?? true } : null })}
                />
              )}
            </Field>
          )}
          {block.sort ? (
            <Toggle
              label={t("descending")}
              value={block.sort.descending ?? true}
              onChange={(descending) => put({ sort: block.sort && { ...block.sort, descending } })}
            />
          ) : null}
          {block.by.length > 0 ? (
            <Field label={t("topField")} fault={faultAt(faults, `${at}.top`)}>
              {(field) => (
                <InputNumber
                  {...field}
                  controls={false}
                  min={1}
                  max={500}
                  value={block.top}
                  onChange={(next) => put({ top: next }, "top")}
                />
              )}
            </Field>
          ) : null}
          <div className="rp-field">
            <Toggle
              label={t("ownPeriod")}
              value={block.period !== null}
              onChange={(on) => put({ period: on ? { kind: "last_days", n: 28 } : null })}
            />
            {block.period ? <PeriodPicker value={block.period} onChange={(period) => put({ period })} /> : null}
            {faultAt(faults, `${at}.period`, true) ? (
              <FaultText code={faultAt(faults, `${at}.period`, true) ?? ""} />
            ) : null}
          </div>
          <div className="rp-field">
            <span className="rp-label">{t("filterHead")}</span>
            <div className="rp-chips">
              <FacetChips
                facets={block.filter ?? {}}
                onChange={(facet: Facet, values) => {
                  const next = { ...block.filter, [facet]: values.length > 0 ? values : null };
                  put({ filter: Object.values(next).some((one) => one !== null && one !== undefined) ? next : null });
                }}
              />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

export function Toggle({
  label,
  value,
  onChange,
}: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: antd's switch is the control
    <label className="rp-toggle">
      <Switch size="small" checked={value} onChange={onChange} aria-label={label} />
      <span>{label}</span>
    </label>
  );
}

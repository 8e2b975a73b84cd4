import { InputNumber } from "antd";
import { useId } from "react";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { reports } from "../../../i18n/reports";
import { IconButton } from "../../../ui/Button";
import { useCatalogue } from "../../metrics/catalogue";
import { useParameterName } from "../../metrics/words";
import type { Block } from "../model";
import { named, parsed } from "../names";
import { type Faults, faultAt, removeMetric, setLimit, setParameters, setTarget, shifted } from "./edit";
import { FaultText } from "./fields";
import { useOrder } from "./order";

/** The figures of a block: their order, their parameters, and what each should be. */
export function MetricRows({
  block,
  at,
  faults,
  change,
}: {
  block: Block;
  at: string;
  faults: Faults;
  change: (block: Block, group?: string) => void;
}) {
  const t = useWords(reports);
  const lang = useLanguage();
  const parameterName = useParameterName();
  const { catalogue } = useCatalogue();
  const nameOf = (key: string) => named(catalogue?.byId.get(parsed(key).id), key, lang);
  const order = useOrder(
    block.metrics.length,
    (from, to) => change({ ...block, metrics: shifted(block.metrics, from, to) }),
    (index) => nameOf(block.metrics[index] ?? ""),
  );
  const group = useId();
  return (
    <>
      <ol className="rp-metrics">
        {block.metrics.map((key, i) => {
          const { id, parameters } = parsed(key);
          const definition = catalogue?.byId.get(id);
          const name = nameOf(key);
          const fault = faultAt(faults, `${at}.metrics.${i}`);
          const ratio = definition?.unit === "ratio";
          const target = block.targets.find((one) => one.metric === key)?.value ?? null;
          const limit = block.limits.find((one) => one.metric === key);
          const shown = (value: number | null | undefined) =>
            value === null || value === undefined ? null : ratio ? Math.round(value * 1e6) / 1e4 : value;
          const read = (value: number | null) => (value === null ? null : ratio ? value / 100 : value);
          const unit = ratio ? "%" : definition?.unit === "ms" ? t("seconds") : "";
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: while its parameters are typed, a figure keeps its place, not its key
            <li key={`${id} ${i}`} {...order.row(i)}>
              <div className="rp-metric-row">
                {order.handle(i)}
                <span className="jt-clip" title={name}>
                  {name}
                </span>
                <IconButton
                  icon="up"
                  label={`${t("up")}: ${name}`}
                  disabled={i === 0}
                  onClick={() => order.step(i, i - 1)}
                />
                <IconButton
                  icon="down"
                  label={`${t("down")}: ${name}`}
                  disabled={i === block.metrics.length - 1}
                  onClick={() => order.step(i, i + 1)}
                />
                <IconButton
                  icon="close"
                  label={t("removeOne", { name })}
                  onClick={() => change(removeMetric(block, key))}
                />
              </div>
              <div className="rp-metric-more">
                {(definition?.parameters ?? []).map((parameter, n) => (
                  <Small key={parameter} label={short(parameterName(parameter))} title={parameterName(parameter)}>
                    {(field) => (
                      <InputNumber
                        {...field}
                        controls={false}
                        min={0}
                        size="small"
                        value={parameters[n] ? Number(parameters[n]) : null}
                        onChange={(value) => {
                          const next = Array.from(
                            { length: Math.max(parameters.length, n + 1) },
                            (_, i) => parameters[i] ?? "",
                          );
                          next[n] = value === null ? "" : String(value);
                          // One before it must be given: a later parameter cannot stand alone.
                          if (next.slice(0, n).every((one) => one !== "")) {
                            change(setParameters(block, key, next), `${group} ${i} ${n}`);
                          }
                        }}
                      />
                    )}
                  </Small>
                ))}
                {definition && definition.how !== "streak" ? (
                  <>
                    <Small label={`${t("targetOf")}${unit ? `, ${unit}` : ""}`}>
                      {(field) => (
                        <InputNumber
                          {...field}
                          controls={false}
                          size="small"
                          value={shown(target)}
                          onChange={(value) => change(setTarget(block, key, read(value)), `${group} ${i} target`)}
                        />
                      )}
                    </Small>
                    {(["below", "above"] as const).map((side) => (
                      <Small
                        key={side}
                        label={`${t(side === "below" ? "belowOf" : "aboveOf")}${unit ? `, ${unit}` : ""}`}
                      >
                        {(field) => (
                          <InputNumber
                            {...field}
                            controls={false}
                            size="small"
                            value={shown(limit?.[side])}
                            onChange={(value) =>
                              change(setLimit(block, key, side, read(value)), `${group} ${i} ${side}`)
                            }
                          />
                        )}
                      </Small>
                    ))}
                  </>
                ) : null}
              </div>
              {fault ? <FaultText code={fault} /> : null}
            </li>
          );
        })}
      </ol>
      <p className="jt-hidden" aria-live="polite">
        {order.spoken}
      </p>
    </>
  );
}

/** “X, seconds; without it, …”: what stands before the first semicolon. */
function short(name: string): string {
  return name.split(/[;；]/)[0] ?? name;
}

function Small({
  label,
  title,
  children,
}: {
  label: string;
  title?: string;
  children: (field: { id: string }) => React.ReactNode;
}) {
  const id = useId();
  return (
    <span className="rp-small">
      <label htmlFor={id} title={title}>
        {label}
      </label>
      {children({ id })}
    </span>
  );
}

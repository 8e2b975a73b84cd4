import { InputNumber, Select } from "antd";
import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { faultWords } from "../../i18n/setupFaults";
import { Button, IconButton } from "../../ui/Button";
import type { Faults, Need, Step } from "./documents";
import { faultText, type Option } from "./form";

const LEVELS = [1, 2, 3, 4, 5];

/** Skills with the least level that will do. */
export function Needs({
  id,
  value,
  skills,
  path,
  faults,
  onChange,
}: {
  id?: string;
  value: readonly Need[];
  skills: Option[];
  path: string;
  faults: Faults;
  onChange: (value: Need[]) => void;
}) {
  const t = useWords(settings);
  const c = useWords(core);
  const wrong = useWords(faultWords);
  const put = (n: number, need: Need) => onChange(value.map((one, i) => (i === n ? need : one)));
  const free = skills.filter((skill) => !value.some((need) => need.skill === skill.value));
  return (
    <div className="st-needs" id={id}>
      {value.length === 0 ? <span style={{ lineHeight: "32px" }}>{t("anyone")}</span> : null}
      {value.map((need, n) => {
        const fault = faults[`${path}.${n}.skill`] ?? faults[`${path}.${n}.level`];
        return (
          <div className="st-need" key={need.skill}>
            <Select
              aria-label={t("skill")}
              value={need.skill}
              options={skills}
              status={fault ? "error" : undefined}
              style={{ width: 200 }}
              onChange={(skill: string) => put(n, { ...need, skill })}
            />
            <Select
              aria-label={t("skillLevel")}
              value={need.level}
              options={LEVELS.map((level) => ({ value: level, label: t("levelAtLeast", { n: level }) }))}
              style={{ width: 160 }}
              onChange={(level: number) => put(n, { ...need, level })}
            />
            <IconButton icon="close" label={c("remove")} onClick={() => onChange(value.filter((_, i) => i !== n))} />
            {fault ? (
              <span className="st-fault" role="alert">
                {faultText(wrong, fault)}
              </span>
            ) : null}
          </div>
        );
      })}
      {free[0] ? (
        <span>
          <Button
            size="small"
            icon="plus"
            onClick={() => free[0] && onChange([...value, { skill: free[0].value, level: 1 }])}
          >
            {t("addSkill")}
          </Button>
        </span>
      ) : null}
    </div>
  );
}

/** What happens as the wait grows, in order of time. */
export function Steps({
  value,
  skills,
  queues,
  faults,
  onChange,
}: {
  value: readonly Step[];
  skills: Option[];
  queues: Option[];
  faults: Faults;
  onChange: (value: Step[]) => void;
}) {
  const t = useWords(settings);
  const c = useWords(core);
  const wrong = useWords(faultWords);
  const put = (n: number, step: Step) => onChange(value.map((one, i) => (i === n ? step : one)));
  const after = (value.at(-1)?.after_s ?? 0) + 60;
  return (
    <div className="st-steps">
      {value.length === 0 ? <p>{t("noSteps")}</p> : null}
      {value.map((step, n) => {
        const own = [`steps.${n}`, `steps.${n}.after_s`, `steps.${n}.queue`].flatMap((path) => faults[path] ?? []);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their order
          <div className="st-step" key={n}>
            <div className="st-need">
              <span>{t("afterS")}</span>
              <InputNumber
                controls={false}
                aria-label={t("afterS")}
                className="st-number"
                value={step.after_s}
                onChange={(after_s) => after_s !== null && put(n, { ...step, after_s })}
              />
              <span className="jt-note">{t("seconds")}</span>
              <span className="jt-strong">{step.type === "move" ? t("moveTo") : t("expand")}</span>
              {step.type === "move" ? (
                <Select
                  aria-label={t("moveTo")}
                  className="st-select"
                  value={step.queue || undefined}
                  options={queues}
                  onChange={(queue: string) => put(n, { ...step, queue })}
                />
              ) : null}
              <span className="jt-fill" />
              <IconButton
                icon="close"
                label={c("remove")}
                onClick={() => onChange(value.filter((_, i) => i !== n))}
              />
            </div>
            {step.type === "expand" ? (
              <Needs
                value={step.requires}
                skills={skills}
                path={`steps.${n}.requires`}
                faults={faults}
                onChange={(requires) => put(n, { ...step, requires })}
              />
            ) : null}
            {own.map((fault) => (
              <p className="st-fault" role="alert" key={fault.code}>
                {faultText(wrong, fault)}
              </p>
            ))}
          </div>
        );
      })}
      <div className="jt-row">
        <Button
          size="small"
          icon="plus"
          onClick={() => onChange([...value, { type: "expand", after_s: after, requires: [] }])}
        >
          {t("addExpand")}
        </Button>
        {queues.length ? (
          <Button
            size="small"
            icon="plus"
            onClick={() => onChange([...value, { type: "move", after_s: after, queue: queues[0]?.value ?? "" }])}
          >
            {t("addMove")}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

import { Checkbox } from "antd";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import { Button, IconButton } from "../../../ui/Button";
import type { Faults } from "../../settings/documents";
import { Field, NumberField, Section, SwitchField } from "../../settings/form";
import type { BreakRule, MealRule, WeekFrame } from "../setupData";
import { useClocks } from "../words";
import { endAfter, MEAL, minutesOf, minutesText } from "./values";

const MONDAY = "2024-01-01";

/** The names of the weekdays, Monday first. */
export function useWeekdays(): string[] {
  const clocks = useClocks();
  return Array.from({ length: 7 }, (_, i) => clocks.weekday(`${MONDAY.slice(0, 8)}0${i + 1}`));
}

export function TimeField({
  label,
  value,
  onChange,
  fault,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  fault?: Faults[string];
}) {
  return (
    <Field label={label} fault={fault}>
      {({ status, ...props }) => (
        <input
          {...props}
          type="time"
          step={300}
          className="su-time"
          aria-invalid={status === "error" || undefined}
          value={minutesText(value)}
          onChange={(event) => {
            const next = minutesOf(event.target.value);
            if (next !== null) onChange(next);
          }}
        />
      )}
    </Field>
  );
}

export function WeekdaysField({
  value,
  onChange,
  fault,
}: {
  value: readonly number[];
  onChange: (value: number[]) => void;
  fault?: Faults[string];
}) {
  const t = useWords(scheduleSetup);
  const names = useWeekdays();
  return (
    <Field label={t("weekdays")} fault={fault}>
      {() => (
        <Checkbox.Group
          value={[...value]}
          options={names.map((label, i) => ({ label, value: i }))}
          onChange={(next: number[]) => onChange([...next].sort())}
        />
      )}
    </Field>
  );
}

export function BreakFields({
  value,
  onChange,
  faults,
}: {
  value: BreakRule;
  onChange: (value: BreakRule) => void;
  faults: Faults;
}) {
  const t = useWords(scheduleSetup);
  const field = (name: keyof BreakRule, label: string) => (
    <NumberField
      label={label}
      unit={t("unit.min")}
      step={5}
      value={value[name]}
      onChange={(next) => next !== null && onChange({ ...value, [name]: next })}
      fault={faults[`breaks.${name}`]}
    />
  );
  return (
    <Section title={t("breaks")}>
      {field("length", t("breakLength"))}
      {field("after", t("breakAfter"))}
      {field("edge", t("breakEdge"))}
    </Section>
  );
}

export function MealFields({
  value,
  onChange,
  faults,
}: {
  value: MealRule | null;
  onChange: (value: MealRule | null) => void;
  faults: Faults;
}) {
  const t = useWords(scheduleSetup);
  const field = (name: "length" | "over" | "earliest" | "latest", label: string) =>
    value ? (
      <NumberField
        label={label}
        unit={t("unit.min")}
        step={15}
        value={value[name]}
        onChange={(next) => next !== null && onChange({ ...value, [name]: next })}
        fault={faults[`meal.${name}`]}
      />
    ) : null;
  return (
    <Section title={t("meal")}>
      <SwitchField label={t("hasMeal")} value={value !== null} onChange={(on) => onChange(on ? MEAL : null)} />
      {field("length", t("mealLength"))}
      {field("over", t("mealOver"))}
      {field("earliest", t("mealEarliest"))}
      {field("latest", t("mealLatest"))}
      {value ? (
        <SwitchField label={t("mealPaid")} value={value.paid} onChange={(paid) => onChange({ ...value, paid })} />
      ) : null}
    </Section>
  );
}

/** Hours of weekdays, as many stretches as there are. */
export function FramesField({
  title,
  hint,
  path,
  value,
  onChange,
  faults,
}: {
  title: string;
  hint: string;
  path: string;
  value: readonly WeekFrame[];
  onChange: (value: WeekFrame[]) => void;
  faults: Faults;
}) {
  const t = useWords(scheduleSetup);
  const names = useWeekdays();
  const put = (index: number, change: Partial<WeekFrame>) =>
    onChange(
      value.map((one, i) => {
        if (i !== index) return one;
        const next = { ...one, ...change };
        return { ...next, end: endAfter(next.start, next.end % 1440 || (next.end >= 1440 ? 1440 : 0)) };
      }),
    );
  return (
    <Section title={title} note={hint}>
      <ul className="su-frames">
        {value.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stretch has no other name than its place
          <li key={i} data-fault={faults[`${path}.${i}`] ? true : undefined}>
            <select
              aria-label={t("weekday")}
              value={one.weekday}
              onChange={(event) => put(i, { weekday: Number(event.target.value) })}
            >
              {names.map((name, n) => (
                <option key={name} value={n}>
                  {name}
                </option>
              ))}
            </select>
            <input
              type="time"
              step={300}
              aria-label={t("from")}
              value={minutesText(one.start)}
              onChange={(event) => put(i, { start: minutesOf(event.target.value) ?? one.start })}
            />
            –
            <input
              type="time"
              step={300}
              aria-label={t("until")}
              value={minutesText(one.end)}
              onChange={(event) => put(i, { end: minutesOf(event.target.value) ?? one.end })}
            />
            <span className="jt-note">{one.end > 1440 ? t("nextDay") : ""}</span>
            <IconButton
              icon="close"
              label={t("removeFrame")}
              onClick={() => onChange(value.filter((_, n) => n !== i))}
            />
          </li>
        ))}
      </ul>
      <Button
        size="small"
        icon="plus"
        onClick={() => {
          const last = value.at(-1);
          onChange([
            ...value,
            last ? { ...last, weekday: (last.weekday + 1) % 7 } : { weekday: 0, start: 780, end: 1140 },
          ]);
        }}
      >
        {t("addFrame")}
      </Button>
    </Section>
  );
}

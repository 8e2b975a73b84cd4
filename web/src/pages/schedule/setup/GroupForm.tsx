import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import type { Names } from "../../../live/types";
import { type Faults, idFor, useDraft } from "../../settings/documents";
import { ManyField, NamesField, NumberField, Section, SwitchField } from "../../settings/form";
import type { Group, Stored } from "../setupData";
import type { QueueName } from "./people";
import { SetupDrawer } from "./SetupDrawer";

export function GroupForm({
  stored,
  queues,
  taken,
  onClose,
}: {
  stored: Stored<Group>;
  queues: readonly QueueName[];
  taken: string[];
  onClose: () => void;
}) {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const form = useDraft(stored.spec);
  const { draft, set, faults } = form;
  const goal = (change: Partial<Group["goal"]>) => set({ goal: { ...draft.goal, ...change } });
  return (
    <SetupDrawer
      kind="group"
      stored={stored}
      title={inLanguage(stored.spec.name, lang) || t("newGroup")}
      draft={form}
      spec={() => (draft.id ? draft : { ...draft, id: idFor(draft.name as Names, taken) })}
      onClose={onClose}
    >
      <NamesField label={t("name")} value={draft.name as Names} onChange={(name) => set({ name })} faults={faults} />
      <ManyField
        label={t("queues")}
        value={draft.queues}
        options={queues.map((one) => ({ value: one.id, label: inLanguage(one.name, lang) || one.id }))}
        onChange={(value) => set({ queues: value })}
        fault={faults.queues ?? firstOf(faults, "queues.")}
      />
      <Section title={t("goal")}>
        <Percent
          label={t("goalShare")}
          value={draft.goal.share}
          onChange={(share) => share !== null && goal({ share })}
          fault={faults["goal.share"]}
        />
        <NumberField
          label={t("goalWithin")}
          unit={t("unit.s")}
          value={draft.goal.within_s}
          onChange={(value) => value !== null && goal({ within_s: value })}
          fault={faults["goal.within_s"]}
        />
        <Percent
          label={t("goalOccupancy")}
          off={t("noLimit")}
          value={draft.goal.max_occupancy}
          onChange={(max_occupancy) => goal({ max_occupancy })}
          fault={faults["goal.max_occupancy"]}
        />
      </Section>
      <Section title={t("losses")}>
        <Percent
          label={t("shrinkage")}
          value={draft.shrinkage}
          onChange={(value) => value !== null && set({ shrinkage: value })}
          fault={faults.shrinkage}
        />
        <Percent
          label={t("absence")}
          value={draft.absence}
          onChange={(value) => value !== null && set({ absence: value })}
          fault={faults.absence}
        />
        <NumberField
          label={t("missing_hour_cost")}
          unit={t("unit.yuan")}
          value={draft.missing_hour_cost}
          onChange={(value) => value !== null && set({ missing_hour_cost: value })}
          fault={faults.missing_hour_cost}
        />
      </Section>
      <SwitchField label={t("active")} value={draft.active} onChange={(active) => set({ active })} />
    </SetupDrawer>
  );
}

export function firstOf(faults: Faults, prefix: string): Faults[string] {
  const key = Object.keys(faults).find((one) => one.startsWith(prefix));
  return key === undefined ? (undefined as unknown as Faults[string]) : (faults[key] as Faults[string]);
}

/** A ratio as a percentage. */
export function Percent({
  label,
  value,
  onChange,
  fault,
  off,
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  fault?: Faults[string];
  off?: string;
}) {
  const t = useWords(scheduleSetup);
  return (
    <NumberField
      label={label}
      unit={t("unit.percent")}
      value={value === null ? null : Math.round(value * 10_000) / 100}
      onChange={(next) => onChange(next === null ? null : Math.round(next * 100) / 10_000)}
      {...(off === undefined ? {} : { off })}
      fault={fault}
    />
  );
}

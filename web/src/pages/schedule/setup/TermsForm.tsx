import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import { useDraft } from "../../settings/documents";
import { Field, ManyField, NumberField, Section, SelectField } from "../../settings/form";
import type { Setup, Stored, Terms } from "../setupData";
import { firstOf } from "./GroupForm";
import { FramesField } from "./parts";
import { SetupDrawer } from "./SetupDrawer";

const HOURS = ["hours_day", "hours_week", "hours_week_min", "hours_month"] as const;

/** One agent's terms: hours, contract, cost, when they can work and be called in. */
export function TermsForm({
  stored,
  setup,
  name,
  onClose,
}: {
  stored: Stored<Terms>;
  setup: Setup;
  name: string;
  onClose: () => void;
}) {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const form = useDraft(stored.spec);
  const { draft, set, faults } = form;
  const date = (field: "contract_from" | "contract_until") => (
    <Field label={t(field)} fault={faults[field]}>
      {({ status, ...props }) => (
        <input
          {...props}
          type="date"
          className="su-time"
          aria-invalid={status === "error" || undefined}
          value={draft[field] ?? ""}
          onChange={(event) => set({ [field]: event.target.value || null })}
        />
      )}
    </Field>
  );
  return (
    <SetupDrawer kind="terms" stored={stored} title={name} draft={form} spec={() => draft} onClose={onClose}>
      {stored.version === 0 ? <p className="jt-note">{t("defaultHint")}</p> : null}
      <SelectField
        label={t("employment")}
        value={draft.employment}
        options={(["full_time", "part_time"] as const).map((value) => ({ value, label: t(value) }))}
        onChange={(value) => value && set({ employment: value as Terms["employment"] })}
        fault={faults.employment}
      />
      <Section title={t("limits")}>
        {HOURS.map((field) => (
          <NumberField
            key={field}
            label={t(field)}
            unit={t("unit.h")}
            off={t("noLimit")}
            value={draft[field]}
            onChange={(value) => set({ [field]: value })}
            fault={faults[field]}
          />
        ))}
        {date("contract_from")}
        {date("contract_until")}
        <NumberField
          label={t("cost_hour")}
          unit={t("unit.yuan")}
          value={draft.cost_hour}
          onChange={(value) => value !== null && set({ cost_hour: value })}
          fault={faults.cost_hour}
        />
        <NumberField
          label={t("overtime_factor")}
          step={0.5}
          value={draft.overtime_factor}
          onChange={(value) => value !== null && set({ overtime_factor: value })}
          fault={faults.overtime_factor}
        />
        <NumberField
          label={t("seniority")}
          unit={t("unit.years")}
          value={draft.seniority}
          onChange={(value) => value !== null && set({ seniority: Math.round(value) })}
          fault={faults.seniority}
        />
      </Section>
      <ManyField
        label={t("patternsOf")}
        value={draft.patterns}
        empty={t("allPatterns")}
        options={setup.patterns.map((one) => ({ value: one.id, label: inLanguage(one.spec.name, lang) || one.id }))}
        onChange={(patterns) => set({ patterns })}
        fault={firstOf(faults, "patterns.")}
      />
      <SelectField
        label={t("rulesOf")}
        value={draft.rules}
        options={setup.rules.map((one) => ({ value: one.id, label: inLanguage(one.spec.name, lang) || one.id }))}
        onChange={(rules) => rules && set({ rules })}
        fault={faults.rules}
      />
      <FramesField
        title={t("frames")}
        hint={t("framesHint")}
        path="frames"
        value={draft.frames}
        onChange={(frames) => set({ frames })}
        faults={faults}
      />
      <FramesField
        title={t("standby")}
        hint={t("standbyHint")}
        path="standby"
        value={draft.standby}
        onChange={(standby) => set({ standby })}
        faults={faults}
      />
    </SetupDrawer>
  );
}

import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import type { Names } from "../../../live/types";
import { useDraft } from "../../settings/documents";
import { NamesField, NumberField, Section, SelectField, SwitchField } from "../../settings/form";
import type { Rules, Setup, Stored } from "../setupData";
import { Percent } from "./GroupForm";
import { BreakFields, MealFields } from "./parts";
import { SetupDrawer } from "./SetupDrawer";

const HOURS = ["hours_day", "hours_week", "overtime_day", "overtime_month", "rest_between"] as const;
const DAYS = ["days_in_row", "rest_days_week"] as const;

/** Rules of a site: a jurisdiction's limits to begin with, each of them to be set otherwise. */
export function RulesForm({
  stored,
  presets,
  onClose,
}: {
  stored: Stored<Rules>;
  presets: Setup["presets"];
  onClose: () => void;
}) {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const form = useDraft(stored.spec);
  const { draft, set, faults } = form;
  const limit = (name: (typeof HOURS)[number] | (typeof DAYS)[number], unit: string) => (
    <NumberField
      key={name}
      label={t(name)}
      unit={unit}
      off={t("noLimit")}
      value={draft[name]}
      onChange={(value) => set({ [name]: value })}
      fault={faults[name]}
    />
  );
  const number = (
    name: "notice_h" | "leave_notice_days" | "swap_notice_h" | "certificate_warn_days",
    unit: string,
  ) => (
    <NumberField
      label={t(name)}
      unit={unit}
      value={draft[name]}
      onChange={(value) => value !== null && set({ [name]: value })}
      fault={faults[name]}
    />
  );
  return (
    <SetupDrawer
      kind="rules"
      stored={stored}
      title={inLanguage(stored.spec.name, lang) || stored.id}
      draft={form}
      spec={() => draft}
      onClose={onClose}
    >
      <NamesField label={t("name")} value={draft.name as Names} onChange={(name) => set({ name })} faults={faults} />
      <SelectField
        label={t("jurisdiction")}
        hint={t("presetHint")}
        value={draft.jurisdiction}
        options={Object.keys(presets).map((id) => ({
          value: id,
          label: t(`jurisdiction.${id}` as "jurisdiction.cn"),
        }))}
        onChange={(id) => id && set({ jurisdiction: id, ...presets[id] } as Partial<Rules>)}
      />
      <Section title={t("limits")}>
        {HOURS.map((name) => limit(name, t("unit.h")))}
        {DAYS.map((name) => limit(name, t("unit.days")))}
      </Section>
      <BreakFields value={draft.breaks} onChange={(breaks) => set({ breaks })} faults={faults} />
      <MealFields value={draft.meal} onChange={(meal) => set({ meal })} faults={faults} />
      <Section title={t("notice")}>
        {number("notice_h", t("unit.h"))}
        {number("leave_notice_days", t("unit.days"))}
        {number("swap_notice_h", t("unit.h"))}
        <SwitchField
          label={t("swap_automatic")}
          value={draft.swap_automatic}
          onChange={(swap_automatic) => set({ swap_automatic })}
        />
        <SwitchField
          label={t("leave_automatic")}
          value={draft.leave_automatic}
          onChange={(leave_automatic) => set({ leave_automatic })}
        />
        <Percent
          label={t("leave_share_max")}
          value={draft.leave_share_max}
          onChange={(value) => value !== null && set({ leave_share_max: value })}
          fault={faults.leave_share_max}
        />
        <NumberField
          label={t("call_up_answer_s")}
          unit={t("unit.min")}
          value={draft.call_up_answer_s / 60}
          onChange={(value) => value !== null && set({ call_up_answer_s: Math.round(value * 60) })}
          fault={faults.call_up_answer_s}
        />
        {number("certificate_warn_days", t("unit.days"))}
      </Section>
    </SetupDrawer>
  );
}

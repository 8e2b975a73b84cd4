import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import type { Names } from "../../../live/types";
import { idFor, useDraft } from "../../settings/documents";
import { NamesField, NumberField, SwitchField } from "../../settings/form";
import type { Pattern, Stored } from "../setupData";
import { BreakFields, MealFields, TimeField, WeekdaysField } from "./parts";
import { SetupDrawer } from "./SetupDrawer";

export function PatternForm({
  stored,
  taken,
  onClose,
}: {
  stored: Stored<Pattern>;
  taken: string[];
  onClose: () => void;
}) {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const form = useDraft(stored.spec);
  const { draft, set, faults } = form;
  return (
    <SetupDrawer
      kind="pattern"
      stored={stored}
      title={inLanguage(stored.spec.name, lang) || t("newPattern")}
      draft={form}
      spec={() => (draft.id ? draft : { ...draft, id: idFor(draft.name as Names, taken) })}
      onClose={onClose}
    >
      <NamesField label={t("name")} value={draft.name as Names} onChange={(name) => set({ name })} faults={faults} />
      <TimeField
        label={t("startFrom")}
        value={draft.start_from}
        onChange={(start_from) => set({ start_from, start_to: Math.max(draft.start_to, start_from) })}
        fault={faults.start_from}
      />
      <TimeField
        label={t("startTo")}
        value={draft.start_to}
        onChange={(start_to) => set({ start_to })}
        fault={faults.start_to}
      />
      <NumberField
        label={t("startStep")}
        unit={t("unit.min")}
        step={15}
        value={draft.start_step}
        onChange={(value) => value !== null && set({ start_step: value })}
        fault={faults.start_step}
      />
      <NumberField
        label={t("length")}
        unit={t("unit.min")}
        step={15}
        value={draft.length}
        onChange={(value) => value !== null && set({ length: value })}
        fault={faults.length}
      />
      <WeekdaysField value={draft.weekdays} onChange={(weekdays) => set({ weekdays })} fault={faults.weekdays} />
      <BreakFields value={draft.breaks} onChange={(breaks) => set({ breaks })} faults={faults} />
      <MealFields value={draft.meal} onChange={(meal) => set({ meal })} faults={faults} />
      <SwitchField
        label={t("active")}
        value={draft.active}
        fault={faults.active}
        onChange={(active) => set({ active })}
      />
    </SetupDrawer>
  );
}

import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import type { Faults, InviteRule, QueueSpec } from "./documents";
import { NumberField, Section, SwitchField } from "./form";

type Part = { draft: QueueSpec; set: (fields: Partial<QueueSpec>) => void; faults: Faults };

const INVITE: InviteRule = {
  wait_s: 60,
  waiting: null,
  occupancy: null,
  release_wait_s: 15,
  release_waiting: 0,
  release_occupancy: 0.75,
  calm_s: 300,
  answer_s: 45,
  again_s: 900,
};

/** Priority, ageing, and how long and how many may wait. */
export function Limits({ draft, set, faults }: Part) {
  const t = useWords(settings);
  return (
    <Section title={t("order")}>
      <NumberField
        label={t("priority")}
        value={draft.priority}
        hint={t("priorityHint")}
        onChange={(value) => set({ priority: value ?? 0 })}
        fault={faults.priority}
      />
      <NumberField
        label={t("ageing")}
        value={draft.ageing_s}
        unit={t("seconds")}
        off={t("strict")}
        hint={t("ageingHint")}
        onChange={(ageing_s) => set({ ageing_s })}
        fault={faults.ageing_s}
      />
      <NumberField
        label={t("maxWait")}
        value={draft.max_wait_s}
        unit={t("seconds")}
        off={t("noLimit")}
        hint={t("maxWaitHint")}
        onChange={(max_wait_s) => set({ max_wait_s })}
        fault={faults.max_wait_s}
      />
      <NumberField
        label={t("maxWaiting")}
        value={draft.max_waiting}
        unit={t("peopleUnit")}
        off={t("noLimit")}
        onChange={(max_waiting) => set({ max_waiting })}
        fault={faults.max_waiting}
      />
    </Section>
  );
}

export function ServiceLevel({ draft, set, faults }: Part) {
  const t = useWords(settings);
  return (
    <Section title={t("service")}>
      <NumberField
        label={t("sls")}
        value={draft.service_level_s}
        unit={t("seconds")}
        onChange={(value) => set({ service_level_s: value ?? 20 })}
        fault={faults.service_level_s}
      />
      <NumberField
        label={t("target")}
        value={Math.round(draft.service_level_target * 1000) / 10}
        unit={t("percent")}
        onChange={(value) => set({ service_level_target: (value ?? 85) / 100 })}
        fault={percentFault(faults.service_level_target)}
      />
      <NumberField
        label={t("short")}
        value={draft.short_abandon_s}
        unit={t("seconds")}
        hint={t("shortHint")}
        onChange={(value) => set({ short_abandon_s: value ?? 0 })}
        fault={faults.short_abandon_s}
      />
      <NumberField
        label={t("alarmWait")}
        value={draft.alarm_wait_s}
        unit={t("seconds")}
        onChange={(value) => set({ alarm_wait_s: value ?? 180 })}
        fault={faults.alarm_wait_s}
      />
      <NumberField
        label={t("alarmTalk")}
        value={draft.alarm_talk_s}
        unit={t("seconds")}
        onChange={(value) => set({ alarm_talk_s: value ?? 900 })}
        fault={faults.alarm_talk_s}
      />
    </Section>
  );
}

export function OfferAndWrapUp({ draft, set, faults }: Part) {
  const t = useWords(settings);
  return (
    <Section title={t("offerWrap")}>
      <NumberField
        label={t("offerS")}
        value={draft.offer_s}
        unit={t("seconds")}
        hint={t("offerHint")}
        onChange={(value) => set({ offer_s: value ?? 20 })}
        fault={faults.offer_s}
      />
      <NumberField
        label={t("wrapup")}
        value={draft.wrapup_s}
        unit={t("seconds")}
        off={t("uncapped")}
        onChange={(wrapup_s) => set({ wrapup_s })}
        fault={faults.wrapup_s}
      />
      <NumberField
        label={t("extend")}
        value={draft.wrapup_extend_s}
        unit={t("seconds")}
        onChange={(value) => set({ wrapup_extend_s: value ?? 30 })}
        fault={faults.wrapup_extend_s}
      />
    </Section>
  );
}

/** When standby part-timers are drawn in, and when they are let go (requirement A6). */
export function InviteSection({ draft, set, faults }: Part) {
  const t = useWords(settings);
  const rule = draft.invite;
  const put = (fields: Partial<InviteRule>) => rule && set({ invite: { ...rule, ...fields } });
  const share = (value: number | null | undefined) => (value == null ? null : Math.round(value * 1000) / 10);
  return (
    <Section title={t("partTimers")}>
      <SwitchField
        label={t("partTimersOn")}
        value={rule != null}
        onChange={(on) => set({ invite: on ? INVITE : null })}
        fault={faults.invite}
      />
      {rule ? (
        <>
          <NumberField
            label={t("inviteWait")}
            value={rule.wait_s}
            unit={t("seconds")}
            off="–"
            onChange={(wait_s) => put({ wait_s })}
            fault={faults["invite.wait_s"]}
          />
          <NumberField
            label={t("inviteWaiting")}
            value={rule.waiting}
            unit={t("peopleUnit")}
            off="–"
            onChange={(waiting) => put({ waiting })}
            fault={faults["invite.waiting"]}
          />
          <NumberField
            label={t("inviteOccupancy")}
            value={share(rule.occupancy)}
            unit={t("percent")}
            off="–"
            onChange={(value) => put({ occupancy: value === null ? null : value / 100 })}
            fault={percentFault(faults["invite.occupancy"])}
          />
          <p className="jt-note">{t("releaseWhen")}</p>
          <NumberField
            label={t("releaseWait")}
            value={rule.release_wait_s}
            unit={t("seconds")}
            onChange={(value) => put({ release_wait_s: value ?? 0 })}
            fault={faults["invite.release_wait_s"]}
          />
          <NumberField
            label={t("releaseWaiting")}
            value={rule.release_waiting}
            unit={t("peopleUnit")}
            onChange={(value) => put({ release_waiting: value ?? 0 })}
            fault={faults["invite.release_waiting"]}
          />
          <NumberField
            label={t("releaseOccupancy")}
            value={share(rule.release_occupancy)}
            unit={t("percent")}
            onChange={(value) => put({ release_occupancy: (value ?? 0) / 100 })}
            fault={percentFault(faults["invite.release_occupancy"])}
          />
          <NumberField
            label={t("calm")}
            value={rule.calm_s}
            unit={t("seconds")}
            onChange={(value) => put({ calm_s: value ?? 0 })}
            fault={faults["invite.calm_s"]}
          />
          <NumberField
            label={t("answerIn")}
            value={rule.answer_s}
            unit={t("seconds")}
            onChange={(value) => put({ answer_s: value ?? 45 })}
            fault={faults["invite.answer_s"]}
          />
          <NumberField
            label={t("again")}
            value={rule.again_s}
            unit={t("seconds")}
            onChange={(value) => put({ again_s: value ?? 0 })}
            fault={faults["invite.again_s"]}
          />
        </>
      ) : null}
    </Section>
  );
}

export function Callback({ draft, set, faults }: Part) {
  const t = useWords(settings);
  return (
    <Section title={t("callback")}>
      <NumberField
        label={t("retry")}
        value={draft.callback_retry_s}
        unit={t("seconds")}
        onChange={(value) => set({ callback_retry_s: value ?? 300 })}
        fault={faults.callback_retry_s}
      />
      <NumberField
        label={t("attempts")}
        value={draft.callback_attempts}
        unit={t("times")}
        onChange={(value) => set({ callback_attempts: value ?? 3 })}
        fault={faults.callback_attempts}
      />
    </Section>
  );
}

/** Shares are stored 0 to 1 and written in per cent: so are the limits of what is wrong with them. */
function percentFault(fault: Faults[string] | undefined): Faults[string] | undefined {
  if (!fault) return undefined;
  const params = Object.fromEntries(
    Object.entries(fault.params).map(([name, value]) => [
      name,
      typeof value === "number" ? `${Math.round(value * 1000) / 10} %` : value,
    ]),
  );
  return { ...fault, params };
}

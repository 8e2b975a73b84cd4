import { Select } from "antd";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import type { Names } from "../../live/types";
import { useMay } from "../../session/session";
import { IconLink } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { type Doc, faultsOf, idFor, type QueueSpec, useDocuments, useDraft, useSaveDocument } from "./documents";
import { Field, ManyField, NamesField, NumberField, SaveBar, Section, SelectField, SwitchField } from "./form";
import { meaning } from "./meaning";
import { Callback, InviteSection, Limits, OfferAndWrapUp, ServiceLevel } from "./QueueLimits";
import { Needs, Steps } from "./QueueSteps";

const CHANNELS = ["chat", "message", "voice", "email", "sms", "fax", "voicemail"] as const;
const SELECTIONS = ["longest_idle", "best_skill", "least_occupied"] as const;

/** Every field of a queue, and beside it in words what they mean together. */
export function QueueEditor({
  stored,
  others,
  onDone,
}: {
  stored: Doc<QueueSpec>;
  others: Doc<QueueSpec>[];
  onDone: () => void;
}) {
  const t = useWords(settings);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("queues");
  const skills = useDocuments("skills").data ?? [];
  const hours = useDocuments("hours").data ?? [];
  const clients = useDocuments("clients").data ?? [];
  const { draft, set, changes, faults, setFaults, reset } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const options = (docs: Doc<{ name: Names; active?: boolean }>[], keep?: string | null) =>
    docs
      .filter((doc) => doc.spec.active !== false || doc.id === keep)
      .map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }));
  const names = (docs: Doc<{ name: Names }>[]) => new Map(docs.map((doc) => [doc.id, doc.spec.name]));
  const known = { skills: names(skills), hours: names(hours), queues: names(others) };

  const store = () => {
    const taken = others.map((doc) => doc.id);
    const spec = isNew ? { ...draft, id: idFor(draft.name, taken) } : draft;
    save.mutate(
      { version: isNew ? null : stored.version, spec },
      {
        onSuccess: () => {
          notice.done(t("saved"));
          onDone();
        },
        onError: (error) => {
          setFaults(faultsOf(error));
          notice.failed(error);
        },
      },
    );
  };

  return (
    <>
      <div className="st-head">
        <IconLink to="/settings/queues" icon="left" label={t("queues")} />
        <h2>{inLanguage(draft.name, lang) || t("newQueue")}</h2>
        {isNew ? null : (
          <span className="jt-note">
            {stored.id}, {t("version", { n: stored.version })}, {stored.changed_by}
          </span>
        )}
        {edits ? null : <span className="jt-note">{t("readOnly")}</span>}
      </div>
      <div className="st-editor">
        <fieldset className="st-form jt-bare" disabled={!edits} style={{ cursor: "auto" }}>
          <Section title={t("basics")}>
            <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
            <SelectField
              label={t("client")}
              value={draft.client}
              options={options(clients, draft.client)}
              onChange={(client) => set({ client: client ?? "" })}
              fault={faults.client}
            />
            <ManyField
              label={t("channels")}
              value={draft.channels}
              options={CHANNELS.map((one) => ({ value: one, label: c(`channel.${one}`) }))}
              onChange={(channels) => set({ channels: channels as QueueSpec["channels"] })}
              fault={faults.channels}
            />
            <SelectField
              label={t("open")}
              value={draft.hours}
              options={options(hours, draft.hours)}
              clear={t("always")}
              onChange={(next) => set({ hours: next })}
              fault={faults.hours}
            />
            <SwitchField
              label={t("active")}
              value={draft.active}
              onChange={(active) => set({ active })}
              fault={faults.active}
            />
          </Section>
          <Section title={t("whoAnswers")} note={t("whoAnswersNote")}>
            <Field label={t("asks")}>
              {({ id }) => (
                <Needs
                  id={id}
                  value={draft.requires}
                  skills={options(skills)}
                  path="requires"
                  faults={faults}
                  onChange={(requires) => set({ requires })}
                />
              )}
            </Field>
            <Field label={t("selection")}>
              {(props) => (
                <Select
                  {...props}
                  className="st-select"
                  value={draft.selection ?? "longest_idle"}
                  options={SELECTIONS.map((one) => ({ value: one, label: t(one) }))}
                  onChange={(selection) => set({ selection })}
                />
              )}
            </Field>
            <NumberField
              label={t("sticky")}
              value={draft.sticky_s}
              unit={t("seconds")}
              hint={t("stickyHint")}
              onChange={(value) => set({ sticky_s: value ?? 0 })}
              fault={faults.sticky_s}
            />
          </Section>
          <Limits draft={draft} set={set} faults={faults} />
          <Section title={t("overflow")} note={t("overflowNote")}>
            <Steps
              value={draft.steps}
              skills={options(skills)}
              queues={options(others.filter((doc) => doc.spec.client === draft.client))}
              faults={faults}
              onChange={(steps) => set({ steps })}
            />
          </Section>
          <ServiceLevel draft={draft} set={set} faults={faults} />
          <OfferAndWrapUp draft={draft} set={set} faults={faults} />
          <InviteSection draft={draft} set={set} faults={faults} />
          <Callback draft={draft} set={set} faults={faults} />
        </fieldset>
        <aside className="st-aside" aria-label={t("meaning")} tabIndex={0}>
          <h3>{t("meaning")}</h3>
          <ol className="st-meaning" aria-live="polite">
            {meaning(draft, known, t, lang, (one) => c(`channel.${one}`)).map((sentence) => (
              <li key={sentence}>
                <span>{sentence}</span>
              </li>
            ))}
          </ol>
        </aside>
      </div>
      {edits ? (
        <SaveBar
          changes={changes}
          isNew={isNew}
          saving={save.isPending}
          onSave={store}
          onDiscard={() => (changes && !isNew ? reset() : onDone())}
        />
      ) : null}
    </>
  );
}

import { useMemo } from "react";
import { flowWords } from "../../../i18n/flows";
import { useCollator } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { useDocuments } from "../../settings/documents";
import { variables } from "../model";
import { BranchRows } from "./branchRows";
import { useForm } from "./context";
import { Field, NumberField, type Option, Pair, SelectField, TextField, TickField } from "./fields";
import { ChoiceRows, LanguageRows, QueueKeyRows, ScoreRows } from "./keyRows";
import { PromptField } from "./PromptField";
import { HeaderRows, SavedRows } from "./requestRows";

/** The fields of the chosen node, by its type. */
export function NodeForm() {
  const t = useWords(flowWords);
  const { node, editor } = useForm();
  const seconds = t("seconds");
  const queues = useQueueOptions(editor.flow.client);
  const hours = useHoursOptions();
  switch (node.type) {
    case "play":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <TickField label={t("f.interruptible")} field="interruptible" value={node.interruptible} />
        </>
      );
    case "language":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <LanguageRows node={node} />
          <Asked timeout={node.timeout_s} tries={node.tries} />
        </>
      );
    case "menu":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <Asked timeout={node.timeout_s} tries={node.tries} />
          <TickField label={t("f.interruptible")} field="interruptible" value={node.interruptible} />
          <ChoiceRows node={node} />
          <PromptField field="retry_prompt" value={node.retry_prompt} optional />
        </>
      );
    case "digits":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <TextField label={t("f.variable")} field="variable" value={node.variable} code />
          <TickField label={t("f.secret")} field="secret" value={node.secret} hint={t("f.secretHint")} />
          <Pair>
            <NumberField label={t("f.min")} field="min" value={node.min} unit={t("digitsUnit")} />
            <NumberField label={t("f.max")} field="max" value={node.max} unit={t("digitsUnit")} />
          </Pair>
          <Pair>
            <SelectField
              label={t("f.end_key")}
              field="end_key"
              value={node.end_key}
              clear={t("f.noEndKey")}
              options={["#", "*"].map((key) => ({ value: key, label: key }))}
            />
            <SelectField
              label={t("f.check")}
              field="check"
              value={node.check}
              options={(["none", "luhn", "pattern"] as const).map((one) => ({
                value: one,
                label: t(`check.${one}`),
              }))}
            />
          </Pair>
          {node.check === "pattern" ? (
            <TextField label={t("f.pattern")} field="pattern" value={node.pattern} code />
          ) : null}
          <Asked timeout={node.timeout_s} tries={node.tries} />
          <PromptField field="retry_prompt" value={node.retry_prompt} optional />
        </>
      );
    case "hours":
      return <SelectField label={t("f.hours")} field="hours" value={node.hours} options={hours} />;
    case "lookup":
      return (
        <>
          <SelectField
            label={t("f.by")}
            field="by"
            value={node.by}
            options={(["caller", "variable"] as const).map((one) => ({ value: one, label: t(`by.${one}`) }))}
          />
          {node.by === "variable" ? <VariableField label={t("f.fromVariable")} value={node.variable} /> : null}
        </>
      );
    case "condition":
      return <BranchRows node={node} queues={queues} />;
    case "queue":
      return (
        <>
          <SelectField label={t("f.queue")} field="queue" value={node.queue} options={queues} />
          <Pair>
            <NumberField label={t("f.priority")} field="priority" value={node.priority} />
            <NumberField
              label={t("f.announce_every_s")}
              field="announce_every_s"
              value={node.announce_every_s}
              unit={seconds}
              hint={t("f.announceHint")}
            />
          </Pair>
          <TickField label={t("f.say_position")} field="say_position" value={node.say_position} />
          <TickField label={t("f.say_wait")} field="say_wait" value={node.say_wait} />
          <TickField label={t("f.prefer_last_agent")} field="prefer_last_agent" value={node.prefer_last_agent} />
          <PromptField field="announcement" value={node.announcement} optional />
          <QueueKeyRows node={node} />
        </>
      );
    case "callback":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <SelectField label={t("f.queue")} field="queue" value={node.queue} options={queues} />
          <Pair>
            <SelectField label={t("f.key")} field="key" value={node.key} options={KEY_OPTIONS} />
            <NumberField label={t("f.timeout_s")} field="timeout_s" value={node.timeout_s} unit={seconds} />
          </Pair>
          <VariableField label={t("f.callTo")} value={node.variable} hint={t("f.callToHint")} optional />
        </>
      );
    case "voicemail":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <SelectField label={t("f.queue")} field="queue" value={node.queue} options={queues} />
          <NumberField label={t("f.max_s")} field="max_s" value={node.max_s} unit={seconds} />
        </>
      );
    case "transfer":
      return (
        <>
          <SelectField
            label={t("f.to")}
            field="to"
            value={node.to}
            options={(["number", "extension"] as const).map((one) => ({ value: one, label: t(`to.${one}`) }))}
          />
          <TextField label={t("f.number")} field="number" value={node.number} code />
          <NumberField label={t("f.ring_s")} field="timeout_s" value={node.timeout_s} unit={seconds} />
        </>
      );
    case "http":
      return (
        <>
          <SelectField
            label={t("f.method")}
            field="method"
            value={node.method}
            options={["GET", "POST", "PUT"].map((one) => ({ value: one, label: one }))}
          />
          <TextField label={t("f.url")} field="url" value={node.url} rows={2} code />
          <HeaderRows node={node} />
          {node.method === "GET" ? null : (
            <TextField label={t("f.body")} field="body" value={node.body} rows={4} code />
          )}
          <NumberField label={t("f.answer_s")} field="timeout_s" value={node.timeout_s} unit={seconds} />
          <SavedRows node={node} />
        </>
      );
    case "survey":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} />
          <ScoreRows node={node} />
          <Asked timeout={node.timeout_s} tries={node.tries} />
          <TickField label={t("f.ask_resolved")} field="ask_resolved" value={node.ask_resolved} />
          {node.ask_resolved ? <PromptField field="resolved_prompt" value={node.resolved_prompt} optional /> : null}
          <PromptField field="thanks" value={node.thanks} optional />
        </>
      );
    case "set":
      return (
        <>
          <TextField label={t("f.setVariable")} field="variable" value={node.variable} code />
          <TextField label={t("f.value")} field="value" value={node.value} />
        </>
      );
    case "note":
      return <TextField label={t("f.text")} field="text" value={node.text} rows={5} />;
    case "hang_up":
      return (
        <>
          <PromptField field="prompt" value={node.prompt} optional />
          <TickField label={t("f.served")} field="served" value={node.served} hint={t("f.servedHint")} />
        </>
      );
  }
}

const KEY_OPTIONS: Option[] = [..."1234567890*#"].map((key) => ({ value: key, label: key }));

function Asked({ timeout, tries }: { timeout: number; tries: number }) {
  const t = useWords(flowWords);
  return (
    <Pair>
      <NumberField label={t("f.timeout_s")} field="timeout_s" value={timeout} unit={t("seconds")} />
      <NumberField label={t("f.tries")} field="tries" value={tries} unit={t("times")} />
    </Pair>
  );
}

function VariableField({
  label,
  value,
  hint,
  optional,
}: {
  label: string;
  value: string;
  hint?: string;
  optional?: boolean;
}) {
  const { editor } = useForm();
  const t = useWords(flowWords);
  const names = useMemo(() => variables(editor.flow), [editor.flow]);
  if (names.length === 0 && !value)
    return (
      <Field label={label} field="variable" hint={hint}>
        {({ id }) => (
          <span id={id} className="jt-note">
            –
          </span>
        )}
      </Field>
    );
  return (
    <SelectField
      label={label}
      field="variable"
      value={value}
      hint={hint}
      clear={optional ? t("by.caller") : undefined}
      options={names.map((name) => ({ value: name, label: name }))}
    />
  );
}

/** Queues of the flow's client, by name. */
export function useQueueOptions(client: string): Option[] {
  const lang = useLanguage();
  const names = useCollator();
  const queues = useDocuments("queues").data;
  return useMemo(
    () =>
      (queues ?? [])
        .filter((doc) => doc.spec.active && doc.spec.client === client)
        .map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))
        .sort((a, b) => names.compare(a.label, b.label)),
    [queues, client, lang, names],
  );
}

function useHoursOptions(): Option[] {
  const lang = useLanguage();
  const hours = useDocuments("hours").data;
  return (hours ?? [])
    .filter((doc) => doc.spec.active)
    .map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }));
}

import { Input, Radio, Select } from "antd";
import { type FormEvent, useEffect, useId, useState } from "react";
import { http } from "../../api/http";
import { desk as area } from "../../i18n/desk";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { ContactView } from "../../live/types";
import { Button } from "../../ui/Button";
import { Left } from "../../ui/figures";
import { useNotice } from "../../ui/notices";
import { useDesk } from "./context";
import { type Reason, useReasons } from "./reasons";

/** After the talk: why they came, was it solved, a word for the next colleague. What is typed survives a reload. */
export function WrapUp({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { run, usable, drafts } = useDesk();
  const notice = useNotice();
  const reasons = useReasons("contact", contact.client);
  const kept = `wrapup.${contact.id}`;
  const [form, setForm] = useState<Form>(() => parseForm(drafts.read(kept).text));
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const errorId = useId();
  const change = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  useEffect(() => {
    drafts.write(kept, form === emptyForm ? "" : JSON.stringify(form), Date.now());
  }, [drafts, kept, form]);

  const finish = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !usable) return;
    const lacks = reasons.length > 0 && form.reason === null;
    setMissing(lacks);
    if (lacks) return;
    setBusy(true);
    try {
      if (form.note.trim()) {
        try {
          await http.post(`/api/contacts/${encodeURIComponent(contact.id)}/notes`, {
            body: { text: form.note.trim() },
          });
          change({ note: "" });
        } catch (error) {
          notice.warn(t("noteFailed", { why: worded(error, lang) }));
          return;
        }
      }
      const done = await run("finish_wrapup", { contact: contact.id, reason: form.reason, resolved: form.resolved });
      if (done) drafts.write(kept, "", Date.now());
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      id="desk-wrapup"
      className="desk-wrap"
      data-state="wrapup"
      onSubmit={(event) => void finish(event)}
      aria-label={t("wrapTitle")}
    >
      <div className="desk-wrap-head">
        <h3>{t("wrapTitle")}</h3>
        <span className="jt-note">{t("wrapText")}</span>
        <span className="jt-fill" />
        <span className="desk-wrap-left">
          {contact.wrapup_until === null ? t("uncapped") : <Left until={contact.wrapup_until} />}
        </span>
      </div>
      <div className="desk-wrap-fields desk-wrap-top">
        {reasons.length > 0 ? (
          <div className="desk-wrap-field">
            <label htmlFor={`${errorId}-reason`}>{t("reason")}</label>
            <Select
              id={`${errorId}-reason`}
              showSearch={{ optionFilterProp: "label" }}
              placeholder={t("reasonChoose")}
              status={missing ? "error" : undefined}
              value={form.reason}
              options={options(reasons, (reason) => inLanguage(reason.name, lang))}
              onChange={(reason: string) => {
                change({ reason });
                setMissing(false);
              }}
              aria-describedby={missing ? errorId : undefined}
            />
            {missing ? (
              <span id={errorId} role="alert" className="jt-over">
                {t("reasonMissing")}
              </span>
            ) : null}
          </div>
        ) : null}
        <fieldset className="desk-wrap-field">
          <legend>{t("solved")}</legend>
          <Radio.Group
            optionType="button"
            value={form.resolved}
            onChange={(event) => change({ resolved: event.target.value as boolean })}
            options={[
              { value: true, label: t("solvedYes") },
              { value: false, label: t("solvedNo") },
            ]}
          />
        </fieldset>
      </div>
      <div className="desk-wrap-fields">
        <Input.TextArea
          aria-label={t("noteLabel")}
          placeholder={`${t("noteLabel")}: ${t("noteHint")}`}
          autoSize={{ minRows: 2, maxRows: 4 }}
          maxLength={2000}
          value={form.note}
          onChange={(event) => change({ note: event.target.value })}
        />
        <Button kind="main" type="submit" size="large" disabled={!usable || busy}>
          {t("finish")} <kbd>Alt E</kbd>
        </Button>
      </div>
    </form>
  );
}

export type Form = { reason: string | null; resolved: boolean | null; note: string };
export const emptyForm: Form = { reason: null, resolved: null, note: "" };

export function parseForm(text: string): Form {
  if (!text) return emptyForm;
  try {
    const kept = JSON.parse(text) as Partial<Form>;
    return { reason: kept.reason ?? null, resolved: kept.resolved ?? null, note: kept.note ?? "" };
  } catch {
    return emptyForm;
  }
}

/** Reasons under their parents. */
function options(reasons: Reason[], word: (reason: Reason) => string) {
  const known = new Set(reasons.map((one) => one.id));
  const children = (of: string) =>
    reasons.filter((one) => one.parent === of).map((one) => ({ value: one.id, label: word(one) }));
  return reasons
    .filter((one) => one.parent === null || !known.has(one.parent))
    .map((one) => {
      const below = children(one.id);
      return below.length > 0
        ? { label: word(one), title: one.id, options: below }
        : { value: one.id, label: word(one) };
    });
}

import { useMutation } from "@tanstack/react-query";
import { Input } from "antd";
import { useEffect, useState } from "react";
import { http } from "../../api/http";
import { duration } from "../../i18n/format";
import { inLanguage, isLanguage, LANGUAGE_NAMES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { useRow } from "../../live/useLive";
import { useMay } from "../../session/session";
import { grouped } from "../../softphone/numbers";
import { VoicemailPlayer } from "../../ui/AudioPlayer";
import { IconButton } from "../../ui/Button";
import { Time } from "../../ui/figures";
import { useNotice } from "../../ui/notices";
import { useDesk } from "./context";
import { emptyForm, parseForm } from "./WrapUp";

/** A call in the centre: who and by which number, and a place to write; the wrap-up takes over what is written. */
export function CallSheet({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { live } = useDesk();
  const queue = useRow(live, "queues", contact.queue);
  const waited =
    contact.waiting_since !== null && contact.talk_since !== null ? contact.talk_since - contact.waiting_since : null;
  return (
    <div className="desk-sheet" role="region" aria-label={t("sheet")} tabIndex={0}>
      {contact.channel === "voicemail" ? <VoicemailPlayer contact={contact.id} /> : null}
      <dl className="desk-sheetfacts">
        <div>
          <dt>{contact.direction === "outbound" ? t("to") : t("from")}</dt>
          <dd>
            <CallerNumber contact={contact} />
          </dd>
        </div>
        {contact.direction === "inbound" ? (
          <div>
            <dt>{t("entry")}</dt>
            <dd className="jt-num">{grouped(contact.entry)}</dd>
          </div>
        ) : null}
        {queue ? (
          <div>
            <dt>{t("queue")}</dt>
            <dd>{inLanguage(queue.name, lang)}</dd>
          </div>
        ) : null}
        <div>
          <dt>{t("language")}</dt>
          <dd>{isLanguage(contact.language) ? LANGUAGE_NAMES[contact.language].long : contact.language}</dd>
        </div>
        <div>
          <dt>{t("calledAt")}</dt>
          <dd>
            <Time at={contact.arrived} />
          </dd>
        </div>
        {waited !== null && contact.direction === "inbound" ? (
          <div>
            <dt>{t("waited")}</dt>
            <dd className="jt-num">{duration(waited, lang)}</dd>
          </div>
        ) : null}
      </dl>
      {contact.place === "talk" || contact.place === "hold" ? <Notes contact={contact} /> : null}
    </div>
  );
}

/** Masked; whole at a press, and each such look is in the audit log. */
function CallerNumber({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const notice = useNotice();
  const mayReveal = useMay("customers.reveal");
  const [whole, setWhole] = useState<string | null>(null);
  const reveal = useMutation({
    mutationFn: () => http.post<{ value: string }>(`/api/calls/${encodeURIComponent(contact.id)}/number`),
    onSuccess: ({ value }) => setWhole(value),
    onError: notice.failed,
  });
  if (contact.caller === null) return <span className="jt-note">{t("withheld")}</span>;
  return (
    <span className="jt-row jt-num">
      {whole ?? contact.caller}
      {mayReveal ? (
        <IconButton
          icon="eye"
          label={whole ? t("hide") : t("reveal")}
          aria-pressed={whole !== null}
          disabled={reveal.isPending}
          onClick={() => (whole ? setWhole(null) : reveal.mutate())}
        />
      ) : null}
    </span>
  );
}

/** Kept as one types, and the note of the wrap-up when the call is over. */
function Notes({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const { drafts } = useDesk();
  const kept = `wrapup.${contact.id}`;
  const [form, setForm] = useState(() => parseForm(drafts.read(kept).text));
  useEffect(() => {
    drafts.write(kept, form === emptyForm ? "" : JSON.stringify(form), Date.now());
  }, [drafts, kept, form]);
  return (
    <Input.TextArea
      id="desk-reply"
      className="desk-callnotes"
      aria-label={t("notes")}
      placeholder={`${t("notes")}: ${t("notesHint")}`}
      maxLength={2000}
      value={form.note}
      onChange={(event) => setForm((now) => ({ ...now, note: event.target.value }))}
    />
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useState } from "react";
import { http } from "../../api/http";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { type OneContact, path } from "./api";
import { type NameOf, useNames } from "./names";

/** Notes, and what people have put right on the record since. */
export function Notes({ one }: { one: OneContact }) {
  const t = useWords(contacts);
  const lang = useLanguage();
  const may = useMay("contacts.edit");
  const names = useNames();
  const [writing, setWriting] = useState(false);
  return (
    <section className="jt-contacts-notes" aria-label={t("notes")}>
      <h3 className="jt-contacts-h">
        {t("notes")}
        <span className="jt-note">{one.notes.length > 0 ? one.notes.length : ""}</span>
        <span className="jt-fill" />
        {may && !writing ? (
          <button type="button" className="jt-link" onClick={() => setWriting(true)}>
            {t("addNote")}
          </button>
        ) : null}
      </h3>
      {writing ? <NewNote id={one.contact.id} done={() => setWriting(false)} /> : null}
      {one.notes.length === 0 && !writing ? <p className="jt-note pad">{t("noNotes")}</p> : null}
      {one.notes.map((note) => (
        <div className="pad" key={note.id}>
          <p dir="auto">{note.text}</p>
          <p className="jt-note">
            {note.author_name}, {instant(note.at, "moment", lang)}
          </p>
        </div>
      ))}
      <Corrections one={one} names={names} may={may} />
    </section>
  );
}

function NewNote({ id, done }: { id: string; done: () => void }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const [text, setText] = useState("");
  const notice = useNotice();
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => http.post(`${path(id)}/notes`, { body: { text } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["contact", id] });
      notice.done(t("noteAdded"));
      done();
    },
    onError: notice.failed,
  });
  return (
    <form
      className="pad jt-contacts-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) add.mutate();
      }}
    >
      <Input.TextArea
        autoFocus
        aria-label={t("writeNote")}
        placeholder={t("writeNote")}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="jt-row">
        <Button type="submit" kind="main" size="small" disabled={add.isPending || !text.trim()}>
          {w("save")}
        </Button>
        <Button size="small" kind="quiet" onClick={done}>
          {w("cancel")}
        </Button>
      </div>
    </form>
  );
}

function Corrections({ one, names, may }: { one: OneContact; names: NameOf; may: boolean }) {
  const t = useWords(contacts);
  const lang = useLanguage();
  const [editing, setEditing] = useState(false);
  const value = (field: string, given: string | boolean | null) =>
    given === null ? "–" : field === "reason" ? names.reason(String(given)) : t(given ? "solved" : "notSolved");
  const { reason, resolved } = one.contact;
  return (
    <>
      <h3 className="jt-contacts-h">
        {t("records")}
        <span className="jt-fill" />
        {may && !editing ? (
          <button type="button" className="jt-link" onClick={() => setEditing(true)}>
            {t("correct")}
          </button>
        ) : null}
      </h3>
      {editing ? (
        <Correct one={one} names={names} done={() => setEditing(false)} />
      ) : (
        <p className="pad">
          {reason ? names.reason(reason) : "–"} · {resolved === null ? "–" : t(resolved ? "solved" : "notSolved")}
        </p>
      )}
      {one.corrections.map((done) => (
        <p className="jt-note pad" key={`${done.field}-${done.at}`}>
          {t("correctedBy", { name: done.author_name, value: value(done.field, done.value) })},{" "}
          {instant(done.at, "moment", lang)}
        </p>
      ))}
    </>
  );
}

function Correct({ one, names, done }: { one: OneContact; names: NameOf; done: () => void }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const { contact } = one;
  const [reason, setReason] = useState(contact.reason);
  const [resolved, setResolved] = useState(contact.resolved);
  const notice = useNotice();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      http.patch(path(contact.id), {
        body: {
          ...(reason === contact.reason ? {} : { reason }),
          ...(resolved === contact.resolved ? {} : { resolved }),
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["contact", contact.id] });
      notice.done(t("corrected"));
      done();
    },
    onError: notice.failed,
  });
  const changed = reason !== contact.reason || resolved !== contact.resolved;
  return (
    <form
      className="pad jt-contacts-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) save.mutate();
      }}
    >
      <Select
        aria-label={t("reason")}
        placeholder={t("reason")}
        showSearch={{ optionFilterProp: "label" }}
        value={reason}
        onChange={setReason}
        options={(names.directory?.reasons ?? [])
          .filter((r) => r.kind === "contact" && (r.active || r.id === reason))
          .map((r) => ({ value: r.id, label: names.reason(r.id) }))}
      />
      <Select
        aria-label={t("solvedHead")}
        placeholder={t("solvedHead")}
        value={resolved}
        onChange={setResolved}
        options={[
          { value: true, label: t("solved") },
          { value: false, label: t("notSolved") },
        ]}
      />
      <p className="jt-note">{t("correctionNote")}</p>
      <div className="jt-row">
        <Button type="submit" kind="main" size="small" disabled={!changed || save.isPending}>
          {w("save")}
        </Button>
        <Button size="small" kind="quiet" onClick={done}>
          {w("cancel")}
        </Button>
      </div>
    </form>
  );
}

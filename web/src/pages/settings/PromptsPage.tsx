import { useQueryClient } from "@tanstack/react-query";
import { App, Drawer } from "antd";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { core } from "../../i18n/core";
import { duration, instant, useCollator } from "../../i18n/format";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { plant } from "../../i18n/plant";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { type Recording, recordings, useFlows, useRecordings } from "../flows/api";
import { Listen } from "../flows/Listen";
import { faultsOf, idFor, NO_NAMES, useDraft } from "./documents";
import { NamesField, SaveBar, Section, SwitchField } from "./form";

const BLANK: Recording = {
  id: "",
  name: NO_NAMES,
  words: NO_NAMES,
  revision: 0,
  active: true,
  changed_at: 0,
  changed_by: "",
  sounds: [],
  used_by: [],
};

/** Recordings of announcements: in which languages they are there, and which flows play them. */
export default function PromptsPage() {
  const t = useWords(settings);
  const p = useWords(plant);
  const lang = useLanguage();
  const names = useCollator();
  const writes = useMay("flow.write");
  const stored = useRecordings();
  const flows = useFlows().data?.items ?? [];
  const [open, setOpen] = useState<string | null>(null);
  if (stored.error) return <Empty kind="lost">{worded(stored.error)}</Empty>;
  const items = [...(stored.data?.items ?? [])].sort((a, b) =>
    names.compare(inLanguage(a.name, lang), inLanguage(b.name, lang)),
  );
  const shown = open === "" ? BLANK : items.find((one) => one.id === open);
  return (
    <>
      <div className="st-head">
        <h2>{t("prompts")}</h2>
        <span className="jt-fill" />
        {writes ? (
          <Button kind="main" icon="plus" onClick={() => setOpen("")}>
            {p("newPrompt")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {stored.data && items.length === 0 ? <Empty kind="none">{p("noPrompts")}</Empty> : null}
        {items.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{t("name")}</th>
                <th scope="col">{p("promptWords")}</th>
                {LANGUAGES.map((one) => (
                  <th scope="col" key={one} lang={one}>
                    {LANGUAGE_NAMES[one].long}
                  </th>
                ))}
                <th scope="col">{p("usedBy")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id} data-off={!one.active}>
                  <td>
                    <button type="button" className="jt-link" onClick={() => setOpen(one.id)}>
                      {inLanguage(one.name, lang)}
                    </button>{" "}
                    {one.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                  </td>
                  <td className="jt-note">{inLanguage(one.words, lang).slice(0, 60)}</td>
                  {LANGUAGES.map((language) => {
                    const sound = one.sounds.find((each) => each.language === language);
                    return (
                      <td key={language} className="jt-num">
                        {sound ? duration(sound.duration_ms, lang) : "–"}
                      </td>
                    );
                  })}
                  <td>
                    {one.used_by.length
                      ? one.used_by.map((id, i) => (
                          <span key={id}>
                            {i ? " · " : ""}
                            <Link to={`/settings/flows/${id}`}>
                              {inLanguage(flows.find((flow) => flow.id === id)?.name, lang) || id}
                            </Link>
                          </span>
                        ))
                      : p("unused")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {shown ? (
        <PromptDrawer
          key={shown.id}
          stored={shown}
          voice={stored.data?.voice ?? false}
          taken={items.map((one) => one.id)}
          onMade={setOpen}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

function PromptDrawer({
  stored,
  voice,
  taken,
  onMade,
  onClose,
}: {
  stored: Recording;
  voice: boolean;
  taken: string[];
  onMade: (id: string) => void;
  onClose: () => void;
}) {
  const t = useWords(settings);
  const p = useWords(plant);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const writes = useMay("flow.write");
  const [saving, setSaving] = useState(false);
  const isNew = stored.id === "";
  const { draft, set, changes, faults, setFaults } = useDraft({
    name: { ...NO_NAMES, ...stored.name },
    words: { ...NO_NAMES, ...stored.words },
    active: stored.active,
  });
  const save = async () => {
    setSaving(true);
    try {
      if (isNew) {
        const made = await recordings.create(idFor(draft.name, taken), draft.name, filled(draft.words));
        onMade(made.id);
      } else {
        await recordings.change({ ...stored, ...draft, words: filled(draft.words) });
        onClose();
      }
      notice.done(t("saved"));
      await queries.invalidateQueries({ queryKey: ["prompts"] });
    } catch (error) {
      setFaults(faultsOf(error));
      notice.failed(error);
    } finally {
      setSaving(false);
    }
  };
  return (
    <Drawer
      open
      size={640}
      title={inLanguage(stored.name, lang) || p("newPrompt")}
      closable={{ "aria-label": c("close") }}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        writes ? (
          <SaveBar changes={changes} isNew={isNew} saving={saving} onDiscard={onClose} onSave={() => void save()} />
        ) : null
      }
    >
      <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      <NamesField
        label={p("promptWords")}
        value={draft.words}
        onChange={(words) => set({ words })}
        faults={faults}
        path="words"
        rows={2}
      />
      <p className="jt-note">{p("promptWordsHint")}</p>
      {isNew ? null : (
        <SwitchField
          label={t("active")}
          value={draft.active}
          onChange={(active) => set({ active })}
          fault={faults.active}
        />
      )}
      <Section title={p("soundsHead")} note={isNew ? p("uploadAfter") : p("uploadHint")}>
        {isNew
          ? null
          : LANGUAGES.map((language) => (
              <SoundRow key={language} stored={stored} language={language} voice={voice} writes={writes} />
            ))}
      </Section>
    </Drawer>
  );
}

/** Languages without words are not written down. */
function filled(words: typeof NO_NAMES) {
  return Object.fromEntries(Object.entries(words).filter(([, text]) => text.trim()));
}

function SoundRow({
  stored,
  language,
  voice,
  writes,
}: {
  stored: Recording;
  language: Language;
  voice: boolean;
  writes: boolean;
}) {
  const p = useWords(plant);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const sound = stored.sounds.find((one) => one.language === language);
  const text = stored.words[language] ?? "";
  const name = LANGUAGE_NAMES[language].long;
  const heard = sound ? [{ url: sound.url }] : text ? [{ text, language }] : [];
  const send = (file: File) => {
    setBusy(true);
    recordings
      .upload(stored.id, language, file)
      .then(() => queries.invalidateQueries({ queryKey: ["prompts"] }), notice.failed)
      .finally(() => setBusy(false));
  };
  const drop = () =>
    modal.confirm({
      title: p("removeAsk", { language: name }),
      okText: p("removeSound"),
      cancelText: c("cancel"),
      okButtonProps: { danger: true },
      onOk: () =>
        recordings
          .drop(stored.id, language)
          .then(() => queries.invalidateQueries({ queryKey: ["prompts"] }), notice.failed),
    });
  return (
    <div className="st-sound">
      <span lang={language}>{name}</span>
      <span className="jt-note jt-clip">
        {sound
          ? `${duration(sound.duration_ms, lang)} · ${p("bySomeone", { by: sound.uploaded_by, at: instant(sound.uploaded_at, "moment", lang) })}`
          : p("noSound")}
      </span>
      <Listen heard={heard} disabled={!sound && !voice} />
      {writes ? (
        <>
          <Button
            size="small"
            icon="upload"
            disabled={busy}
            aria-label={`${p(sound ? "replace" : "upload")}: ${name}`}
            onClick={() => field.current?.click()}
          >
            {p(sound ? "replace" : "upload")}
          </Button>
          <input
            ref={field}
            type="file"
            accept=".wav,audio/wav,audio/x-wav"
            className="jt-hidden"
            tabIndex={-1}
            aria-label={`${p("upload")}, ${name}`}
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = "";
              if (file) send(file);
            }}
          />
          {sound ? <IconButton icon="trash" label={`${p("removeSound")}: ${name}`} onClick={drop} /> : null}
        </>
      ) : null}
    </div>
  );
}

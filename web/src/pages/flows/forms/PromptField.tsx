import { useQueryClient } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useId, useRef, useState } from "react";
import { flowWords } from "../../../i18n/flows";
import { duration, instant } from "../../../i18n/format";
import { inLanguage, LANGUAGE_NAMES, type Language, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { Button, IconButton } from "../../../ui/Button";
import { useNotice } from "../../../ui/notices";
import { type Recording, recordings, useRecordings } from "../api";
import { type Heard, Listen } from "../Listen";
import { type Part, type Prompt, parts, promptOf, type Texts } from "../model";
import { fieldName, nodeName } from "../names";
import { faultsAt, useForm } from "./context";
import { Wrong } from "./fields";

/** What is said: words in each language, uploaded recordings, or both one after the other. */
export function PromptField({ field, value, optional }: { field: string; value: Prompt | null; optional?: boolean }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { faults, set, writable, speech } = useForm();
  const stored = useRecordings();
  const list = parts(value);
  const id = useId();
  const put = (next: Part[], what = field) =>
    set({ [field]: next.length === 0 ? (optional ? null : []) : promptOf(next) }, what);
  const change = (i: number, part: Part) =>
    put(
      list.map((one, j) => (i === j ? part : one)),
      `${field}.${i}.${speech}`,
    );
  const all = stored.data?.items ?? [];
  return (
    <fieldset className="fl-prompt" aria-labelledby={id}>
      <legend id={id}>{fieldName(field, lang)}</legend>
      {list.map((part, i) => (
        <PartField
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
          key={i}
          part={part}
          label={list.length > 1 ? `${fieldName(field, lang)} ${i + 1}` : fieldName(field, lang)}
          all={all}
          voice={stored.data?.voice ?? false}
          onChange={(next) => change(i, next)}
          onRemove={
            writable && (list.length > 1 || optional)
              ? () =>
                  put(
                    list.filter((_, j) => j !== i),
                    `${field}.remove`,
                  )
              : undefined
          }
        />
      ))}
      <Wrong faults={faultsAt(faults, field)} />
      {writable ? (
        <div className="jt-row">
          <Button kind="quiet" size="small" icon="plus" onClick={() => put([...list, { text: {} }], `${field}.add`)}>
            {t("addWords")}
          </Button>
          {all.length > 0 ? (
            <Button
              kind="quiet"
              size="small"
              icon="plus"
              onClick={() => put([...list, { audio: "" }], `${field}.add`)}
            >
              {t("addRecording")}
            </Button>
          ) : null}
        </div>
      ) : null}
    </fieldset>
  );
}

function PartField({
  part,
  label,
  all,
  voice,
  onChange,
  onRemove,
}: {
  part: Part;
  label: string;
  all: readonly Recording[];
  voice: boolean;
  onChange: (part: Part) => void;
  onRemove: (() => void) | undefined;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { speech, writable, editor } = useForm();
  const language = part.language ?? speech;
  const recorded = typeof part.audio === "string";
  const found = recorded ? all.find((one) => one.id === part.audio) : undefined;
  const text = part.text?.[language] ?? "";
  const sound = found?.sounds.find((one) => one.language === language);
  const heard: Heard[] = sound
    ? [{ url: sound.url }]
    : recorded
      ? words(found, language)
      : text.trim()
        ? [{ text, language }]
        : [];
  const named = t("textFor", { field: label, language: LANGUAGE_NAMES[language].long });
  return (
    <div className="fl-part">
      <div className="jt-row">
        <Select
          size="small"
          variant="borderless"
          className="fl-quiet"
          aria-label={`${label}: ${t("f.language")}`}
          disabled={!writable}
          value={part.language ?? ""}
          popupMatchSelectWidth={false}
          options={[
            { value: "", label: `${t("partOwn")} (${LANGUAGE_NAMES[speech].short})` },
            ...editor.flow.languages.map((one) => ({
              value: one,
              label: t("partAlways", { language: LANGUAGE_NAMES[one].long }),
            })),
          ]}
          onChange={(next: string) => {
            const { language: _, ...rest } = part;
            onChange(next ? { ...rest, language: next as Language } : rest);
          }}
        />
        <span className="jt-fill" />
        {onRemove ? <IconButton icon="trash" label={`${t("remove")}: ${label}`} onClick={onRemove} /> : null}
      </div>
      {recorded ? (
        <>
          <Select
            aria-label={label}
            value={part.audio || undefined}
            disabled={!writable}
            status={found ? undefined : "error"}
            placeholder={t("chooseRecording")}
            showSearch={{ optionFilterProp: "label" }}
            options={all.map((one) => ({ value: one.id, label: inLanguage(one.name, lang) }))}
            onChange={(audio: string) => onChange({ ...part, audio })}
          />
          {found ? <p className="jt-note">{found.words[language]}</p> : null}
        </>
      ) : (
        <Input.TextArea
          aria-label={named}
          lang={language}
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={text}
          disabled={!writable}
          onChange={(event) => onChange({ ...part, text: { ...part.text, [language]: event.target.value } })}
        />
      )}
      <div className="jt-row fl-wrap">
        <Listen heard={heard} disabled={!sound && !voice} />
        {writable ? <Upload part={part} found={found} language={language} onChange={onChange} /> : null}
        <span className="jt-note">
          {sound
            ? t("uploaded", {
                length: duration(sound.duration_ms, lang),
                at: instant(sound.uploaded_at, "day", lang),
              })
            : found
              ? t("noRecording")
              : voice
                ? ""
                : t("noVoice")}
        </span>
      </div>
    </div>
  );
}

function words(found: Recording | undefined, language: Language): Heard[] {
  const text = found?.words[language];
  return text ? [{ text, language }] : [];
}

/** Uploads a recording for one language; words without one become a recording that keeps them. */
function Upload({
  part,
  found,
  language,
  onChange,
}: {
  part: Part;
  found: Recording | undefined;
  language: Language;
  onChange: (part: Part) => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const { node, editor } = useForm();
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  if (typeof part.audio === "string" && !found) return null;
  const send = async (file: File) => {
    setBusy(true);
    try {
      let id = found?.id;
      if (!id) {
        const name: Texts = {};
        for (const one of ["zh-Hans", "zh-Hant", "en"] as const) name[one] = nodeName(node, one);
        id = `${editor.flow.id}-${node.id}`.slice(0, 31).replace(/[^a-z0-9-]/g, "-");
        id = `${id}-${Date.now().toString(36)}`.slice(0, 40);
        await recordings.create(id, name, part.text ?? {});
      }
      await recordings.upload(id, language, file);
      await queries.invalidateQueries({ queryKey: ["prompts"] });
      const { text: _, ...rest } = part;
      if (!found) onChange({ ...rest, audio: id });
    } catch (error) {
      notice.failed(error);
      await queries.invalidateQueries({ queryKey: ["prompts"] });
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        size="small"
        icon="upload"
        disabled={busy}
        title={t("uploadHint")}
        onClick={() => field.current?.click()}
      >
        {t("uploadRecording")}
      </Button>
      <input
        ref={field}
        type="file"
        accept=".wav,audio/wav,audio/x-wav"
        className="jt-hidden"
        tabIndex={-1}
        aria-label={`${t("uploadRecording")}, ${nodeName(node, lang)}, ${LANGUAGE_NAMES[language].long}`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void send(file);
        }}
      />
    </>
  );
}

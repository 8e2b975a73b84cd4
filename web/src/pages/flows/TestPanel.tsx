import { Checkbox, Input, Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { flowWords } from "../../i18n/flows";
import { instant, zone } from "../../i18n/format";
import { inLanguage, LANGUAGE_NAMES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { useDocuments } from "../settings/documents";
import { type Recording, type Saying, useRecordings } from "./api";
import { readValue } from "./forms/branchRows";
import { type Heard, Listen } from "./Listen";
import { type Flow, nodeOf } from "./model";
import { exitName, nodeName, subjects } from "./names";
import { Replies } from "./Replies";
import type { Call, Entry, Setting, TestCall } from "./useTestCall";

/** A call without a telephone: what the caller hears, step by step, and a key pad to answer with. */
export function TestPanel({
  flow,
  test,
  speech,
  onClose,
}: {
  flow: Flow;
  test: TestCall;
  speech: Language;
  onClose: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { call } = test;
  const [setting, setSetting] = useState<Setting>({
    language: speech,
    reachable: true,
    at: null,
    channel: flow.channels.includes("voice") ? "voice" : "chat",
    values: {},
  });
  return (
    <section className="fl-test" aria-label={t("test")}>
      <h2 className="fl-h">
        {t("test")}
        {call ? (
          <span className="jt-note jt-clip">
            {call.setting.at ? t("testNote", { at: instant(call.setting.at, "moment", lang) }) : t("testNoteNow")}
          </span>
        ) : null}
        <span className="jt-fill" />
        {call ? (
          <Button kind="quiet" size="small" onClick={() => test.begin(flow, call.setting)}>
            {t("testAgain")}
          </Button>
        ) : null}
        <Button size="small" onClick={onClose}>
          {t("testEnd")}
        </Button>
      </h2>
      {call ? (
        <div className="fl-call">
          <Transcript call={call} stale={call.flow !== flow} />
          <Replies call={call} test={test} />
        </div>
      ) : (
        <Settings flow={flow} setting={setting} change={setSetting} begin={() => test.begin(flow, setting)} />
      )}
    </section>
  );
}

function Settings({
  flow,
  setting,
  change,
  begin,
}: {
  flow: Flow;
  setting: Setting;
  change: (setting: Setting) => void;
  begin: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const queues = useDocuments("queues").data;
  const asked = useMemo(() => {
    const wanted = flow.nodes.flatMap((node) =>
      node.type === "condition" ? node.branches.map((branch) => branch.when.subject) : [],
    );
    return [...new Set(wanted)].filter((subject) => subject.startsWith("queue."));
  }, [flow]);
  const named = subjects(
    (queues ?? []).map((doc) => ({ id: doc.id, name: inLanguage(doc.spec.name, lang) })),
    [],
    lang,
  );
  return (
    <div className="fl-setting">
      <div className="jt-row fl-wrap">
        <Select
          size="small"
          aria-label={t("testLanguage")}
          value={setting.language}
          popupMatchSelectWidth={false}
          options={flow.languages.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
          onChange={(language) => change({ ...setting, language })}
        />
        <label className="jt-note" htmlFor="fl-test-at">
          {t("testAt")}
        </label>
        <Input
          id="fl-test-at"
          size="small"
          type="datetime-local"
          className="fl-at"
          onChange={(event) => change({ ...setting, at: atLocal(event.target.value, zone()) })}
        />
        <Checkbox
          checked={setting.reachable}
          onChange={(event) => change({ ...setting, reachable: event.target.checked })}
        >
          {t("testCaller")}
        </Checkbox>
      </div>
      {asked.map((subject) => (
        <div key={subject} className="jt-row">
          <label className="jt-note fl-suppose" htmlFor={`fl-suppose-${subject}`}>
            {named.find((one) => one.value === subject)?.label ?? subject}
          </label>
          <Input
            id={`fl-suppose-${subject}`}
            size="small"
            className="fl-number"
            value={String(setting.values[subject] ?? "")}
            onChange={(event) => {
              const { [subject]: _, ...rest } = setting.values;
              const value = readValue(event.target.value, false) as string | number | boolean;
              change({ ...setting, values: event.target.value === "" ? rest : { ...rest, [subject]: value } });
            }}
          />
        </div>
      ))}
      <div>
        <Button kind="main" icon="phone" onClick={begin}>
          {t("testBegin")}
        </Button>
      </div>
    </div>
  );
}

function Transcript({ call, stale }: { call: Call; stale: boolean }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const stored = useRecordings().data?.items ?? [];
  const list = useRef<HTMLDivElement>(null);
  const { flow, log, answer } = call;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest line is brought into sight as the log grows
  useEffect(() => {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [log.length, answer]);
  const variables = Object.entries({ ...answer?.state.variables, ...answer?.state.secrets });
  const name = (id: string) => nodeName(nodeOf(flow, id), lang);
  const line = (entry: Entry) => {
    const node = nodeOf(flow, entry.node);
    switch (entry.kind) {
      case "step":
        return node ? exitName(node, entry.exit, lang) : entry.exit;
      case "said":
        return textOf(entry.saying, stored);
      case "did":
        return entry.what === "pressed"
          ? t("testPressed", { keys: entry.text })
          : entry.what === "silent"
            ? t("testSilent")
            : entry.what === "found"
              ? t("testFound", { name: entry.text })
              : t(entry.what === "done" ? "testDone" : "testNotDone");
    }
  };
  return (
    <div className="fl-heard">
      <div className="fl-log" ref={list} role="log" aria-label={t("test")} tabIndex={0}>
        <ol>
          {log.map((entry, i) => {
            const heard = entry.kind === "said" ? heardOf(entry.saying, stored) : [];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows
              <li key={i} data-kind={entry.kind}>
                <span className="jt-clip">{name(entry.node)}</span>
                <span lang={entry.kind === "said" ? entry.saying[0]?.language : undefined}>
                  {line(entry)}
                  {heard.length ? <Listen heard={heard} /> : null}
                </span>
              </li>
            );
          })}
          {answer && !answer.over ? (
            <li data-now>
              <span className="jt-clip">{name(answer.node)}</span>
              <span>
                {answer.act.act === "ask" ? t("testPlaying") : t("testFollow", { node: name(answer.node) })}
              </span>
            </li>
          ) : null}
          {answer?.act.act === "over" ? (
            <li data-now>
              <span className="jt-clip">{name(answer.act.node)}</span>
              <span>{t("testOver", { how: (t as (key: string) => string)(`how.${answer.act.how}`) })}</span>
            </li>
          ) : null}
        </ol>
      </div>
      {call.error ? (
        <p className="fl-wrong" role="alert">
          {t("testStopped", { why: worded(call.error, lang) })}
        </p>
      ) : null}
      {stale ? <p className="jt-note">{t("testDraftChanged")}</p> : null}
      {variables.length ? (
        <p className="jt-note fl-vars">
          {t("testVariables")}: {variables.map(([key, value]) => `${key} = ${value}`).join(" · ")}
        </p>
      ) : null}
    </div>
  );
}

function textOf(saying: readonly Saying[], stored: readonly Recording[]): string {
  return saying
    .map((one) =>
      one.type === "speech"
        ? one.text
        : (stored.find((found) => found.id === one.prompt)?.words[one.language] ?? `♪ ${one.prompt}`),
    )
    .join(" ");
}

function heardOf(saying: readonly Saying[], stored: readonly Recording[]): Heard[] {
  return saying.flatMap((one): Heard[] => {
    if (one.type === "speech") return one.text.trim() ? [{ text: one.text, language: one.language }] : [];
    const found = stored.find((recording) => recording.id === one.prompt);
    const sound = found?.sounds.find((each) => each.language === one.language);
    if (sound) return [{ url: sound.url }];
    const text = found?.words[one.language];
    return text ? [{ text, language: one.language }] : [];
  });
}

/** `2026-07-15T14:12` in a zone, as an instant; null where nothing is written. */
export function atLocal(text: string, zone: string): number | null {
  const naive = Date.parse(`${text}Z`);
  if (Number.isNaN(naive)) return null;
  const shown = (at: number) => Date.parse(`${sv(zone).format(new Date(at)).replace(" ", "T")}Z`);
  const first = naive - (shown(naive) - naive);
  return first - (shown(first) - naive); // once more: the offset there may be another than here
}

const sv = (timeZone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }); // writes ISO 8601

import { Input } from "antd";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { flowWords } from "../../i18n/flows";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button } from "../../ui/Button";
import { useDocuments } from "../settings/documents";
import { exits, nodeOf } from "./model";
import { exitName } from "./names";
import type { Call, Entry, TestCall } from "./useTestCall";

/** What the tester answers in the place of the caller and of the centre. */
export function Replies({ call, test }: { call: Call; test: TestCall }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const queues = useDocuments("queues").data;
  const hours = useDocuments("hours").data;
  const { answer, flow } = call;
  if (!answer || answer.over) return <div className="fl-replies" />;
  const { act, node } = answer;
  const at = nodeOf(flow, node);
  const done = (ok: boolean) =>
    test.reply({ answer: "done", ok }, { kind: "did", node, what: ok ? "done" : "failed", text: "" });
  const left = (exit: string) => test.reply({ answer: "left", exit }, null);
  const named = (docs: { id: string; spec: { name: Parameters<typeof inLanguage>[0] } }[] | undefined, id: string) =>
    inLanguage(docs?.find((doc) => doc.id === id)?.spec.name, lang) || id;
  const yesNo = (
    <>
      <Button disabled={call.busy} onClick={() => done(true)}>
        {t("testDone")}
      </Button>
      <Button disabled={call.busy} onClick={() => done(false)}>
        {t("testNotDone")}
      </Button>
    </>
  );
  switch (act.act) {
    case "ask":
      return <KeyPad key={call.log.length} call={call} test={test} />;
    case "queue":
    case "hours":
      return (
        <Choice
          ask={
            act.act === "queue"
              ? t("testQueue", { queue: named(queues, act.queue) })
              : t("testHours", { hours: named(hours, act.hours) })
          }
        >
          {at
            ? exits(at).map((exit) => (
                <Button key={exit} disabled={call.busy} onClick={() => left(exit)}>
                  {exitName(at, exit, lang)}
                </Button>
              ))
            : null}
        </Choice>
      );
    case "find":
      return <FindReply key={call.log.length} call={call} test={test} />;
    case "http":
      return <FetchReply key={call.log.length} call={call} test={test} />;
    case "callback":
      return <Choice ask={t("testCallback")}>{yesNo}</Choice>;
    case "voicemail":
      return <Choice ask={t("testVoicemail")}>{yesNo}</Choice>;
    case "transfer":
      return <Choice ask={t("testTransfer", { number: act.number })}>{yesNo}</Choice>;
    default:
      return <div className="fl-replies" />;
  }
}

function Choice({ ask, children }: { ask: string; children: ReactNode }) {
  return (
    <div className="fl-replies">
      <p>{ask}</p>
      <div className="fl-choices">{children}</div>
    </div>
  );
}

const PAD = [..."123456789*0#"];

/** Keys as on a telephone; where more than one is asked for, they are gathered until the end key, the most, or a pause. */
function KeyPad({ call, test }: { call: Call; test: TestCall }) {
  const t = useWords(flowWords);
  const [keys, setKeys] = useState("");
  const answer = call.answer;
  const act = answer?.act.act === "ask" ? answer.act : null;
  const send = (pressed: string) => {
    if (!answer || !act) return;
    const shown = act.secret ? "•".repeat(pressed.length) : pressed;
    const told: Entry = { kind: "did", node: answer.node, what: pressed ? "pressed" : "silent", text: shown };
    test.reply({ answer: "keys", keys: pressed }, told);
  };
  const press = (key: string) => {
    if (!act || call.busy) return;
    if (act.end_key && key === act.end_key && keys.length >= act.min) return send(keys);
    const next = keys + key;
    if (next.length >= act.max) send(next);
    else setKeys(next);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!PAD.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    press(event.key);
  };
  // The pad takes the keyboard as a question comes up, unless somebody is writing elsewhere.
  const [pad, setPad] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    const held = document.activeElement;
    if (!held || held === document.body || !document.contains(held)) pad?.querySelector("button")?.focus();
  }, [pad]);
  if (!act) return null;
  return (
    <div className="fl-replies">
      <div className="fl-pad" role="group" aria-label={t("testKeypad")} ref={setPad} onKeyDown={onKey}>
        {PAD.map((key) => (
          <button key={key} type="button" disabled={call.busy} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
      <div className="jt-row">
        <Button size="small" disabled={call.busy} onClick={() => send(keys)}>
          {keys ? t("testSend", { keys: act.secret ? "•".repeat(keys.length) : keys }) : t("testNoKey")}
        </Button>
      </div>
    </div>
  );
}

function FindReply({ call, test }: { call: Call; test: TestCall }) {
  const t = useWords(flowWords);
  const [name, setName] = useState("");
  const [segment, setSegment] = useState("");
  const node = call.answer?.node ?? "";
  const found = () =>
    test.reply(
      { answer: "found", customer: { id: "test", name, ...(segment ? { segment } : {}) } },
      { kind: "did", node, what: "found", text: [name, segment].filter(Boolean).join(", ") || "–" },
    );
  return (
    <div className="fl-replies">
      <p>{t("testFind")}</p>
      <Input
        size="small"
        aria-label={t("testName")}
        placeholder={t("testName")}
        value={name}
        onChange={(e) => setName(e.target.value)}
      />
      <Input
        size="small"
        aria-label={t("testSegment")}
        placeholder={t("testSegment")}
        value={segment}
        onChange={(e) => setSegment(e.target.value)}
      />
      <div className="fl-choices">
        <Button disabled={call.busy} onClick={found}>
          {t("testFoundIt")}
        </Button>
        <Button disabled={call.busy} onClick={() => test.reply({ answer: "found", customer: null }, null)}>
          {t("testNotFound")}
        </Button>
      </div>
    </div>
  );
}

function FetchReply({ call, test }: { call: Call; test: TestCall }) {
  const t = useWords(flowWords);
  const act = call.answer?.act.act === "http" ? call.answer.act : null;
  const [values, setValues] = useState<Record<string, string>>({});
  const node = call.answer?.node ?? "";
  if (!act) return null;
  const whole = Object.fromEntries(act.save.map(([variable]) => [variable, values[variable] ?? ""]));
  return (
    <div className="fl-replies">
      <p>{t("testHttp", { method: act.method, url: act.url })}</p>
      {act.save.map(([variable]) => (
        <Input
          key={variable}
          size="small"
          aria-label={variable}
          placeholder={variable}
          value={values[variable] ?? ""}
          onChange={(event) => setValues({ ...values, [variable]: event.target.value })}
        />
      ))}
      <div className="fl-choices">
        <Button
          disabled={call.busy}
          onClick={() =>
            test.reply({ answer: "fetched", values: whole }, { kind: "did", node, what: "done", text: "" })
          }
        >
          {t("testDone")}
        </Button>
        <Button
          disabled={call.busy}
          onClick={() =>
            test.reply({ answer: "fetched", values: null }, { kind: "did", node, what: "failed", text: "" })
          }
        >
          {t("testNotDone")}
        </Button>
      </div>
    </div>
  );
}

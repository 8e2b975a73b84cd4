import { Checkbox, Input, InputNumber, Modal, Select } from "antd";
import { useId, useState } from "react";
import type { Schema } from "../../api/types";
import type { Change, Kind, Shown } from "./model";
import { changeName, useLabWords } from "./words";

type Given = Schema<"LabScenarioIn">;
const KINDS: readonly Kind[] = [
  "callback",
  "part_timers",
  "move_breaks",
  "handling",
  "self_service",
  "cross_train",
  "lines",
  "together",
  "half_trunks",
  "absent",
  "switch_down",
  "heads",
];

/** One change, or several together. Heads are named last, and say what to look at before (H3). */
export function NewScenario({
  shown,
  start,
  onClose,
  onAdd,
}: {
  shown: Shown;
  start: Kind;
  onClose: () => void;
  onAdd: (body: Given) => Promise<unknown>;
}) {
  const { t, lang } = useLabWords();
  const id = useId();
  const [kind, setKind] = useState<Kind>(start);
  const [name, setName] = useState("");
  const [count, setCount] = useState<number | null>(3);
  const [seconds, setSeconds] = useState<number | null>(start === "callback" ? 90 : 10);
  const [share, setShare] = useState<number | null>(10);
  const [from, setFrom] = useState("10:00");
  const [to, setTo] = useState("16:00");
  const [parts, setParts] = useState<string[]>([]);
  const [working, setWorking] = useState(false);
  const choices = shown.scenarios.filter(
    (one) => one.change.kind !== "base" && one.change.kind !== "together" && one.change.kind !== "heads",
  );
  const missing = shown.heads_missing;
  const blocked = kind === "heads" && missing.length > 0;
  const change: Change = {
    kind,
    count: ["part_timers", "heads", "lines"].includes(kind) ? (count ?? 0) : 0,
    start: ["part_timers", "switch_down"].includes(kind) ? from : "",
    end: ["part_timers", "switch_down"].includes(kind) ? to : "",
    after_s: kind === "callback" ? (seconds ?? 0) : 0,
    seconds: kind === "handling" ? (seconds ?? 0) : 0,
    share: ["self_service", "cross_train", "absent"].includes(kind) ? (share ?? 0) / 100 : 0,
    parts: kind === "together" ? choices.filter((one) => parts.includes(one.id)).map((one) => one.change) : [],
  };
  const times = /^\d\d:\d\d$/;
  const good =
    !blocked &&
    (kind !== "together" || parts.length >= 2) &&
    (change.start === "" || (times.test(from) && times.test(to) && from < to)) &&
    (!["part_timers", "heads"].includes(kind) || (count ?? 0) >= 1) &&
    (kind !== "lines" || (count ?? 0) !== 0);
  const choose = (next: Kind) => {
    setKind(next);
    if (next === "callback") setSeconds(90);
    if (next === "handling") setSeconds(10);
    if (next === "absent") setShare(30);
  };
  const add = () => {
    setWorking(true);
    onAdd({ change, name: name.trim(), run: true })
      .then(onClose)
      .catch(() => undefined) // told already
      .finally(() => setWorking(false));
  };
  return (
    <Modal
      open
      title={t("dialogScenario")}
      okText={t("add")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !good }}
      confirmLoading={working}
      onOk={add}
      onCancel={onClose}
    >
      <div className="lab-form">
        <label htmlFor={`${id}-kind`}>{t("kindField")}</label>
        <Select
          id={`${id}-kind`}
          value={kind}
          onChange={choose}
          options={KINDS.map((one) => ({ value: one, label: kindName(t, one) }))}
        />
        {["part_timers", "heads", "lines"].includes(kind) ? (
          <>
            <label htmlFor={`${id}-count`}>{t(kind === "lines" ? "countLines" : "countPeople")}</label>
            <InputNumber
              id={`${id}-count`}
              value={count}
              min={kind === "lines" ? -10000 : 1}
              max={kind === "lines" ? 10000 : 200}
              precision={0}
              onChange={setCount}
            />
          </>
        ) : null}
        {["callback", "handling"].includes(kind) ? (
          <>
            <label htmlFor={`${id}-seconds`}>{t(kind === "callback" ? "afterSeconds" : "secondsLess")}</label>
            <InputNumber id={`${id}-seconds`} value={seconds} min={1} max={3600} onChange={setSeconds} />
          </>
        ) : null}
        {["self_service", "cross_train", "absent"].includes(kind) ? (
          <>
            <label htmlFor={`${id}-share`}>{t("sharePercent")}</label>
            <InputNumber id={`${id}-share`} value={share} min={0.1} max={100} onChange={setShare} />
          </>
        ) : null}
        {["part_timers", "switch_down"].includes(kind) ? (
          <>
            <label htmlFor={`${id}-from`}>{t("fromTime")}</label>
            <Input id={`${id}-from`} value={from} maxLength={5} onChange={(event) => setFrom(event.target.value)} />
            <label htmlFor={`${id}-to`}>{t("toTime")}</label>
            <Input id={`${id}-to`} value={to} maxLength={5} onChange={(event) => setTo(event.target.value)} />
          </>
        ) : null}
        {kind === "together" ? (
          <fieldset>
            <legend>{t("chooseParts")}</legend>
            <Checkbox.Group
              value={parts}
              onChange={(values) => setParts(values as string[])}
              options={choices.map((one) => ({ value: one.id, label: one.name || changeName(t, one.change) }))}
            />
          </fieldset>
        ) : null}
        {kind === "heads" ? (
          <p className="lab-not" role={blocked ? "alert" : undefined}>
            {t("headsNote")}
            {blocked
              ? ` ${t("lookFirst", { list: missing.map((one) => kindName(t, one)).join(lang === "en" ? ", " : "、") })}`
              : ""}
          </p>
        ) : null}
        <label htmlFor={`${id}-name`}>{t("nameField")}</label>
        <Input id={`${id}-name`} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
      </div>
    </Modal>
  );
}

/** A kind without its numbers. */
function kindName(t: ReturnType<typeof useLabWords>["t"], kind: Kind): string {
  return t(`kind.${kind as "callback"}`);
}

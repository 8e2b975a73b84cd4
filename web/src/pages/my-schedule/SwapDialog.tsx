import { Modal } from "antd";
import { useId, useState } from "react";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { type OwnSchedule, useAsk, useColleagues } from "./api";
import { daySaid } from "./model";
import { faultSaid, type Said, whySaid } from "./words";

const ALL = "";

/** Whom to ask: those with whom it is possible first; of the others the rule that forbids it. */
export function SwapDialog({
  kind,
  day,
  own,
  said,
  onClose,
}: {
  kind: "swap" | "give_away";
  day: string;
  own: OwnSchedule;
  said: Said;
  onClose: () => void;
}) {
  const { t, clocks } = said;
  const notice = useNotice();
  const ask = useAsk();
  const name = useId();
  const [theirDay, setTheirDay] = useState(day);
  const [chosen, setChosen] = useState<string | null>(kind === "give_away" ? ALL : null);
  const [note, setNote] = useState("");
  const found = useColleagues(kind, day, theirDay);
  const items = found.data?.items ?? [];
  const mine = own.days.find((one) => one.day === day);
  const said_ = (spans: (typeof items)[number]["spans"]) =>
    daySaid(spans, clocks.clock, said.activity) ?? t("theirFree");
  const ready =
    chosen !== null && (chosen === ALL || items.some((one) => one.agent === chosen && !one.why_not.length));
  const send = () =>
    ask
      .mutateAsync({
        kind,
        day,
        partner: chosen || null,
        ...(kind === "swap" ? { partner_day: theirDay } : {}),
        note: note.trim(),
      })
      .then(
        () => {
          notice.done(t("sent"));
          onClose();
        },
        (error: unknown) => notice.warn(faultSaid(error, t)),
      );
  return (
    <Modal
      open
      title={t(kind === "swap" ? "askSwap" : "askGiveAway", { day: clocks.day(day) })}
      onCancel={onClose}
      onOk={() => void send()}
      okText={t("send")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !ready, loading: ask.isPending }}
    >
      <div className="ms-form">
        <p>
          <span className="jt-note">{t("mine")}</span> <span className="jt-num">{mine ? said_(mine.spans) : ""}</span>
        </p>
        {kind === "swap" ? (
          <label className="ms-field">
            <span>{t("theirDay")}</span>
            <input
              type="date"
              required
              value={theirDay}
              onChange={(event) => {
                if (event.target.value) setTheirDay(event.target.value);
                setChosen(null);
              }}
            />
          </label>
        ) : null}
        <fieldset className="ms-colleagues">
          <legend className="jt-note">{t("colleague")}</legend>
          {kind === "give_away" ? (
            <label>
              <input type="radio" name={name} checked={chosen === ALL} onChange={() => setChosen(ALL)} />
              <span className="ms-colleague">
                <span>{t("anyone")}</span>
                <span className="jt-note">{t("anyoneNote")}</span>
              </span>
            </label>
          ) : null}
          {items.map((one) => {
            const why = one.why_not.map((code) => whySaid(code, t)).join(" · ");
            return (
              <label key={one.agent} data-off={why !== ""}>
                <input
                  type="radio"
                  name={name}
                  disabled={why !== ""}
                  checked={chosen === one.agent}
                  onChange={() => setChosen(one.agent)}
                />
                <span className="ms-colleague">
                  <span>{one.name}</span>
                  <span className="jt-note jt-num">{said_(one.spans)}</span>
                  {why ? <span className="jt-note">{t("cannot", { why })}</span> : null}
                </span>
              </label>
            );
          })}
          {found.error ? <Empty kind="lost">{faultSaid(found.error, t)}</Empty> : null}
          {found.data && items.length === 0 && kind === "swap" ? (
            <Empty kind="none">{t("noColleagues")}</Empty>
          ) : null}
        </fieldset>
        <label className="ms-field">
          <span>{t("note")}</span>
          <textarea rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <p className="jt-note">{t("swapNotice", { n: own.swap_notice_h })}</p>
      </div>
    </Modal>
  );
}

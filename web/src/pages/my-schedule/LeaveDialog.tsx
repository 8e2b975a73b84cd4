import { Modal } from "antd";
import { useState } from "react";
import { useNotice } from "../../ui/notices";
import { reach } from "../schedule/model";
import { type OwnSchedule, useAsk } from "./api";
import { instantOf } from "./model";
import { faultSaid, type Said } from "./words";

/** Leave of whole days, or of a part of one. */
export function LeaveDialog({
  day,
  own,
  said,
  today,
  onClose,
}: {
  day: string;
  own: OwnSchedule;
  said: Said;
  today: string;
  onClose: () => void;
}) {
  const { t } = said;
  const notice = useNotice();
  const ask = useAsk();
  const shift = reach(own.days.find((one) => one.day === day)?.spans ?? []);
  const wall = (at: number | undefined, otherwise: string) => {
    if (at === undefined) return otherwise;
    const minutes = said.minute(at);
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };
  const [first, setFirst] = useState(day);
  const [last, setLast] = useState(day);
  const [part, setPart] = useState(false);
  const [from, setFrom] = useState(wall(shift?.start, "09:00"));
  const [to, setTo] = useState(wall(shift?.end, "18:00"));
  const [note, setNote] = useState("");
  const start = instantOf(first, from || "00:00", own.zone);
  const sameDay = instantOf(first, to || "00:00", own.zone);
  const overnight = shift !== null && said.day(shift.end) > first;
  const end = sameDay <= start && overnight ? instantOf(said.day(shift.end), to, own.zone) : sameDay;
  const wrong = part ? end <= start : last < first;
  const send = () =>
    ask
      .mutateAsync({
        kind: "leave",
        day: first,
        last_day: part ? first : last,
        ...(part ? { start, end } : {}),
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
      title={t("askLeave")}
      onCancel={onClose}
      onOk={() => void send()}
      okText={t("send")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: wrong || !first || !last, loading: ask.isPending }}
    >
      <div className="ms-form">
        <div className="ms-pair">
          <label className="ms-field">
            <span>{part ? t("day") : t("from")}</span>
            <input
              type="date"
              min={today}
              value={first}
              onChange={(event) => {
                setFirst(event.target.value);
                if (event.target.value > last) setLast(event.target.value);
              }}
            />
          </label>
          {part ? null : (
            <label className="ms-field">
              <span>{t("to")}</span>
              <input type="date" min={first} value={last} onChange={(event) => setLast(event.target.value)} />
            </label>
          )}
        </div>
        <label className="ms-check">
          <input type="checkbox" checked={part} onChange={(event) => setPart(event.target.checked)} />
          <span>{t("partOfDay")}</span>
        </label>
        {part ? (
          <div className="ms-pair">
            <label className="ms-field">
              <span>{t("startTime")}</span>
              <input type="time" step={300} value={from} onChange={(event) => setFrom(event.target.value)} />
            </label>
            <label className="ms-field">
              <span>{t("endTime")}</span>
              <input type="time" step={300} value={to} onChange={(event) => setTo(event.target.value)} />
            </label>
          </div>
        ) : null}
        {wrong ? (
          <p className="ms-wrong" role="alert">
            {t("datesWrong")}
          </p>
        ) : null}
        <label className="ms-field">
          <span>{t("note")}</span>
          <textarea rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <p className="jt-note">{t("leaveNotice", { n: own.leave_notice_days })}</p>
      </div>
    </Modal>
  );
}

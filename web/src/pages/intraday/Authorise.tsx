import { useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { useId, useState } from "react";
import { intraday } from "../../i18n/intraday";
import { useWords } from "../../i18n/messages";
import { serverClock } from "../../live/clock";
import { useNotice } from "../../ui/notices";
import { type Day, type DayPerson, excuse, KEY } from "./api";
import { atWall, wallOf } from "./wall";

const QUARTER = 900_000;
const DAY = 86_400_000;

/** From when to when, and what was agreed. It is proposed from where the person went out until a quarter from now. */
export function Authorise({ day, person, onClose }: { day: Day; person: DayPerson; onClose: () => void }) {
  const t = useWords(intraday);
  const notice = useNotice();
  const client = useQueryClient();
  const id = useId();
  const now = serverClock.now();
  const proposed = Math.ceil(now / QUARTER) * QUARTER;
  const [from, setFrom] = useState(wallOf(person.out_since ?? now));
  const [to, setTo] = useState(
    wallOf(person.until !== null && person.until > now ? Math.min(person.until, proposed) : proposed),
  );
  const [note, setNote] = useState("");
  const [wrong, setWrong] = useState<"noteMissing" | "spanWrong" | null>(null);
  const [busy, setBusy] = useState(false);

  const save = async () => {
    const start = atWall(from, day.start);
    const named = atWall(to, day.start);
    if (start === null || named === null || named === start) return setWrong("spanWrong");
    const end = named < start ? named + DAY : named; // past midnight
    if (end - start > DAY / 2) return setWrong("spanWrong");
    if (note.trim() === "") return setWrong("noteMissing");
    setBusy(true);
    try {
      await excuse({ agent: person.agent, start, end, note: note.trim() });
      notice.done(t("authorised", { name: person.name }));
      void client.invalidateQueries({ queryKey: [KEY] });
      onClose();
    } catch (error) {
      setBusy(false);
      notice.failed(error);
    }
  };

  return (
    <Modal
      open
      title={t("authoriseTitle", { name: person.name })}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <form
        className="id-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className="jt-note">{t("authoriseText")}</p>
        <div className="id-times">
          <label htmlFor={`${id}-from`}>{t("fromTime")}</label>
          <input id={`${id}-from`} type="time" value={from} onChange={(event) => setFrom(event.target.value)} />
          <label htmlFor={`${id}-to`}>{t("toTime")}</label>
          <input id={`${id}-to`} type="time" value={to} onChange={(event) => setTo(event.target.value)} />
        </div>
        <label htmlFor={`${id}-note`}>{t("note")}</label>
        <textarea
          id={`${id}-note`}
          rows={3}
          value={note}
          maxLength={500}
          placeholder={t("notePlaceholder")}
          aria-invalid={wrong === "noteMissing"}
          onChange={(event) => setNote(event.target.value)}
        />
        {wrong ? (
          <p className="id-wrong" role="alert">
            {t(wrong)}
          </p>
        ) : null}
      </form>
    </Modal>
  );
}

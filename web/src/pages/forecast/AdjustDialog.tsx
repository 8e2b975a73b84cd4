import { Modal } from "antd";
import { type FormEvent, useId, useState } from "react";
import { forecast } from "../../i18n/forecast";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useNotice } from "../../ui/notices";
import { type AdjustmentHow, type ForecastDay, useChanges } from "./api";
import { dayName } from "./days";
import { HoursFields } from "./HoursFields";
import { secondsOf } from "./model";

const HOWS = ["factor", "add", "total"] as const satisfies readonly AdjustmentHow[];

/** A change of the forecast by hand, with a note; it can be undone at once. */
export function AdjustDialog({ queue, day, close }: { queue: string; day: ForecastDay; close: () => void }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const notice = useNotice();
  const form = useId();
  const changes = useChanges();
  const [how, setHow] = useState<AdjustmentHow>("factor");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    changes.adjust.mutate(
      {
        queue,
        first: String(given.get("first")),
        last: String(given.get("last")),
        from_s: secondsOf(String(given.get("from"))),
        until_s: secondsOf(String(given.get("until")), true),
        how,
        value: Number(given.get("value")),
        note: String(given.get("note")),
      },
      {
        onSuccess: (made) => {
          close();
          notice.undoable(t("adjusted"), () => changes.undo.mutate(made.id, { onError: notice.failed }));
        },
      },
    );
  };
  return (
    <Modal
      open
      title={t("adjustTitle", { day: dayName(day.day, lang) })}
      okText={t("save")}
      cancelText={t("cancel")}
      okButtonProps={{ htmlType: "submit", form, loading: changes.adjust.isPending }}
      onCancel={close}
      destroyOnHidden
    >
      <form id={form} className="fc-form" onSubmit={submit}>
        <HoursFields first={day.day} last={day.day} from={0} until={86_400} />
        <label>
          <span>{t("how")}</span>
          <select name="how" value={how} onChange={(event) => setHow(event.target.value as AdjustmentHow)}>
            {HOWS.map((one) => (
              <option key={one} value={one}>
                {t(`how.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("value")}</span>
          <input
            key={how}
            name="value"
            type="number"
            step="any"
            min={how === "add" ? undefined : 0}
            required
            defaultValue={how === "factor" ? 1.1 : how === "total" ? Math.round(day.forecast?.mean ?? 0) : 10}
          />
        </label>
        <label className="fc-wide">
          <span>{t("note")}</span>
          <input name="note" type="text" maxLength={500} />
        </label>
        {changes.adjust.error ? (
          <p className="fc-warn" role="alert">
            {worded(changes.adjust.error)}
          </p>
        ) : null}
      </form>
    </Modal>
  );
}

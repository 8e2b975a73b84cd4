import { Modal } from "antd";
import { type FormEvent, useId } from "react";
import { forecast } from "../../i18n/forecast";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useNotice } from "../../ui/notices";
import type { ForecastQueue, Period, useChanges } from "./api";
import { dayName } from "./days";

/** A forecast for a queue of which little is known, by a similar one and how many contacts a day are expected. */
export function ColdStart({
  queue,
  queues,
  ahead,
  close,
  changes,
}: {
  queue: ForecastQueue;
  queues: readonly ForecastQueue[];
  ahead: Period;
  close: () => void;
  changes: ReturnType<typeof useChanges>;
}) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const notice = useNotice();
  const form = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const expected = String(given.get("expected"));
    changes.make.mutate(
      {
        queue: queue.queue,
        ...ahead,
        similar: String(given.get("similar")),
        expected_a_day: expected ? Number(expected) : null,
      },
      {
        onSuccess: (made) => {
          close();
          notice.done(t("made", { last: dayName(made.last, lang) }));
        },
      },
    );
  };
  return (
    <Modal
      open
      title={`${t("make")} · ${inLanguage(queue.names, lang)}`}
      okText={t("make")}
      cancelText={t("cancel")}
      okButtonProps={{ htmlType: "submit", form, loading: changes.make.isPending }}
      onCancel={close}
      destroyOnHidden
    >
      <form id={form} className="fc-form" onSubmit={submit}>
        <p className="fc-wide jt-note">{t("coldNote")}</p>
        <label>
          <span>{t("similar")}</span>
          <select name="similar" required>
            {queues
              .filter((one) => one.queue !== queue.queue)
              .map((one) => (
                <option key={one.queue} value={one.queue}>
                  {inLanguage(one.names, lang)}
                </option>
              ))}
          </select>
        </label>
        <label>
          <span>{t("expectedADay")}</span>
          <input name="expected" type="number" min={1} step="any" />
        </label>
        {changes.make.error ? (
          <p className="fc-warn" role="alert">
            {worded(changes.make.error)}
          </p>
        ) : null}
      </form>
    </Modal>
  );
}

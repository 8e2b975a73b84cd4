import { Modal, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { forecast } from "../../i18n/forecast";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useNotice } from "../../ui/notices";
import { type EventHow, type EventKind, type ForecastQueue, type PlannedEvent, useChanges } from "./api";
import { HoursFields } from "./HoursFields";
import { secondsOf } from "./model";

const KINDS = ["campaign", "billing", "launch", "outage", "other"] as const satisfies readonly EventKind[];
const HOWS = ["factor", "add", "leave_out"] as const satisfies readonly EventHow[];

/** An event, new or changed; its queues are of one client. */
export function EventDialog({
  event,
  queue,
  queues,
  today,
  close,
}: {
  event: PlannedEvent | null;
  queue: ForecastQueue;
  queues: readonly ForecastQueue[];
  today: string;
  close: () => void;
}) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const notice = useNotice();
  const form = useId();
  const label = useId();
  const changes = useChanges();
  const [how, setHow] = useState<EventHow>(event?.how ?? "factor");
  const [touched, setTouched] = useState<string[]>(event?.queues ?? [queue.queue]);
  const client = event?.client ?? queues.find((one) => one.queue === touched[0])?.client ?? queue.client;
  const submit = (pressed: FormEvent<HTMLFormElement>) => {
    pressed.preventDefault();
    const given = new FormData(pressed.currentTarget);
    changes.saveEvent.mutate(
      {
        id: event?.id ?? null,
        version: event?.version ?? 0,
        queues: touched,
        title: String(given.get("title")),
        kind: String(given.get("kind")) as EventKind,
        first: String(given.get("first")),
        last: String(given.get("last")),
        from_s: secondsOf(String(given.get("from"))),
        until_s: secondsOf(String(given.get("until")), true),
        how,
        value: how === "leave_out" ? 0 : Number(given.get("value")),
        note: String(given.get("note")),
      },
      {
        onSuccess: () => {
          close();
          notice.done(t("savedEvent"));
        },
      },
    );
  };
  return (
    <Modal
      open
      title={t(event ? "editEvent" : "newEvent")}
      okText={t("save")}
      cancelText={t("cancel")}
      okButtonProps={{
        htmlType: "submit",
        form,
        loading: changes.saveEvent.isPending,
        disabled: touched.length === 0,
      }}
      onCancel={close}
      destroyOnHidden
    >
      <form id={form} className="fc-form" onSubmit={submit}>
        <label>
          <span>{t("eventTitle")}</span>
          <input name="title" type="text" required maxLength={120} defaultValue={event?.title ?? ""} />
        </label>
        <label>
          <span>{t("kind")}</span>
          <select name="kind" defaultValue={event?.kind ?? "campaign"}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <div className="fc-wide fc-label">
          <span id={label}>{t("queue")}</span>
          <Select
            mode="multiple"
            aria-labelledby={label}
            value={touched}
            onChange={setTouched}
            options={queues
              .filter((one) => touched.length === 0 || one.client === client)
              .map((one) => ({ value: one.queue, label: inLanguage(one.names, lang) }))}
          />
        </div>
        <HoursFields
          first={event?.first ?? today}
          last={event?.last ?? today}
          from={event?.from_s ?? 0}
          until={event?.until_s ?? 86_400}
        />
        <label>
          <span>{t("effect")}</span>
          <select name="how" value={how} onChange={(picked) => setHow(picked.target.value as EventHow)}>
            {HOWS.map((one) => (
              <option key={one} value={one}>
                {t(`how.${one}`)}
              </option>
            ))}
          </select>
        </label>
        {how === "leave_out" ? null : (
          <label>
            <span>{t("value")}</span>
            <input
              key={how}
              name="value"
              type="number"
              step="any"
              min={how === "factor" ? 0 : undefined}
              required
              defaultValue={event && event.how === how ? event.value : how === "factor" ? 1.2 : 50}
            />
          </label>
        )}
        <label className="fc-wide">
          <span>{t("note")}</span>
          <input name="note" type="text" maxLength={500} defaultValue={event?.note ?? ""} />
        </label>
        {changes.saveEvent.error ? (
          <p className="fc-warn" role="alert">
            {worded(changes.saveEvent.error)}
          </p>
        ) : null}
      </form>
    </Modal>
  );
}

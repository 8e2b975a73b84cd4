import { useState } from "react";
import { core } from "../../i18n/core";
import { forecast } from "../../i18n/forecast";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { type ForecastQueue, type PlannedEvent, useChanges, useEvents, useMeasured } from "./api";
import { dayName } from "./days";
import { EventDialog } from "./EventDialog";
import { clockOf, signed } from "./model";

/** What is known beforehand: campaigns, bills, launches, outages; and what those that are over did. */
export function EventsView({
  queue,
  queues,
  today,
  edits,
}: {
  queue: ForecastQueue;
  queues: readonly ForecastQueue[];
  today: string;
  edits: boolean;
}) {
  const t = useWords(forecast);
  const w = useWords(core);
  const lang = useLanguage();
  const found = useEvents(null);
  const notice = useNotice();
  const changes = useChanges();
  const [open, setOpen] = useState<PlannedEvent | "new" | null>(null);
  const remove = (one: PlannedEvent) =>
    changes.removeEvent.mutate(one.id, {
      onSuccess: () =>
        notice.undoable(t("removed", { title: one.title }), () =>
          changes.saveEvent.mutate({ ...one, id: null }, { onError: notice.failed }),
        ),
      onError: notice.failed,
    });
  const names = (ids: readonly string[]) =>
    ids.map((id) => inLanguage(queues.find((one) => one.queue === id)?.names ?? { en: id }, lang)).join(", ");
  const add = edits ? (
    <Button icon="plus" onClick={() => setOpen("new")}>
      {t("newEvent")}
    </Button>
  ) : undefined;
  return (
    <div className="fc-one">
      {found.error ? (
        <Empty kind="lost" action={<Button onClick={() => void found.refetch()}>{w("retry")}</Button>}>
          {worded(found.error)}
        </Empty>
      ) : null}
      {found.data?.items.length === 0 ? (
        <Empty kind="none" action={add}>
          {t("noEvents")}
        </Empty>
      ) : null}
      {found.data && found.data.items.length > 0 ? (
        <>
          <div className="fc-ask">
            {add}
            <p className="jt-note">{t("eventNote")}</p>
          </div>
          <table className="fc-table">
            <caption className="jt-hidden">{t("events")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("eventTitle")}</th>
                <th scope="col">{t("kind")}</th>
                <th scope="col">{t("day")}</th>
                <th scope="col">{t("queue")}</th>
                <th scope="col" className="jt-num">
                  {t("effect")}
                </th>
                <th scope="col" className="jt-num">
                  {t("measured")}
                </th>
                <th scope="col">
                  <span className="jt-hidden">{t("actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data.items.map((one) => (
                <tr key={one.id} data-over={one.last < today || undefined}>
                  <th scope="row">
                    {one.title}
                    {one.note ? <small className="jt-note"> {one.note}</small> : null}
                  </th>
                  <td>{t(`kind.${one.kind}`)}</td>
                  <td>
                    {one.first === one.last
                      ? dayName(one.first, lang)
                      : `${dayName(one.first, lang)} – ${dayName(one.last, lang)}`}
                    {one.from_s > 0 || one.until_s < 86_400
                      ? ` ${clockOf(one.from_s)}–${one.until_s === 86_400 ? "24:00" : clockOf(one.until_s)}`
                      : ""}
                  </td>
                  <td>{names(one.queues)}</td>
                  <td className="jt-num">
                    {t(`effect.${one.how}`, {
                      value: one.how === "factor" ? String(one.value) : signed(one.value, lang),
                    })}
                  </td>
                  <td className="jt-num">
                    <Measured
                      event={one}
                      queue={one.queues.includes(queue.queue) ? queue.queue : one.queues[0]}
                      today={today}
                    />
                  </td>
                  <td className="fc-actions">
                    {edits ? (
                      <>
                        <IconButton icon="edit" label={`${t("edit")} ${one.title}`} onClick={() => setOpen(one)} />
                        <IconButton icon="close" label={`${t("remove")} ${one.title}`} onClick={() => remove(one)} />
                      </>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : null}
      {open !== null ? (
        <EventDialog
          event={open === "new" ? null : open}
          queue={queue}
          queues={queues}
          today={today}
          close={() => setOpen(null)}
        />
      ) : null}
    </div>
  );
}

function Measured({ event, queue, today }: { event: PlannedEvent; queue: string | undefined; today: string }) {
  const found = useMeasured(event.id, queue ?? "", event.first < today && queue !== undefined);
  const factor = found.data?.factor;
  return <>{factor === null || factor === undefined ? "–" : `×${factor.toFixed(2)}`}</>;
}

import { Modal } from "antd";
import { type ReactNode, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { core } from "../../../i18n/core";
import { deliveries } from "../../../i18n/deliveries";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { reports } from "../../../i18n/reports";
import { useMay } from "../../../session/session";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Time } from "../../../ui/figures";
import { Icon, type IconName } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import {
  ARCHIVE,
  type Delivery,
  type Destination,
  type Schedule,
  useArchive,
  useDeliveries,
  useDeliveryActions,
  useDestinations,
  useSchedules,
  WAYS,
  type Way,
} from "./api";
import { DestinationDialog } from "./DestinationDialog";
import { ScheduleDialog } from "./ScheduleDialog";
import "./deliveries.css";

const TABS = ["archive", "list", "schedules", "destinations"] as const;

type Adding = { adding: boolean; onAdded: () => void };

const WAY_ICON: Record<Way, IconName> = {
  email: "mail",
  portal: "globe",
  sftp: "server",
  webdav: "server",
  printer: "print",
  fax: "doc",
  folder: "case",
};
const STATE_ICON: Record<Delivery["state"], IconName> = {
  waiting: "clock",
  sending: "send",
  sent: "check",
  confirmed: "check",
  failed: "alarm",
  given_up: "barred",
};

/** What was made and sent, and for those who set it up: when and where to. */
export default function DeliveriesPage() {
  const t = useWords(deliveries);
  const r = useWords(reports);
  const sets = useMay("report.schedule");
  const [params, setParams] = useSearchParams();
  const asked = TABS.find((one) => one === params.get("tab")) ?? "archive";
  const tab = sets ? asked : "archive";
  const [adding, setAdding] = useState(false);
  return (
    <div className="rp rp-listpage">
      <header className="rp-bar">
        <h1>
          <Link to="/reports">{r("title")}</Link>
          <span aria-hidden="true"> / </span>
          {t("title")}
        </h1>
        {sets ? (
          <fieldset className="dv-seg" aria-label={t("title")}>
            {TABS.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === tab}
                onClick={() => setParams({ tab: one }, { replace: true })}
              >
                {t(one)}
              </button>
            ))}
          </fieldset>
        ) : null}
        <span className="jt-fill" />
        {tab === "schedules" || tab === "destinations" ? (
          <Button kind="main" icon="plus" onClick={() => setAdding(true)}>
            {t(tab === "schedules" ? "newSchedule" : "newDestination")}
          </Button>
        ) : null}
      </header>
      {tab === "archive" ? <Archive /> : null}
      {tab === "list" ? <Sent /> : null}
      {tab === "schedules" ? <Schedules adding={adding} onAdded={() => setAdding(false)} /> : null}
      {tab === "destinations" ? <Destinations adding={adding} onAdded={() => setAdding(false)} /> : null}
    </div>
  );
}

function Archive() {
  const t = useWords(deliveries);
  const list = useArchive();
  return (
    <Listed list={list} none={t("noArchive")} heads={[t("of"), t("name"), t("files"), "SHA-256"]}>
      {(list.data?.items ?? []).map((one) => (
        <tr key={one.id}>
          <td>
            <Time at={one.at} style="moment" />
          </td>
          <td>
            {one.title}
            {one.n > 1 ? (
              <span className="jt-note" title={one.reason}>
                {" "}
                {t("edition", { n: one.n })} {one.reason}
              </span>
            ) : null}
            {one.draft ? <span className="jt-note"> {t("draft")}</span> : null}
          </td>
          <td className="dv-acts">
            {one.files
              .filter((file) => file.n > 0)
              .map((file) => (
                <a key={file.n} href={`${ARCHIVE}/${one.id}/files/${file.n}`} title={file.name} download>
                  {file.format}
                </a>
              ))}
            {one.page ? (
              <a href={`${ARCHIVE}/${one.id}/page`} target="_blank" rel="noreferrer">
                {t("page")}
              </a>
            ) : null}
          </td>
          <td className="jt-num" title={one.digest ?? ""}>
            {one.digest?.slice(0, 12)}
          </td>
        </tr>
      ))}
    </Listed>
  );
}

function Sent() {
  const t = useWords(deliveries);
  const notice = useNotice();
  const [late, setLate] = useState(false);
  const list = useDeliveries(late);
  const { again } = useDeliveryActions();
  return (
    <>
      <label className="dv-filter">
        <input type="checkbox" checked={late} onChange={(event) => setLate(event.target.checked)} /> {t("lateOnly")}
      </label>
      <Listed
        list={list}
        none={t("noDeliveries")}
        heads={[t("of"), t("name"), t("to"), t("state"), t("deadline"), t("answer"), ""]}
      >
        {(list.data?.items ?? []).map((one) => (
          <tr key={one.id}>
            <td>
              <Time at={one.at} style="moment" />
            </td>
            <td>{one.title}</td>
            <td>
              <span className="dv-way">
                {isWay(one.way) ? <Icon name={WAY_ICON[one.way]} size={14} /> : null} {one.destination_name}
              </span>
            </td>
            <td>
              <State one={one} />
            </td>
            <td>
              <Time at={one.deadline} style="moment" />
            </td>
            <td className="dv-answer">{one.attempts.at(-1)?.answer ?? one.error}</td>
            <td className="dv-acts">
              {one.digest || one.state === "failed" || one.state === "given_up" ? (
                <Button
                  size="small"
                  disabled={one.state === "sending" || again.isPending}
                  onClick={() =>
                    again.mutate(one.id, { onSuccess: () => notice.done(t("againDone")), onError: notice.failed })
                  }
                >
                  {t("again")}
                </Button>
              ) : null}
            </td>
          </tr>
        ))}
      </Listed>
    </>
  );
}

function State({ one }: { one: Delivery }) {
  const t = useWords(deliveries);
  const late = (one.reached_at ?? Date.now()) > one.deadline;
  const bad = one.state === "failed" || one.state === "given_up";
  return (
    <span className="dv-way" data-bad={bad || late}>
      <Icon name={late ? "alarm" : STATE_ICON[one.state]} size={14} /> {t(`state.${one.state}`)}
      {late ? <b>{t("late")}</b> : null}
    </span>
  );
}

function Schedules({ adding, onAdded }: Adding) {
  const t = useWords(deliveries);
  const notice = useNotice();
  const list = useSchedules();
  const [open, setOpen] = useState<Schedule | null>(null);
  const { now, removeSchedule } = useDeliveryActions();
  return (
    <>
      <Listed list={list} none={t("noSchedules")} heads={[t("name"), t("repeat"), t("next"), t("owner"), ""]}>
        {(list.data?.items ?? []).map((one) => (
          <tr key={one.id}>
            <td>
              <button type="button" className="jt-bare dv-name" onClick={() => setOpen(one)}>
                {one.schedule.name}
              </button>
            </td>
            <td>
              {t(`repeat.${one.schedule.timetable.repeat}`)} {one.schedule.timetable.at}{" "}
              <span className="jt-note">{one.schedule.timetable.zone}</span>
            </td>
            <td>
              {!one.schedule.active ? (
                t("off")
              ) : one.next_at === null ? (
                "–"
              ) : (
                <Time at={one.next_at} style="moment" />
              )}
            </td>
            <td>{one.owner_name}</td>
            <td className="dv-acts">
              <Button
                size="small"
                disabled={now.isPending}
                onClick={() =>
                  now.mutate(one.id, { onSuccess: () => notice.done(t("nowDone")), onError: notice.failed })
                }
              >
                {t("now")}
              </Button>
              <Remove
                name={one.schedule.name}
                onSure={() => removeSchedule.mutate(one.id, { onError: notice.failed })}
              />
            </td>
          </tr>
        ))}
      </Listed>
      {open ? <ScheduleDialog known={open} onClose={() => setOpen(null)} /> : null}
      {adding ? <ScheduleDialog known={null} onClose={onAdded} /> : null}
    </>
  );
}

function Destinations({ adding, onAdded }: Adding) {
  const t = useWords(deliveries);
  const notice = useNotice();
  const list = useDestinations();
  const [open, setOpen] = useState<Destination | null>(null);
  const { test, removeDestination } = useDeliveryActions();
  return (
    <>
      <Listed list={list} none={t("noDestinations")} heads={[t("name"), t("way"), t("to"), ""]}>
        {(list.data?.items ?? []).map((one) => (
          <tr key={one.id}>
            <td>
              <button type="button" className="jt-bare dv-name" onClick={() => setOpen(one)}>
                {one.name}
              </button>
            </td>
            <td>
              <span className="dv-way">
                <Icon name={WAY_ICON[one.target.way]} size={14} /> {t(`way.${one.target.way}`)}
              </span>
            </td>
            <td className="dv-answer">{place(one)}</td>
            <td className="dv-acts">
              <Button
                size="small"
                disabled={test.isPending}
                onClick={() =>
                  test.mutate(one.id, {
                    onSuccess: (done) =>
                      done.ok ? notice.done(t("testDone", { answer: done.answer || "✓" })) : notice.warn(done.answer),
                    onError: notice.failed,
                  })
                }
              >
                {t("test")}
              </Button>
              <Remove name={one.name} onSure={() => removeDestination.mutate(one.id, { onError: notice.failed })} />
            </td>
          </tr>
        ))}
      </Listed>
      {open ? <DestinationDialog known={open} onClose={() => setOpen(null)} /> : null}
      {adding ? <DestinationDialog known={null} onClose={onAdded} /> : null}
    </>
  );
}

function isWay(way: string): way is Way {
  return (WAYS as readonly string[]).includes(way);
}

function place(one: Destination): string {
  const { to, url, uri, host, folder } = one.target as Record<string, string | string[] | undefined>;
  return [to ?? url ?? uri ?? host, to ? null : folder].flat().filter(Boolean).join(", ");
}

function Remove({ name, onSure }: { name: string; onSure: () => void }) {
  const t = useWords(deliveries);
  const w = useWords(core);
  const [modal, holder] = Modal.useModal();
  return (
    <>
      <Button
        size="small"
        kind="quiet"
        onClick={() =>
          void modal.confirm({
            title: t("removeSure", { name }),
            okText: t("remove"),
            cancelText: w("cancel"),
            onOk: onSure,
          })
        }
      >
        {t("remove")}
      </Button>
      {holder}
    </>
  );
}

function Listed({
  list,
  none,
  heads,
  children,
}: {
  list: { isPending: boolean; error: Error | null; refetch: () => unknown; data?: { items: unknown[] } | undefined };
  none: string;
  heads: string[];
  children: ReactNode;
}) {
  const w = useWords(core);
  if (list.isPending)
    return (
      <p className="rp-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  if (list.error)
    return (
      <Empty kind="lost" action={<Button onClick={() => void list.refetch()}>{w("retry")}</Button>}>
        {worded(list.error)}
      </Empty>
    );
  if (!list.data?.items.length) return <Empty kind="none">{none}</Empty>;
  return (
    <div className="dv-scroll">
      <table className="dv-list">
        <thead>
          <tr>
            {heads.map((head, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns stay in their order
              <th key={n} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

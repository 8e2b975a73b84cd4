import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { http } from "../../../api/http";
import { instant } from "../../../i18n/format";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleRequests } from "../../../i18n/scheduleRequests";
import { useMay } from "../../../session/session";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { PLANNING, type Request, type RequestKind } from "../api";
import { useClocks } from "../words";
import { CallUpDialog } from "./CallUpDialog";
import { callUp } from "./callUp";
import { RequestPanel } from "./RequestPanel";
import { requestSaid } from "./words";
import "../schedule.css";
import "../../settings/settings.css";
import "./requests.css";

const KINDS: readonly RequestKind[] = ["leave", "swap", "give_away", "call_up", "overtime"];

/** What staff ask for and what the centre asks of them: decided with its effect in view. */
export default function RequestsPage() {
  const t = useWords(scheduleRequests);
  const lang = useLanguage();
  const clocks = useClocks();
  const decides = useMay("plan.approve");
  const [params, setParams] = useSearchParams();
  const asked = params.get("call"); // "2026-07-16 10:00 14:00 4": what a call-up begins with
  const [calling, setCalling] = useState(asked !== null);
  const past = params.get("past") === "1";
  const kind = params.get("kind");
  const set = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const query = useQuery({
    queryKey: ["schedule-requests"],
    queryFn: ({ signal }) => http.get<{ items: Request[] }>(`${PLANNING}/requests`, { signal }),
    refetchInterval: 15_000,
  });
  const all = query.data?.items ?? [];
  const isOpen = (one: Request) => one.state === "offered" || one.state === "awaiting";
  const open = all.filter(isOpen);
  // What waits for a decision comes before what waits for somebody else's answer; then the day that comes first.
  const order = (one: Request) => `${one.state === "awaiting" ? 0 : 1} ${one.day}`;
  const shown = (
    past ? all.filter((one) => !isOpen(one)) : [...open].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  ).filter((one) => kind === null || one.kind === kind);
  const chosen = all.find((one) => one.id === params.get("id")) ?? null;
  if (query.isError && !query.data) return <Empty kind="lost">{t("loadFailed")}</Empty>;
  return (
    <div className="rq-page">
      <h1 className="jt-hidden">{t("title")}</h1>
      <section className="sc-bar" aria-label={t("title")}>
        <div className="sc-seg" role="group" aria-label={t("state")}>
          <button type="button" aria-pressed={!past} onClick={() => set("past", null)}>
            {t("open", { n: open.length })}
          </button>
          <button type="button" aria-pressed={past} onClick={() => set("past", "1")}>
            {t("history")}
          </button>
        </div>
        <Select
          allowClear
          size="small"
          className="sc-pick"
          aria-label={t("kind")}
          placeholder={t("allKinds")}
          value={kind}
          options={KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
          onChange={(value: string | undefined) => set("kind", value ?? null)}
          popupMatchSelectWidth={false}
        />
        <span className="jt-fill" />
        {decides ? (
          <Button icon="callin" onClick={() => setCalling(true)}>
            {t("call")}
          </Button>
        ) : (
          <span className="jt-note">{t("mayNotDecide")}</span>
        )}
      </section>
      <div className="rq-main">
        <div className="rq-list">
          {query.data && shown.length === 0 ? (
            <Empty kind={kind ? "filtered" : "none"}>{t(past ? "noneHistory" : "noneOpen")}</Empty>
          ) : (
            <table className="st-table">
              <thead>
                <tr>
                  <th scope="col">{t("kind")}</th>
                  <th scope="col">{t("who")}</th>
                  <th scope="col">{t("what")}</th>
                  <th scope="col">{t("state")}</th>
                  <th scope="col">{t(past ? "decided" : "asked")}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <tr key={one.id} data-chosen={one.id === chosen?.id || undefined}>
                    <td>{t(`kind.${one.kind}`)}</td>
                    <td>{one.agent_name || t("centre")}</td>
                    <td>
                      <button
                        type="button"
                        className="jt-link"
                        aria-pressed={one.id === chosen?.id}
                        onClick={() => set("id", one.id)}
                      >
                        {requestSaid(one, t, clocks)}
                      </button>
                    </td>
                    <td className={one.state === "awaiting" ? "jt-strong" : ""}>{t(`state.${one.state}`)}</td>
                    <td className="jt-num">
                      {past && one.decided_at !== null
                        ? `${one.automatic ? t("byRule") : (one.decided_by_name ?? "")} ${instant(one.decided_at, "moment", lang)}`
                        : instant(one.made_at, "moment", lang)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
        <aside className="rq-side">
          {chosen ? (
            <RequestPanel key={chosen.id} chosen={chosen} decides={decides} />
          ) : (
            <Empty kind="none">{t("pick")}</Empty>
          )}
        </aside>
      </div>
      {calling && decides ? (
        <CallUpDialog
          start={callUp(asked)}
          onClose={() => {
            setCalling(false);
            set("call", null);
          }}
        />
      ) : null}
    </div>
  );
}

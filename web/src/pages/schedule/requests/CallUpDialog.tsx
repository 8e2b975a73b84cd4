import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Input, Modal, Select } from "antd";
import { useId, useState } from "react";
import { http } from "../../../api/http";
import { zone } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleRequests } from "../../../i18n/scheduleRequests";
import { serverClock } from "../../../live/clock";
import { useNotice } from "../../../ui/notices";
import { inZone } from "../../agreements/zone";
import { PLANNING, type Request } from "../api";
import { useSetup } from "../setupData";
import { type CallUp, usualCallUp } from "./callUp";

type Candidate = { agent: string; name: string; called: number; hours: number };

/** Asks part-timers on standby, or full-timers for overtime; says first whom, in the order of fairness (A6). */
export function CallUpDialog({ start: first = {}, onClose }: { start?: CallUp; onClose: () => void }) {
  const t = useWords(scheduleRequests);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const ids = useId();
  const setup = useSetup();
  const [kind, setKind] = useState<"call_up" | "overtime">("call_up");
  const [usual] = useState(() => usualCallUp(serverClock.now(), zone()));
  const [day, setDay] = useState(first.day ?? usual.day);
  const [from, setFrom] = useState(first.from ?? usual.from);
  const [until, setUntil] = useState(first.until ?? usual.until);
  const [places, setPlaces] = useState(first.places ?? 1);
  const [group, setGroup] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const start = inZone(`${day}T${from}`, zone());
  const ends = inZone(`${day}T${until}`, zone());
  const end = ends > start ? ends : ends + 86_400_000; // past midnight
  const candidates = useQuery({
    queryKey: ["schedule-candidates", kind, start, end, group],
    queryFn: ({ signal }) =>
      http.get<{ items: Candidate[] }>(`${PLANNING}/call-ups/candidates`, {
        query: { start, end, kind, group },
        signal,
      }),
    enabled: Number.isFinite(start) && Number.isFinite(end),
    retry: false,
  });
  const send = useMutation({
    mutationFn: () =>
      http.post<Request>(`${PLANNING}/call-ups`, { body: { kind, start, end, places, group, note: note.trim() } }),
    onSuccess: async (made) => {
      notice.done(t("callSent", { n: made.offers.length }));
      await queries.invalidateQueries({ queryKey: ["schedule-requests"] });
      onClose();
    },
    onError: notice.failed,
  });
  const asked = candidates.data?.items ?? [];
  return (
    <Modal
      open
      title={t("call")}
      okText={t("callSend")}
      okButtonProps={{ disabled: asked.length === 0 }}
      confirmLoading={send.isPending}
      onOk={() => send.mutate()}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="sc-form">
        <div className="sc-field">
          <label htmlFor={`${ids}k`}>{t("callKind")}</label>
          <Select
            id={`${ids}k`}
            value={kind}
            options={(["call_up", "overtime"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))}
            onChange={setKind}
          />
        </div>
        <div className="sc-field">
          <label htmlFor={`${ids}d`}>{t("callDay")}</label>
          <input id={`${ids}d`} type="date" required value={day} onChange={(event) => setDay(event.target.value)} />
        </div>
        <div className="sc-field">
          <label htmlFor={`${ids}f`}>{t("callFrom")}</label>
          <span className="jt-row">
            <input
              id={`${ids}f`}
              type="time"
              step={900}
              required
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
            <label htmlFor={`${ids}u`}>{t("callUntil")}</label>
            <input
              id={`${ids}u`}
              type="time"
              step={900}
              required
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          </span>
        </div>
        <div className="sc-field">
          <label htmlFor={`${ids}p`}>{t("callPlaces")}</label>
          <input
            id={`${ids}p`}
            type="number"
            min={1}
            max={100}
            value={places}
            onChange={(event) => setPlaces(Math.max(1, Number(event.target.value)))}
          />
        </div>
        <div className="sc-field">
          <label htmlFor={`${ids}g`}>{t("callGroup")}</label>
          <Select
            id={`${ids}g`}
            allowClear
            value={group}
            placeholder={t("callAny")}
            options={(setup.data?.groups ?? []).map((one) => ({
              value: one.id,
              label: inLanguage(one.spec.name, lang) || one.id,
            }))}
            onChange={(value: string | undefined) => setGroup(value ?? null)}
          />
        </div>
        <div className="sc-field">
          <label htmlFor={`${ids}n`}>{t("callNote")}</label>
          <Input id={`${ids}n`} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </div>
        <section aria-live="polite">
          <h3>{asked.length > 0 ? t("candidates") : candidates.isFetching ? "" : t("noCandidates")}</h3>
          <ol className="rq-candidates">
            {asked.map((one) => (
              <li key={one.agent}>{t("candidate", { name: one.name, n: one.called })}</li>
            ))}
          </ol>
        </section>
      </div>
    </Modal>
  );
}

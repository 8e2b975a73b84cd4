import { useQuery } from "@tanstack/react-query";
import { Drawer, Switch } from "antd";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { http, type Page } from "../../api/http";
import type { Schema } from "../../api/types";
import { bytes, count, duration, instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { recordings } from "../../i18n/recordings";
import { useMay } from "../../session/session";
import { whyMissing } from "../../ui/AudioPlayer";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { type Doc, faultsOf, type QueueSpec, useDocuments, useDraft, useSaveDocument } from "./documents";
import { NumberField, SaveBar, SwitchField } from "./form";
import "./recordings.css";

type Overview = Schema<"OverviewOut">;
type Hold = Schema<"HoldOut">;
type Certificate = Schema<"CertificateOut">;
type Rule = NonNullable<QueueSpec["recording"]>;

const USUAL: Rule = { share: 1, announce: true, keep_days: 180, max_pause_s: 300 };

/** What is recorded and how long it is kept; what lies in the vault; holds, clean-ups, certificates. */
export default function RecordingsPage() {
  const t = useWords(recordings);
  const overview = useQuery({
    queryKey: ["recordings", "overview"],
    queryFn: ({ signal }) => http.get<Overview>("/api/recordings/overview", { signal }),
    refetchInterval: 15_000,
  });
  if (overview.error) return <Empty kind="lost">{worded(overview.error)}</Empty>;
  return (
    <>
      <div className="st-head">
        <h2>{t("page")}</h2>
        <span className="jt-note">{t("pageNote")}</span>
      </div>
      <div className="st-list">
        <Rules />
        {overview.data ? <Vault overview={overview.data} /> : null}
        {overview.data ? <Missing overview={overview.data} /> : null}
        <Holds />
        {overview.data ? <CleanUps overview={overview.data} /> : null}
        <Certificates />
      </div>
    </>
  );
}

function Rules() {
  const t = useWords(recordings);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const queues = useDocuments("queues");
  const [open, setOpen] = useState<Doc<QueueSpec> | null>(null);
  const spoken = (queues.data ?? []).filter((doc) => doc.spec.active && doc.spec.channels.includes("voice"));
  return (
    <Part title={t("rules")}>
      {spoken.length > 0 ? (
        <Table
          heads={[t("queue"), t("recorded"), t("announce"), t("keepDays"), t("maxPause"), ""]}
          rows={spoken.map((doc) => {
            const rule = doc.spec.recording ?? null;
            const share = rule === null ? t("off") : rule.share >= 1 ? t("all") : null;
            return [
              doc.id,
              inLanguage(doc.spec.name, lang),
              share ?? (rule?.share ? t("sharePercent", { n: Math.round(rule.share * 100) }) : t("onDemand")),
              rule ? t(rule.announce ? "yes" : "no") : "–",
              rule ? `${rule.keep_days} ${t("days")}` : "–",
              rule ? duration(rule.max_pause_s * 1000, lang) : "–",
              edits ? (
                <Button key="e" size="small" onClick={() => setOpen(doc)}>
                  {t("edit")}
                </Button>
              ) : null,
            ];
          })}
        />
      ) : (
        <Empty kind="none" inline>
          {t("none")}
        </Empty>
      )}
      {open ? <RuleDrawer doc={open} close={() => setOpen(null)} /> : null}
    </Part>
  );
}

function RuleDrawer({ doc, close }: { doc: Doc<QueueSpec>; close: () => void }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const notice = useNotice();
  const save = useSaveDocument("queues");
  const stored = doc.spec.recording ?? null;
  const { draft, set, changes, faults, setFaults } = useDraft<Rule & { on: boolean }>({
    ...USUAL,
    ...stored,
    on: stored !== null,
  });
  const { on, ...rule } = draft;
  const store = () =>
    save.mutate(
      { version: doc.version, spec: { ...doc.spec, recording: on ? rule : null } },
      {
        onSuccess: () => {
          notice.done(t("saved"));
          close();
        },
        onError: (error) => {
          const found = Object.entries(faultsOf(error)).map(([path, fault]) => [path.split(".").at(-1), fault]);
          setFaults(Object.fromEntries(found));
          notice.failed(error);
        },
      },
    );
  return (
    <Drawer
      open
      size={560}
      title={t("ruleOf", { queue: inLanguage(doc.spec.name, lang) })}
      onClose={close}
      styles={{ body: { padding: "8px 24px" } }}
      footer={<SaveBar changes={changes} isNew={false} saving={save.isPending} onDiscard={close} onSave={store} />}
    >
      <SwitchField label={t("recordCalls")} value={draft.on} onChange={(next) => set({ on: next })} />
      {draft.on ? (
        <>
          <NumberField
            label={t("share")}
            value={Math.round(draft.share * 100)}
            unit="%"
            hint={t("shareHint")}
            fault={faults.share}
            onChange={(next) => set({ share: Math.min(Math.max(next ?? 0, 0), 100) / 100 })}
          />
          <SwitchField
            label={t("announce")}
            hint={t("announceHint")}
            value={draft.announce}
            onChange={(next) => set({ announce: next })}
          />
          <NumberField
            label={t("keepDays")}
            value={draft.keep_days}
            unit={t("days")}
            hint={t("keepHint")}
            fault={faults.keep_days}
            onChange={(next) => set({ keep_days: next ?? USUAL.keep_days })}
          />
          <NumberField
            label={t("maxPause")}
            value={draft.max_pause_s}
            unit={t("seconds")}
            hint={t("pauseHint")}
            fault={faults.max_pause_s}
            onChange={(next) => set({ max_pause_s: next ?? USUAL.max_pause_s })}
          />
        </>
      ) : null}
    </Drawer>
  );
}

function Vault({ overview }: { overview: Overview }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const clients = useDocuments("clients").data ?? [];
  const name = (id: string) => inLanguage(clients.find((doc) => doc.id === id)?.spec.name, lang) || id;
  return (
    <Part
      title={t("vault")}
      note={[
        overview.pending > 0 ? t("waiting", { n: overview.pending }) : "",
        overview.stuck > 0 ? t("stuck", { n: overview.stuck }) : "",
      ]}
    >
      {overview.totals.length > 0 ? (
        <Table
          heads={[t("client"), t("count"), t("size"), t("length"), t("oldest"), t("damagedCount")]}
          rows={overview.totals.map((one) => [
            one.client,
            name(one.client),
            count(one.recordings, lang),
            bytes(one.bytes),
            duration(one.duration_ms, lang),
            one.oldest === null ? "–" : instant(one.oldest, "date", lang),
            <span key="d" className={one.damaged > 0 ? "jt-over" : "jt-zero"}>
              {count(one.damaged, lang)}
            </span>,
          ])}
        />
      ) : (
        <Empty kind="none" inline>
          {t("vaultEmpty")}
        </Empty>
      )}
    </Part>
  );
}

function Missing({ overview }: { overview: Overview }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  return (
    <Part title={t("missingList")}>
      {overview.missing.length > 0 ? (
        <Table
          heads={[t("when"), t("why"), t("contact")]}
          rows={overview.missing.map((one) => [
            one.recording,
            instant(one.started, "moment", lang),
            whyMissing(t, one.why),
            <Contact key="c" id={one.contact} />,
          ])}
        />
      ) : (
        <Empty kind="none" inline>
          {t("noMissing")}
        </Empty>
      )}
    </Part>
  );
}

function Holds() {
  const t = useWords(recordings);
  const lang = useLanguage();
  const [lifted, setLifted] = useState(false);
  const holds = useQuery({
    queryKey: ["recordings", "holds", lifted],
    queryFn: ({ signal }) => http.get<Page<Hold>>("/api/recordings/holds", { query: { lifted }, signal }),
  });
  return (
    <Part
      title={t("holds")}
      tools={
        <span className="jt-row">
          <span className="jt-note">{t("showLifted")}</span>
          <Switch size="small" checked={lifted} aria-label={t("showLifted")} onChange={setLifted} />
        </span>
      }
    >
      {holds.data && holds.data.items.length > 0 ? (
        <Table
          heads={[t("setBy"), t("reason"), t("contact"), t("state")]}
          rows={holds.data.items.map((one) => [
            one.id,
            `${one.set_by_name}, ${instant(one.set_at, "date", lang)}`,
            one.reason,
            <Contact key="c" id={one.contact} />,
            one.lifted_at === null
              ? t("onHold")
              : t("lifted", { name: one.lifted_by_name ?? "", day: instant(one.lifted_at, "date", lang) }),
          ])}
        />
      ) : (
        <Empty kind="none" inline>
          {t("noHolds")}
        </Empty>
      )}
    </Part>
  );
}

function CleanUps({ overview }: { overview: Overview }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const due = overview.due > 0 ? t("dueNow", { n: overview.due, size: bytes(overview.due_bytes) }) : t("nothingDue");
  const held = overview.due_held > 0 ? t("dueHeld", { n: overview.due_held }) : "";
  return (
    <Part title={t("retention")} note={[due, held]}>
      {overview.runs.length > 0 ? (
        <Table
          heads={[t("day"), t("deletedCount"), t("freed"), t("heldCount"), t("failedCount"), t("state")]}
          rows={overview.runs.map((run) => [
            run.day,
            instant(run.started_at, "moment", lang),
            count(run.deleted, lang),
            bytes(run.bytes),
            count(run.held, lang),
            <span key="f" className={run.failed > 0 ? "jt-over" : "jt-zero"}>
              {count(run.failed, lang)}
            </span>,
            t(run.ended_at === null ? "cutOff" : "done"),
          ])}
        />
      ) : (
        <Empty kind="none" inline>
          {t("noRuns")}
        </Empty>
      )}
    </Part>
  );
}

function Certificates() {
  const t = useWords(recordings);
  const lang = useLanguage();
  const found = useQuery({
    queryKey: ["recordings", "certificates"],
    queryFn: ({ signal }) => http.get<Page<Certificate>>("/api/recordings/certificates", { signal }),
  });
  return (
    <Part title={t("certificates")}>
      {found.data && found.data.items.length > 0 ? (
        <Table
          heads={[t("when"), t("why"), t("contact"), t("auditEntry"), ""]}
          rows={found.data.items.map((one) => [
            one.id,
            instant(one.at, "moment", lang),
            t(one.why === "retention" ? "why.retention" : "why.request"),
            <Contact key="c" id={one.contact} />,
            one.audit_seq,
            <a
              key="f"
              className="jt-link"
              href={`/api/recordings/certificates/${encodeURIComponent(one.id)}`}
              download
            >
              {t("download")}
            </a>,
          ])}
        />
      ) : (
        <Empty kind="none" inline>
          {t("noCertificates")}
        </Empty>
      )}
    </Part>
  );
}

function Contact({ id }: { id: string }) {
  const t = useWords(recordings);
  return (
    <Link className="jt-num" to={`/contacts/${encodeURIComponent(id)}`} title={t("openContact")}>
      …{id.slice(-6)}
    </Link>
  );
}

function Part({
  title,
  note = [],
  tools,
  children,
}: {
  title: string;
  note?: string[];
  tools?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="st-part">
      <div className="st-part-h">
        <h3>{title}</h3>
        {note
          .filter((one) => one !== "")
          .map((one) => (
            <span key={one} className="jt-note">
              {one}
            </span>
          ))}
        <span className="jt-fill" />
        {tools}
      </div>
      {children}
    </section>
  );
}

/** A small table; the first of each row is its key, and what follows are its cells. */
function Table({ heads, rows }: { heads: string[]; rows: ReactNode[][] }) {
  return (
    <table className="st-table">
      <thead>
        <tr>
          {heads.map((head, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
            <th scope="col" key={i}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, ...cells]) => (
          <tr key={String(key)}>
            {cells.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
              <td key={i} className={i > 0 ? "jt-num" : "st-name1"}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

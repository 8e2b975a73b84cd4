import { useQuery } from "@tanstack/react-query";
import { Input, Modal, Segmented } from "antd";
import { useDeferredValue, useEffect, useState, useSyncExternalStore } from "react";
import { http, type Page } from "../../api/http";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { AgentState, Names } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { AgentStateMark } from "../../ui/state";
import { useContact, useDesk } from "./context";

export type Asking = { contact: string; kind: "transfer" | "consult" } | null;

/** Opens the dialog from anywhere on the desk: a button, a key, the command list. */
export function askToTransfer(contact: string, kind: "transfer" | "consult"): void {
  set({ contact, kind });
}

/** To a queue or a colleague; colleagues with how they stand now, those who are ready first. */
export function TransferDialog() {
  const asking = useSyncExternalStore(subscribe, () => current);
  return asking ? <Dialog asking={asking} /> : null;
}

function Dialog({ asking }: { asking: NonNullable<Asking> }) {
  const t = useWords(area);
  const w = useWords(core);
  const contact = useContact(asking.contact);
  const { run, usable } = useDesk();
  const notice = useNotice();
  const consult = asking.kind === "consult";
  const [to, setTo] = useState<"queue" | "agent">(consult ? "agent" : "queue");
  const [find, setFind] = useState("");
  const query = useDeferredValue(find.trim().toLocaleLowerCase());
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(null);
  useEffect(() => {
    if (!contact) set(null); // it went while we were choosing
  }, [contact]);
  if (!contact) return null;
  const name = contact.customer_name ?? w("anonymous");
  const close = () => set(null);
  const go = async () => {
    if (!chosen) return;
    const done = consult
      ? await run("consult", { contact: contact.id, other: chosen.id })
      : await run("transfer", {
          contact: contact.id,
          ...(to === "queue" ? { to_queue: chosen.id } : { to_agent: chosen.id }),
        });
    if (!done) return;
    notice.done(consult ? t("consultStarted", { name: chosen.name }) : t("transferred", { name: chosen.name }));
    close();
  };
  return (
    <Modal
      open
      centered
      width={440}
      title={consult ? t("consultTitle", { name }) : t("transferTitle", { name })}
      onCancel={close}
      onOk={() => void go()}
      okText={consult ? t("consultNow") : t("transferNow")}
      cancelText={w("cancel")}
      okButtonProps={{ disabled: !usable || chosen === null }}
    >
      <div className="desk-transfer">
        {consult ? null : (
          <Segmented<"queue" | "agent">
            block
            value={to}
            options={[
              { value: "queue", label: t("toQueue") },
              { value: "agent", label: t("toAgent") },
            ]}
            onChange={(next) => {
              setTo(next);
              setChosen(null);
            }}
          />
        )}
        <Input
          prefix={<Icon name="search" />}
          placeholder={t("findTarget")}
          aria-label={t("findTarget")}
          value={find}
          autoFocus
          onChange={(event) => setFind(event.target.value)}
        />
        <div className="desk-targets" role="radiogroup" aria-label={to === "queue" ? t("toQueue") : t("toAgent")}>
          {to === "queue" ? (
            <QueueTargets query={query} except={contact.queue} chosen={chosen?.id ?? null} choose={setChosen} />
          ) : (
            <AgentTargets query={query} chosen={chosen?.id ?? null} choose={setChosen} />
          )}
        </div>
      </div>
    </Modal>
  );
}

type Choosing = { query: string; chosen: string | null; choose: (target: { id: string; name: string }) => void };

function QueueTargets({ query, except, chosen, choose }: Choosing & { except: string | null }) {
  const t = useWords(area);
  const lang = useLanguage();
  const order = useCollator();
  // Every queue of the centre, those of others too: a contact often has come to the wrong one.
  const { data } = useQuery({
    queryKey: ["queues"],
    queryFn: ({ signal }) =>
      http.get<Page<{ spec: { id: string; name: Names; active: boolean } }>>("/api/queues", { signal }),
    staleTime: 60_000,
  });
  const { live } = useDesk();
  const served = useCollection(live, "queues");
  const all = data ? data.items.map((one) => one.spec).filter((one) => one.active) : Object.values(served);
  const found = all
    .map((one) => ({ id: one.id, name: inLanguage(one.name, lang) }))
    .filter((one) => one.id !== except && one.name.toLocaleLowerCase().includes(query))
    .sort((a, b) => order.compare(a.name, b.name));
  if (found.length === 0) return <p className="desk-none">{t("noTargets")}</p>;
  return found.map((one) => (
    <Target key={one.id} name={one.name} on={one.id === chosen} choose={() => choose(one)}>
      <QueueStanding id={one.id} />
    </Target>
  ));
}

function QueueStanding({ id }: { id: string }) {
  const t = useWords(area);
  const { live } = useDesk();
  const queue = useRow(live, "queues", id);
  if (!queue) return null;
  return (
    <span className="jt-note">
      {queue.waiting > 0 ? `${t("queueWaiting", { n: queue.waiting })} · ` : ""}
      {queue.ready > 0 ? t("readyCount", { n: queue.ready }) : t("nobodyReady")}
    </span>
  );
}

function AgentTargets({ query, chosen, choose }: Choosing) {
  const t = useWords(area);
  const order = useCollator();
  const { live, agentId } = useDesk();
  const agents = useCollection(live, "agents");
  const found = Object.values(agents)
    .filter((one) => one.id !== agentId && one.state !== "off" && one.name.toLocaleLowerCase().includes(query))
    .sort((a, b) => FIRST.indexOf(a.state) - FIRST.indexOf(b.state) || order.compare(a.name, b.name))
    .slice(0, 100);
  if (found.length === 0) return <p className="desk-none">{t("noTargets")}</p>;
  return found.map((one) => (
    <Target key={one.id} name={one.name} on={one.id === chosen} choose={() => choose(one)}>
      <AgentStateMark state={one.state}>
        <Since since={one.since} />
      </AgentStateMark>
    </Target>
  ));
}

function Target({
  name,
  on,
  choose,
  children,
}: {
  name: string;
  on: boolean;
  choose: () => void;
  children: React.ReactNode;
}) {
  return (
    <label className="desk-target" data-on={on}>
      <input type="radio" name="desk-target" checked={on} onChange={choose} />
      <span className="jt-clip">{name}</span>
      <span className="jt-fill" />
      {children}
    </label>
  );
}

/** Who can be had soonest comes first. */
const FIRST: AgentState[] = [
  "ready",
  "talking",
  "wrapup",
  "offered",
  "hold",
  "casework",
  "standby",
  "meeting",
  "training",
  "break",
  "missed",
  "off",
];

let current: Asking = null;
const listeners = new Set<() => void>();
function set(asking: Asking): void {
  current = asking;
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import { useQuery } from "@tanstack/react-query";
import { Input, Modal, Segmented } from "antd";
import { useDeferredValue, useEffect, useState, useSyncExternalStore } from "react";
import { http, type Page } from "../../api/http";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import type { AgentState, Names } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { fetchDirectory } from "../../softphone/calls";
import { dialable, dialled, grouped } from "../../softphone/numbers";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { AgentStateMark } from "../../ui/state";
import { useCallControls } from "./call";
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
  const p = useWords(softphone);
  const controls = useCallControls();
  const [to, setTo] = useState<To>(consult ? "agent" : "queue");
  const [find, setFind] = useState("");
  const query = useDeferredValue(find.trim().toLocaleLowerCase());
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(null);
  useEffect(() => {
    if (!contact) set(null); // it went while we were choosing
  }, [contact]);
  if (!contact) return null;
  const spoken = contact.channel === "voice";
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  const close = () => set(null);
  const go = async () => {
    if (!chosen) return;
    if (to === "outside") {
      if (!dialable(chosen.id)) return;
      if (await controls.askOutside(contact.id, dialled(chosen.id), !consult)) close();
      return;
    }
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
      mask={false}
      wrapClassName="desk-over"
      width={440}
      title={consult ? t("consultTitle", { name }) : t("transferTitle", { name })}
      onCancel={close}
      onOk={() => void go()}
      okText={consult ? t("consultNow") : t("transferNow")}
      cancelText={w("cancel")}
      okButtonProps={{ disabled: !usable || chosen === null }}
    >
      <div className="desk-transfer">
        {consult && !spoken ? null : (
          <Segmented<To>
            block
            value={to}
            options={[
              ...(consult ? [] : [{ value: "queue" as const, label: t("toQueue") }]),
              { value: "agent" as const, label: t("toAgent") },
              ...(spoken ? [{ value: "outside" as const, label: p("outside") }] : []),
            ]}
            onChange={(next) => {
              setTo(next);
              setChosen(null);
            }}
          />
        )}
        <Input
          key={to === "outside" ? "number" : "find"}
          type={to === "outside" ? "tel" : undefined}
          prefix={<Icon name={to === "outside" ? "phone" : "search"} />}
          placeholder={to === "outside" ? p("outsideHint") : t("findTarget")}
          aria-label={to === "outside" ? p("numberToDial") : t("findTarget")}
          value={find}
          autoFocus
          autoComplete="off"
          onChange={(event) => {
            if (to !== "outside") return setFind(event.target.value);
            const number = grouped(event.target.value);
            // Letters are a search in the directory, digits are the number itself.
            const text = /\p{Letter}/u.test(event.target.value) ? event.target.value : number;
            setFind(text);
            setChosen(dialable(text) && text === number ? { id: dialled(number), name: number } : null);
          }}
          onPressEnter={() => void go()}
        />
        <div
          className="desk-targets"
          role="radiogroup"
          aria-label={to === "queue" ? t("toQueue") : to === "agent" ? t("toAgent") : p("directory")}
        >
          {to === "queue" ? (
            <QueueTargets query={query} except={contact.queue} chosen={chosen?.id ?? null} choose={setChosen} />
          ) : to === "agent" ? (
            <AgentTargets query={query} chosen={chosen?.id ?? null} choose={setChosen} spoken={spoken} />
          ) : (
            <OutsideTargets query={query} chosen={chosen?.id ?? null} choose={setChosen} />
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

function AgentTargets({ query, chosen, choose, spoken }: Choosing & { spoken: boolean }) {
  const t = useWords(area);
  const p = useWords(softphone);
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
      {spoken && !one.reachable ? <span className="jt-note">{p("unreachableMate")}</span> : null}
      <AgentStateMark state={one.state}>
        <Since since={one.since} />
      </AgentStateMark>
    </Target>
  ));
}

/** Extensions that are nobody's: a warehouse, a gate, a meeting room. */
function OutsideTargets({ query, chosen, choose }: Choosing) {
  const t = useWords(area);
  const order = useCollator();
  const { data } = useQuery({
    queryKey: ["directory"],
    queryFn: ({ signal }) => fetchDirectory(http, signal),
    staleTime: 60_000,
  });
  const digits = dialled(query);
  const found = (data ?? [])
    .map((one) => ({ id: one.number, name: one.name || one.number }))
    .filter((one) => one.name.toLocaleLowerCase().includes(query) || (digits !== "" && one.id.includes(digits)))
    .sort((a, b) => order.compare(a.name, b.name));
  if (found.length === 0) return <p className="desk-none">{t("noTargets")}</p>;
  return found.map((one) => (
    <Target key={one.id} name={one.name} on={one.id === chosen} choose={() => choose(one)}>
      <span className="jt-note jt-num">{grouped(one.id)}</span>
    </Target>
  ));
}

type To = "queue" | "agent" | "outside";

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

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { http, type Page } from "../../api/http";
import { useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import type { Names } from "../../live/types";
import { useIds } from "../../live/useLive";
import { dialable, dialled, grouped } from "../../softphone/numbers";
import { Pad } from "../../softphone/Pad";
import { usePhoneState } from "../../softphone/useSoftphone";
import { Button, IconButton } from "../../ui/Button";
import { useCallControls } from "./call";
import { useDesk } from "./context";
import { browserStorage } from "./drafts";

/** Opens the dial panel from anywhere on the desk: a button, a key, the command list. */
export function openDialPanel(): void {
  set(true);
}

export function useDialPanel(): { open: boolean; set: (open: boolean) => void } {
  return { open: useSyncExternalStore(subscribe, () => open), set };
}

/** A number, typed or tapped, and on whose behalf: that decides which number the customer sees. */
export function DialPanel({ onDone }: { onDone: () => void }) {
  const t = useWords(area);
  const lang = useLanguage();
  const order = useCollator();
  const id = useId();
  const { live, phone, usable } = useDesk();
  const state = usePhoneState(phone);
  const controls = useCallControls();
  const serves = useIds(live, "queues");
  const [number, setNumber] = useState("");
  const [queue, setQueue] = useState<string>(() => browserStorage()?.getItem(KEPT) ?? "");
  const [busy, setBusy] = useState(false);
  const [bad, setBad] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const { data } = useQuery({
    queryKey: ["queues"],
    queryFn: ({ signal }) => http.get<Page<{ spec: QueueOf }>>("/api/queues", { signal }),
    staleTime: 60_000,
  });
  const choices = (data?.items ?? [])
    .map((one) => one.spec)
    .filter((one) => one.active && one.channels.includes("voice") && serves.includes(one.id))
    .map((one) => ({ id: one.id, name: inLanguage(one.name, lang), shows: one.caller_id ?? null }))
    .sort((a, b) => order.compare(a.name, b.name));
  const chosen = choices.some((one) => one.id === queue) ? queue : (choices[0]?.id ?? "");

  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!dialable(number)) {
      setBad(true);
      field.current?.focus();
      return;
    }
    setBusy(true);
    const done = await controls.dial({ number: dialled(number), queue: chosen || null });
    setBusy(false);
    if (done) onDone();
  };
  const type = (text: string) => {
    setNumber(grouped(text));
    setBad(false);
  };
  return (
    <form className="desk-dial-panel" onSubmit={(event) => void go(event)}>
      <div className="desk-dialfield">
        <input
          ref={field}
          type="tel"
          autoComplete="off"
          aria-label={t("numberToDial")}
          placeholder={t("numberHint")}
          aria-invalid={bad}
          aria-describedby={bad ? `${id}-bad` : undefined}
          value={number}
          maxLength={28}
          onChange={(event) => type(event.target.value)}
        />
        {number ? (
          <IconButton icon="back" label={t("erase")} onClick={() => type(dialled(number).slice(0, -1))} />
        ) : null}
      </div>
      {bad ? (
        <p id={`${id}-bad`} className="jt-over" role="alert">
          {t("badNumber")}
        </p>
      ) : null}
      <Pad press={(key) => type(dialled(number) + key)} />
      {choices.length > 0 ? (
        <label className="desk-dialas">
          <span>{t("showAs")}</span>
          <select
            value={chosen}
            onChange={(event) => {
              setQueue(event.target.value);
              browserStorage()?.setItem(KEPT, event.target.value);
            }}
          >
            {choices.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name} · {one.shows ? grouped(one.shows) : t("showDefault")}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {state.standing === "desk" ? <p className="jt-note">{t("phoneWillRing")}</p> : null}
      <Button kind="main" size="large" type="submit" icon="phone" disabled={!usable || busy || number === ""}>
        {t("callNow")}
      </Button>
    </form>
  );
}

type QueueOf = { id: string; name: Names; active: boolean; channels: string[]; caller_id?: string | null };
const KEPT = "jt.dial.queue";

let open = false;
const listeners = new Set<() => void>();
function set(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

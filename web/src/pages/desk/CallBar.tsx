import { Popover } from "antd";
import { type ReactNode, useState } from "react";
import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { Pad } from "../../softphone/Pad";
import { PhoneSettings } from "../../softphone/PhoneSettings";
import { type PhoneState, reachable } from "../../softphone/state";
import { usePhoneState } from "../../softphone/useSoftphone";
import { IconButton } from "../../ui/Button";
import { Since } from "../../ui/figures";
import { Icon, type IconName } from "../../ui/Icon";
import { type Line, PLACE_LOOK, type Tone } from "../../ui/state";
import { ConsultBar } from "./ConsultBar";
import { useCall, useCallControls } from "./call";
import { dialling, helping, useDesk } from "./context";
import { DialPanel, useDialPanel } from "./DialPanel";
import { OutsideBar } from "./OutsideBar";
import { askToTransfer } from "./TransferDialog";
import "../../softphone/softphone.css";

/**
 * The telephone, above the conversation whatever contact is open there. Its place, and the places of its buttons,
 * never change: what cannot be done now is grey. Nothing is ever laid over it.
 */
export function CallBar() {
  const { phone, open } = useDesk();
  const state = usePhoneState(phone);
  const call = useCall();
  if (!call && state.kind === "none") return null;
  if (!call) return <Idle phone={state} />;
  return (
    <>
      <InCall key={call.id} call={call} phone={state} />
      {call.consult !== null && open !== call.id ? <ConsultBar contact={call} /> : null}
      {call.outside !== null && open !== call.id ? <OutsideBar contact={call} /> : null}
    </>
  );
}

function Idle({ phone: state }: { phone: PhoneState }) {
  const t = useWords(area);
  const { phone, usable } = useDesk();
  const dial = useDialPanel();
  return (
    <section className="desk-call" data-state="off" data-idle="true" aria-label={t("call")}>
      <div className="desk-callwho">
        <div className="desk-calll1">
          <b>{state.call?.phase === "ringing" ? t("ringingMe") : state.call ? t("answering") : t("noCall")}</b>
        </div>
        <Standing state={state} />
      </div>
      <div className="desk-ctl" role="toolbar" aria-label={t("controls")}>
        <Popover
          open={dial.open}
          onOpenChange={dial.set}
          trigger="click"
          placement="bottomRight"
          destroyOnHidden
          content={<DialPanel onDone={() => dial.set(false)} />}
        >
          <Control icon="keypad" disabled={!usable || !reachable(state)}>
            {t("dial")}
          </Control>
        </Popover>
        <Control icon="mute" disabled>
          {t("mute")}
        </Control>
        <Control icon="hold" disabled>
          {t("hold")}
        </Control>
        <Control icon="transfer" disabled>
          {t("transfer")}
        </Control>
        <Control icon="consult" disabled>
          {t("consult")}
        </Control>
        <Control icon="recpause" disabled>
          {t("pause")}
        </Control>
        <Control
          icon="hangup"
          disabled={state.call === null}
          onClick={() => phone.hangUp()}
          end={state.call !== null}
        >
          {t("hangUp")}
        </Control>
      </div>
    </section>
  );
}

/** How the telephone stands, with the way to set it right. */
function Standing({ state }: { state: PhoneState }) {
  const t = useWords(area);
  const { phone } = useDesk();
  const [settings, setSettings] = useState(false);
  const parts: string[] = [t(`standing.${state.standing}`, { ext: state.extension ?? "" })];
  if (state.kind === "softphone" && state.standing === "ready") parts.push(t(`mic.${state.microphone}`));
  const bad =
    state.standing === "lost" ||
    state.standing === "refused" ||
    state.standing === "unavailable" ||
    (state.standing === "ready" && state.microphone !== "fine" && state.microphone !== "unknown");
  return (
    <div className="desk-calll2">
      <span role="status" className={bad ? "jt-over desk-callparts" : "desk-callparts"}>
        {parts.map((part) => (
          <span key={part}>{part}</span>
        ))}
      </span>
      {state.standing === "elsewhere" && state.call === null ? (
        <button type="button" className="jt-link" onClick={() => phone.takeOver()}>
          {t("useHere")}
        </button>
      ) : null}
      <IconButton icon="settings" label={t("settings")} onClick={() => setSettings(true)} />
      {settings ? <PhoneSettings phone={phone} onClose={() => setSettings(false)} /> : null}
    </div>
  );
}

function InCall({ call, phone: state }: { call: ContactView; phone: PhoneState }) {
  const t = useWords(area);
  const w = useWords(core);
  const { phone, run, usable, agentId, select, open } = useDesk();
  const controls = useCallControls();
  const [settings, setSettings] = useState(false);
  const helps = helping(call, agentId);
  const mine = !helps;
  const dials = call.dialling || dialling(call);
  const held = call.place === "hold";
  const paused = call.recording?.paused_since ?? null;
  const muted = useMuted(call, state);
  const name = call.customer_name ?? call.caller ?? w("anonymous");
  const look = dials ? DIALLING : PLACE_LOOK[call.place];
  const mute = () => {
    muted.set(!muted.on);
    controls.mute(call.id, !muted.on);
  };
  return (
    <section className="desk-call" data-state={look.tone} aria-label={t("call")}>
      <span className="jt-line" data-line={look.line} aria-hidden="true" />
      <div className="desk-callwho">
        <div className="desk-calll1">
          <button
            type="button"
            className="jt-bare jt-clip"
            aria-pressed={open === call.id}
            onClick={() => select(call.id)}
          >
            <b>{helps ? t("helping", { name }) : name}</b>
          </button>
          {call.caller && call.customer_name ? <span className="jt-note jt-num">{call.caller}</span> : null}
        </div>
        <div className="desk-calll2">
          <Icon name={look.icon} size={14} />
          <span className="desk-callparts">
            {dials ? (
              <Timed text="ringingThem" since={call.talk_since ?? call.since} />
            ) : (
              <>
                {held ? <Timed text="onHold" since={call.since} /> : null}
                <Timed text="talking" since={call.talk_since ?? call.since} />
                {call.consult?.merged ? <span>{t("threeWay")}</span> : null}
                {paused !== null ? (
                  <span className="jt-over">
                    <PausedSince since={paused} />
                  </span>
                ) : call.recording ? (
                  <span>
                    <i className="desk-rec" aria-hidden="true" />
                    {t("recording")}
                  </span>
                ) : null}
                {muted.on ? <b>{t("muted")}</b> : null}
                {call.supervision.some((one) => one.mode !== "listen") ? <span>{t("listened")}</span> : null}
              </>
            )}
          </span>
          {state.kind === "softphone" ? (
            <IconButton icon="settings" label={t("settings")} onClick={() => setSettings(true)} />
          ) : null}
        </div>
      </div>
      <div className="desk-ctl" role="toolbar" aria-label={t("controls")}>
        <Control
          icon={held ? "resume" : "hold"}
          go={held}
          disabled={!usable || !mine || dials}
          onClick={() => void run(held ? "resume" : "hold", { contact: call.id })}
        >
          {held ? t("resume") : t("hold")}
        </Control>
        <Control icon="mute" pressed={muted.on} disabled={dials || !muted.can} onClick={mute}>
          {muted.on ? t("unmute") : t("mute")}
        </Control>
        <Control
          icon="transfer"
          disabled={!usable || !mine || dials}
          onClick={() => askToTransfer(call.id, "transfer")}
        >
          {t("transfer")}
        </Control>
        <Control
          icon="consult"
          disabled={!usable || !mine || dials || call.consult !== null || call.outside !== null}
          onClick={() => askToTransfer(call.id, "consult")}
        >
          {t("consult")}
        </Control>
        <Digits call={call} disabled={dials || (state.kind !== "softphone" && !usable)} />
        <Control
          icon={paused === null ? "recpause" : "resume"}
          pressed={paused !== null}
          disabled={!usable || !mine || call.recording === null}
          onClick={() => void controls.pause(call.id, paused === null)}
        >
          {paused === null ? t("pause") : t("resumeRec")}
        </Control>
        <Control icon="hangup" end onClick={() => controls.hangUp(call, usable, agentId)}>
          {helps ? t("leave") : t("hangUp")}
        </Control>
      </div>
      {settings ? <PhoneSettings phone={phone} onClose={() => setSettings(false)} /> : null}
    </section>
  );
}

const DIALLING: { tone: Tone; icon: IconName; line: Line } = { tone: "offered", icon: "phone", line: "dotted" };

/** A table phone is muted at the switch, which tells nobody: what was last asked for is what is shown. */
function useMuted(call: ContactView, state: PhoneState) {
  const [asked, setAsked] = useState<{ call: string; on: boolean } | null>(null);
  const own = state.kind === "softphone" ? state.call : null;
  if (own) return { on: own.muted, can: own.phase === "talking", set: (_: boolean) => undefined };
  return {
    on: asked?.call === call.id && asked.on,
    can: state.kind !== "softphone",
    set: (on: boolean) => setAsked({ call: call.id, on }),
  };
}

/** Keys during the call, with what was pressed. */
function Digits({ call, disabled }: { call: ContactView; disabled: boolean }) {
  const t = useWords(area);
  const controls = useCallControls();
  const [open, setOpen] = useState(false);
  const [pressed, setPressed] = useState("");
  const press = (key: string) => {
    controls.digits(call.id, key);
    setPressed((before) => (before + key).slice(-24));
  };
  return (
    <Popover
      open={open && !disabled}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottom"
      destroyOnHidden
      content={
        // Keys of the keyboard are keys of the telephone while the panel has the focus.
        // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside do the same
        <div
          className="desk-dial-panel"
          onKeyDown={(event) => {
            if (!/^[0-9*#]$/.test(event.key)) return;
            event.preventDefault();
            press(event.key);
          }}
        >
          <output className="desk-pressed jt-num" aria-label={t("sent", { keys: pressed })}>
            {pressed || "\u00a0"}
          </output>
          <Pad press={press} />
        </div>
      }
    >
      <Control icon="keypad" disabled={disabled}>
        {t("keys")}
      </Control>
    </Popover>
  );
}

/** Icon over word; 56 px wide in every state. */
function Control({
  icon,
  children,
  go,
  end,
  pressed,
  className,
  ...rest
}: {
  icon: IconName;
  children: ReactNode;
  go?: boolean;
  end?: boolean;
  pressed?: boolean;
  disabled?: boolean;
  onClick?: () => void;
  className?: string; // a panel that hangs on it sets it
}) {
  return (
    <button
      type="button"
      {...rest}
      className={`jt-bare desk-key ${className ?? ""}`}
      data-go={go}
      data-end={end}
      aria-pressed={pressed}
    >
      <Icon name={icon} />
      <span>{children}</span>
    </button>
  );
}

function Timed({ text, since }: { text: "talking" | "onHold" | "ringingThem"; since: number }) {
  const t = useWords(area);
  const [before, after] = t(text, { time: "\u0000" }).split("\u0000");
  return (
    <span>
      {before}
      <Since since={since} />
      {after}
    </span>
  );
}

function PausedSince({ since }: { since: number }) {
  const t = useWords(area);
  const [before, after] = t("recPaused", { time: "\u0000" }).split("\u0000");
  return (
    <>
      {before}
      <Since since={since} />
      {after}
    </>
  );
}

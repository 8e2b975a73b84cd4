import { useActions } from "../../app/actions";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import { useSelect } from "../../live/useLive";
import { reachable } from "../../softphone/state";
import { usePhoneState } from "../../softphone/useSoftphone";
import { useTaking } from "./accept";
import { useCall, useCallControls } from "./call";
import { dialling, isOffer, useContact, useDesk, useMe } from "./context";
import { openDialPanel } from "./DialPanel";
import { askToTransfer } from "./TransferDialog";

/** The desk's keys, as data (ux.md 8). */
export function useDeskActions(ids: readonly string[]): void {
  const t = useWords(area);
  const p = useWords(softphone);
  const desk = useDesk();
  const me = useMe();
  const contact = useContact(desk.open);
  const group = t("group");
  const offered = useSelect(
    desk.live,
    (state) => Object.values(state.contacts).find((one) => isOffer(one, desk.agentId))?.id ?? null,
  );
  const offer = useContact(offered);
  const take = useTaking();
  const phone = usePhoneState(desk.phone);
  const call = useCall();
  const ours = call !== undefined && call.agent === desk.agentId;
  const controls = useCallControls();
  const step = (by: number) => {
    const at = desk.open ? ids.indexOf(desk.open) : -1;
    const next = ids[(at + by + ids.length) % ids.length];
    if (next) desk.select(next);
  };
  const mine = contact !== undefined && contact.agent === desk.agentId;
  const talking = mine && (contact.place === "talk" || contact.place === "hold") && !dialling(contact);
  useActions([
    {
      id: "desk-accept",
      label: t("keyAccept"),
      group,
      keys: { code: "KeyA", alt: true },
      enabled: offer !== undefined && take.can(offer),
      run: () => offer && take.accept(offer),
    },
    {
      id: "desk-next",
      label: t("keyNext"),
      group,
      keys: { code: "ArrowDown", alt: true },
      enabled: ids.length > 1,
      run: () => step(1),
    },
    {
      id: "desk-previous",
      label: t("keyPrevious"),
      group,
      keys: { code: "ArrowUp", alt: true },
      enabled: ids.length > 1,
      run: () => step(-1),
    },
    {
      id: "desk-reply",
      label: t("keyReply"),
      group,
      keys: { code: "KeyR", alt: true },
      enabled: talking,
      run: desk.focusReply,
    },
    {
      id: "desk-knowledge",
      label: t("keyKnowledge"),
      group,
      keys: { code: "KeyK", alt: true },
      run: desk.focusKnowledge,
    },
    {
      id: "desk-transfer",
      label: t("keyTransfer"),
      group,
      keys: { code: "KeyT", alt: true },
      enabled: desk.usable && talking,
      run: () => contact && askToTransfer(contact.id, "transfer"),
    },
    {
      id: "desk-end",
      label: t("keyEnd"),
      group,
      keys: { code: "KeyE", alt: true },
      enabled: desk.usable && mine && (talking || contact.place === "wrapup" || call?.id === contact.id),
      run: () => {
        if (!contact) return;
        if (contact.place === "wrapup")
          (document.getElementById("desk-wrapup") as HTMLFormElement | null)?.requestSubmit();
        else void desk.run("end", { contact: contact.id });
      },
    },
    {
      id: "desk-ready",
      label: t("keyReady"),
      group,
      keys: { code: "Digit1", alt: true },
      enabled: desk.usable && (me?.status !== "ready" || me.state === "missed"),
      run: () => void desk.run("set_status", { status: "ready" }),
    },
    {
      id: "desk-break",
      label: t("keyBreak"),
      group,
      keys: { code: "Digit2", alt: true },
      enabled: desk.usable && me?.next !== "break",
      run: () => void desk.run("set_next", { status: "break" }),
    },
    {
      id: "desk-mute",
      label: p("keyMute"),
      group,
      keys: { code: "KeyM", alt: true },
      enabled: call !== undefined && phone.call?.phase === "talking",
      run: () => call && controls.mute(call.id, !phone.call?.muted),
    },
    {
      id: "desk-hold",
      label: p("keyHold"),
      group,
      keys: { code: "KeyH", alt: true },
      enabled: desk.usable && ours && !call.dialling,
      run: () => call && void desk.run(call.place === "hold" ? "resume" : "hold", { contact: call.id }),
    },
    {
      id: "desk-dial",
      label: p("keyDial"),
      group,
      keys: { code: "KeyC", alt: true },
      enabled: desk.usable && call === undefined && reachable(phone),
      run: openDialPanel,
    },
    {
      id: "desk-pause",
      label: p("keyPause"),
      group,
      keys: { code: "KeyP", alt: true },
      enabled: desk.usable && ours && call.recording !== null,
      run: () => call && void controls.pause(call.id, call.recording?.paused_since === null),
    },
  ]);
}

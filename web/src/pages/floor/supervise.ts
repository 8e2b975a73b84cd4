import { useCallback, useMemo } from "react";
import { http } from "../../api/http";
import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import type { LiveConnection } from "../../live/connection";
import type { FloorState, Supervising } from "../../live/types";
import { useRow, useSelect } from "../../live/useLive";
import { useMay, useSession } from "../../session/session";
import { calls } from "../../softphone/calls";
import type { PhoneState } from "../../softphone/state";
import { usePhoneState, useSoftphone } from "../../softphone/useSoftphone";
import { useNotice } from "../../ui/notices";

/** Listening in, whispering, barging: by the supervisor's own telephone, which the centre rings. */
export type Supervision = {
  /** What this person may do; none: nothing of it is shown. */
  modes: readonly Supervising[];
  /** The call in which they take part now. */
  contact: string | null;
  mode: Supervising | null;
  since: number | null;
  phone: PhoneState;
  begin: (contact: string, mode: Supervising) => void;
  end: () => void;
};

export function useSupervision(live: LiveConnection<FloorState>): Supervision {
  const { account, agentId } = useSession();
  const t = useWords(area);
  const notice = useNotice();
  const listen = useMay("call.listen");
  const whisper = useMay("call.whisper");
  const barge = useMay("call.barge");
  // Nobody is asked for a microphone for having opened the floor: only with the first call.
  const phone = useSoftphone(false);
  const state = usePhoneState(phone);
  const mine = useSelect(live, (all) => {
    const found = Object.values(all.contacts).find((one) =>
      one.supervision.some((part) => part.by === account || (agentId !== null && part.by === agentId)),
    );
    return found?.id ?? null;
  });
  const contact = useRow(live, "contacts", mine);
  const part = contact?.supervision.find((one) => one.by === account || one.by === agentId) ?? null;
  const begin = useCallback(
    (id: string, mode: Supervising) => {
      if (state.standing === "desk") notice.warn(t("deskRings"));
      else phone.expect();
      calls(http).supervise(id, mode).catch(notice.failed);
    },
    [phone, state.standing, notice, t],
  );
  const end = useCallback(() => {
    if (mine === null) return;
    calls(http)
      .leave(mine)
      .catch((error: unknown) => {
        phone.hangUp();
        notice.failed(error);
      });
  }, [mine, notice, phone]);
  return useMemo(() => {
    const may: Supervising[] = [];
    if (listen) may.push("listen");
    if (whisper) may.push("whisper");
    if (barge) may.push("barge");
    return {
      modes: may,
      contact: mine,
      mode: part?.mode ?? null,
      since: part?.since ?? null,
      phone: state,
      begin,
      end,
    };
  }, [listen, whisper, barge, mine, part, state, begin, end]);
}

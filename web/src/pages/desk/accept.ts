import type { ContactView } from "../../live/types";
import type { PhoneState } from "../../softphone/state";
import { usePhoneState } from "../../softphone/useSoftphone";
import { useDesk } from "./context";

/**
 * How an offer is taken. A call that rings is taken at the telephone, and only there: the server hears of it from the
 * switch. So is a call-back: my telephone first, then the customer's. Everything else is taken by a command.
 */
export type Taking = "command" | "browser" | "table";

export function taking(contact: ContactView, phone: Pick<PhoneState, "kind">): Taking {
  if (contact.channel !== "voice" || phone.kind === "none") return "command";
  return phone.kind === "softphone" ? "browser" : "table";
}

export function useTaking() {
  const { phone, run, usable, select, live } = useDesk();
  const state = usePhoneState(phone);
  const how = (contact: ContactView) => taking(contact, state);
  return {
    phone: state,
    how,
    can: (contact: ContactView) => {
      const way = how(contact);
      if (way === "command") return usable;
      return way === "browser" && (state.standing === "ready" || state.standing === "elsewhere");
    },
    accept: (contact: ContactView) => {
      switch (how(contact)) {
        case "browser":
          phone.answer();
          select(contact.id);
          return;
        case "table":
          return;
        case "command":
          void run("accept", { contact: contact.id }).then((done) => done && select(contact.id));
      }
    },
    decline: (contact: ContactView) => {
      const still = live.store.get("contacts", contact.id);
      // The telephone says no; the command says it too where no telephone rings here (yet).
      if (how(contact) === "browser" && state.call?.phase === "ringing" && still) phone.reject();
      else void run("decline", { contact: contact.id });
    },
  };
}

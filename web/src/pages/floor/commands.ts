import { App } from "antd";
import { useCallback, useMemo } from "react";
import { http, worthRetrying } from "../../api/http";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { useWords } from "../../i18n/messages";
import { newKey } from "../../live/connection";
import type { AgentView, ContactView, Status } from "../../live/types";
import { useMay, useSession } from "../../session/session";
import { useNotice } from "../../ui/notices";

/**
 * What a supervisor does. Each function sends one `core.commands.SupervisorCommand` under one idempotency key, says how
 * it went, and offers undo where it can be undone; what cannot be undone asks first, naming the person.
 */
export type Commands = {
  /** False: this person may only look. */
  allowed: boolean;
  setStatus: (agent: AgentView, status: Status) => void;
  signOut: (agent: AgentView) => void;
  pull: (contact: ContactView, agent: AgentView) => void;
  move: (contact: ContactView, queue: string, queueName: (id: string) => string) => void;
  prioritise: (contact: ContactView, priority: number) => void;
  end: (contact: ContactView) => void;
  invite: (queue: string, count: number) => void;
  acknowledge: (alarm: string) => void;
};

export function useCommands(): Commands {
  const t = useWords(floor);
  const w = useWords(core);
  const notice = useNotice();
  const { modal } = App.useApp();
  const { account } = useSession();
  const allowed = useMay("floor.act");

  const send = useCallback(
    async (command: { type: string } & Record<string, unknown>): Promise<boolean> => {
      const key = newKey();
      for (let failures = 0; ; failures += 1) {
        try {
          // The server puts in who it really is; the same key again is the same command.
          await http.post("/api/floor/commands", {
            body: { ...command, by: account },
            headers: { "Idempotency-Key": key },
          });
          return true;
        } catch (error) {
          if (!worthRetrying(failures, error)) {
            notice.failed(error);
            return false;
          }
          await new Promise((resolve) => setTimeout(resolve, 800 * (failures + 1)));
        }
      }
    },
    [account, notice],
  );

  return useMemo(() => {
    const name = (contact: ContactView) => contact.customer_name ?? contact.caller ?? w("anonymous");
    return {
      allowed,
      setStatus: async (agent, status) => {
        const before = agent.status;
        if (!(await send({ type: "set_status", agent: agent.id, status, reason: null }))) return;
        notice.undoable(
          t("statusSet", { name: agent.name, status: w(`status.${status}`) }),
          () => void send({ type: "set_status", agent: agent.id, status: before, reason: agent.reason }),
        );
      },
      signOut: (agent) => {
        void modal.confirm({
          title: t("signOutTitle", { name: agent.name }),
          content: agent.contacts > 0 ? t("signOutText", { n: agent.contacts }) : t("signOutNone"),
          okText: t("signOut"),
          okButtonProps: { danger: true },
          cancelText: w("cancel"),
          onOk: async () => {
            if (await send({ type: "sign_out", agent: agent.id })) notice.done(t("signedOut", { name: agent.name }));
          },
        });
      },
      pull: async (contact, agent) => {
        const taken = await send({ type: "pull", contact: contact.id, agent: agent.id });
        if (taken) notice.done(t("given", { name: agent.name }));
      },
      move: async (contact, queue, queueName) => {
        const before = contact.queue;
        if (!(await send({ type: "move", contact: contact.id, queue }))) return;
        const said = t("moved", { name: name(contact), queue: queueName(queue) });
        if (before === null) notice.done(said);
        else notice.undoable(said, () => void send({ type: "move", contact: contact.id, queue: before }));
      },
      prioritise: async (contact, priority) => {
        const before = contact.priority;
        if (!(await send({ type: "prioritise", contact: contact.id, priority }))) return;
        notice.undoable(
          t("raised", { name: name(contact), n: priority }),
          () => void send({ type: "prioritise", contact: contact.id, priority: before }),
        );
      },
      end: (contact) => {
        void modal.confirm({
          title: t("endTitle", { name: name(contact) }),
          content: t("endText"),
          okText: t("endContact"),
          okButtonProps: { danger: true },
          cancelText: w("cancel"),
          onOk: async () => {
            if (await send({ type: "close_contact", contact: contact.id })) notice.done(t("ended"));
          },
        });
      },
      invite: async (queue, count) => {
        if (await send({ type: "invite_part_timers", queue, count })) notice.done(t("invited", { n: count }));
      },
      acknowledge: (alarm) => void send({ type: "acknowledge_alarm", alarm }),
    };
  }, [allowed, send, notice, modal, t, w]);
}

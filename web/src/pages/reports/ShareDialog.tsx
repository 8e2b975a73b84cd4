import { Checkbox, Modal } from "antd";
import { useState } from "react";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { useNotice } from "../../ui/notices";
import { useDirectory } from "../contacts/api";
import { type Stored, useReportActions } from "./api";
import type { Share, Texts } from "./model";

/** Those who may read reports at all (identity/permissions.py). */
const ROLES = ["supervisor", "qa", "planner", "manager", "finance", "admin"] as const;

/** With which roles and clients a report is shared. A client's people see only what is shared with the client. */
export function ShareDialog({ stored, onClose }: { stored: Stored; onClose: () => void }) {
  const t = useWords(reports);
  const w = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const { data } = useDirectory();
  const { share } = useReportActions();
  const [shares, setShares] = useState<readonly Share[]>(stored.shares);
  const of = (kind: Share["kind"]) => shares.filter((one) => one.kind === kind).map((one) => one.who);
  const set = (kind: Share["kind"], who: string[]) =>
    setShares([...shares.filter((one) => one.kind !== kind), ...who.map((one) => ({ kind, who: one }))]);
  const roles = [...ROLES, ...of("role").filter((role) => !(ROLES as readonly string[]).includes(role))];
  const word = w as (key: string) => string;
  return (
    <Modal
      open
      title={t("shareTitle", { name: inLanguage(stored.report.title, lang) })}
      okText={w("save")}
      cancelText={w("cancel")}
      confirmLoading={share.isPending}
      onCancel={onClose}
      onOk={() =>
        share.mutate(
          { id: stored.id, shares },
          {
            onSuccess: () => {
              notice.done(w("saved"));
              onClose();
            },
            onError: notice.failed,
          },
        )
      }
    >
      <fieldset className="rp-values rp-share">
        <legend>{t("shareRoles")}</legend>
        <Checkbox.Group
          value={of("role")}
          options={roles.map((role) => ({ value: role, label: word(`role.${role}`) }))}
          onChange={(next) => set("role", next)}
        />
      </fieldset>
      <fieldset className="rp-values rp-share">
        <legend>{t("shareClients")}</legend>
        <Checkbox.Group
          value={of("client")}
          options={(data?.clients ?? [])
            .filter((one) => one.active || of("client").includes(one.id))
            .map((one) => ({ value: one.id, label: inLanguage(one.name as Texts, lang) }))}
          onChange={(next) => set("client", next)}
        />
        <p className="jt-note">{t("shareClientsNote")}</p>
      </fieldset>
    </Modal>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { type ReactNode, useId, useState } from "react";
import { http } from "../../api/http";
import { agreements } from "../../i18n/agreements";
import { useWords } from "../../i18n/messages";
import { useNotice } from "../../ui/notices";
import { KEY } from "./api";

/**
 * Approving or refusing for one's own side: says what is signed, asks for the reason of a refusal, and reads everything
 * of the agreements anew afterwards. `to`: the address that decides.
 */
export function Decide({
  to,
  decision,
  title,
  digest,
  children,
  onClose,
}: {
  to: string;
  decision: "approved" | "rejected";
  title: string;
  digest?: string | null;
  children: ReactNode;
  onClose: () => void;
}) {
  const t = useWords(agreements);
  const notice = useNotice();
  const queries = useQueryClient();
  const field = useId();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const refusing = decision === "rejected";
  const missing = refusing && tried && !reason.trim();
  const go = async () => {
    setTried(true);
    if (refusing && !reason.trim()) return;
    setWorking(true);
    try {
      await http.post(to, { body: { decision, digest: digest ?? null, reason: reason.trim() } });
      await queries.invalidateQueries({ queryKey: [KEY] });
      notice.done(t(refusing ? "refusedDone" : "approvedDone"));
      onClose();
    } catch (error) {
      notice.failed(error);
    } finally {
      setWorking(false);
    }
  };
  return (
    <Modal
      open
      title={title}
      okText={t(refusing ? "reject" : "approve")}
      cancelText={t("cancel")}
      okButtonProps={{ danger: refusing }}
      confirmLoading={working}
      onOk={() => void go()}
      onCancel={onClose}
    >
      <div className="ag-fields">
        <div className="ag-signs">{children}</div>
        {refusing ? (
          <div>
            <label htmlFor={field}>{t("rejectWhy")}</label>
            <Input.TextArea
              id={field}
              autoFocus
              rows={3}
              maxLength={2000}
              value={reason}
              status={missing ? "error" : undefined}
              aria-describedby={`${field}-note`}
              onChange={(event) => setReason(event.target.value)}
            />
            <p id={`${field}-note`} className={missing ? "jt-over" : "jt-note"} role={missing ? "alert" : undefined}>
              {t("reasonNeeded")}
            </p>
          </div>
        ) : null}
      </div>
    </Modal>
  );
}

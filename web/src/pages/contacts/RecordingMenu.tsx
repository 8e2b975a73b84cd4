import { useQueryClient } from "@tanstack/react-query";
import { Dropdown, Input, type MenuProps, Modal } from "antd";
import { useId, useState } from "react";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { recordings } from "../../i18n/recordings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { path } from "./api";
import { useNames } from "./names";
import type { Heard, Recording } from "./recordingStrip";

type Asked = { kind: "hold" } | { kind: "lift"; hold: string } | { kind: "delete"; recording: Recording };

/** Download, export, legal hold, deletion: as far as one may. */
export function RecordingMenu({ contact, heard }: { contact: string; heard: Heard }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const names = useNames();
  const [asked, setAsked] = useState<Asked | null>(null);
  const may = {
    download: useMay("recording.download"),
    hold: useMay("recording.hold"),
    delete: useMay("recording.delete"),
  };
  const stored = heard.recordings.filter((one) => one.state === "stored");
  const titled = (one: Recording) =>
    t("ofTalk", { who: one.agent ? names.agent(one.agent) : "", at: instant(one.started, "second", lang) }).trim();
  const items: MenuProps["items"] = [];
  if (may.download && stored.length > 0) {
    for (const one of stored) {
      items.push({
        key: one.id,
        type: "group",
        label: titled(one),
        children: one.ways.map((way) => ({
          key: `${one.id}.${way}`,
          label: (
            <a href={`/api/recordings/${encodeURIComponent(one.id)}/download?track=${way}`} download>
              {t(WAYS[way] ?? "downloadMix")}
            </a>
          ),
        })),
      });
    }
    items.push({
      key: "export",
      label: (
        <a href={`${path(contact)}/recordings/export`} download>
          {t("exportAll")}
        </a>
      ),
    });
  }
  const { hold } = heard;
  if (may.hold) {
    items.push({ type: "divider", key: "d1" });
    items.push(
      hold
        ? { key: "lift", label: t("liftHold"), onClick: () => setAsked({ kind: "lift", hold: hold.id }) }
        : { key: "hold", label: t("setHold"), onClick: () => setAsked({ kind: "hold" }) },
    );
  }
  if (may.delete && !hold)
    for (const one of stored)
      items.push({
        key: `delete.${one.id}`,
        danger: true,
        label: stored.length > 1 ? `${t("deleteOne")}: ${titled(one)}` : t("deleteOne"),
        onClick: () => setAsked({ kind: "delete", recording: one }),
      });
  if (items.length === 0) return null;
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
        <Button kind="quiet" icon="more" aria-haspopup="menu">
          {t(may.download && stored.length > 0 ? "download" : "more")}
        </Button>
      </Dropdown>
      {asked ? <Ask contact={contact} asked={asked} titled={titled} close={() => setAsked(null)} /> : null}
    </>
  );
}

const WAYS: Record<string, "downloadBoth" | "downloadMix" | "downloadCustomer" | "downloadAgent"> = {
  both: "downloadBoth",
  mix: "downloadMix",
  customer: "downloadCustomer",
  agent: "downloadAgent",
};

/** Asks for the reason, which stays with the record, and does it. */
function Ask({
  contact,
  asked,
  titled,
  close,
}: {
  contact: string;
  asked: Asked;
  titled: (one: Recording) => string;
  close: () => void;
}) {
  const t = useWords(recordings);
  const c = useWords(core);
  const notice = useNotice();
  const queries = useQueryClient();
  const field = useId();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const missing = tried && !reason.trim();
  const body = { reason };
  const doing = async () => {
    if (asked.kind === "hold") {
      const { late } = await http.post<{ late: string[] }>(`${path(contact)}/recordings/hold`, { body });
      notice.done(late.length > 0 ? t("holdLate", { n: late.length }) : t("holdSet"));
    } else if (asked.kind === "lift") {
      await http.post(`/api/recordings/holds/${encodeURIComponent(asked.hold)}/lift`, { body });
      notice.done(t("holdLifted"));
    } else {
      await http.post(`/api/recordings/${encodeURIComponent(asked.recording.id)}/delete`, { body });
      notice.done(t("deleteDone"));
    }
  };
  const go = () => {
    setTried(true);
    if (!reason.trim()) return;
    setWorking(true);
    doing()
      .then(close, notice.failed)
      .finally(() => {
        setWorking(false);
        void queries.invalidateQueries({ queryKey: ["contact", contact, "recordings"] });
        void queries.invalidateQueries({ queryKey: ["recordings"] });
      });
  };
  const title = { hold: t("setHold"), lift: t("liftHold"), delete: t("deleteOne") }[asked.kind];
  return (
    <Modal
      open
      title={title}
      onCancel={close}
      onOk={go}
      okText={title}
      cancelText={c("cancel")}
      confirmLoading={working}
      okButtonProps={{ danger: asked.kind === "delete" }}
    >
      <p>
        {asked.kind === "hold"
          ? t("holdAsk")
          : asked.kind === "lift"
            ? t("liftAsk")
            : t("deleteAsk", {
                who: "",
                at: titled(asked.recording),
              })}
      </p>
      <label htmlFor={field} className="jt-rec-reason">
        {t("reason")}
      </label>
      <Input.TextArea
        id={field}
        autoFocus
        rows={3}
        maxLength={1000}
        value={reason}
        status={missing ? "error" : undefined}
        aria-describedby={`${field}-note`}
        onChange={(event) => setReason(event.target.value)}
      />
      <p id={`${field}-note`} className={missing ? "jt-over" : "jt-note"} role={missing ? "alert" : undefined}>
        {t("reasonNeeded")}
      </p>
    </Modal>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { Input, Modal, Select } from "antd";
import { useId, useState } from "react";
import { http } from "../../api/http";
import { agreements } from "../../i18n/agreements";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNotice } from "../../ui/notices";
import { KEY, path, sla } from "./api";
import type { Contract, Exclusion, ExclusionIn, Named } from "./model";
import { inZone, wallClock } from "./zone";

const LINK = /https?:\/\/\S+/;

/** Asks for a stretch of time to be left out: class, when, what for, and the evidence, which goes along at once. */
export default function ExclusionForm({
  contract,
  classes,
  exclusion,
  who,
  onClose,
}: {
  contract: Contract;
  classes: readonly Named[];
  exclusion: Exclusion | null;
  who: string;
  onClose: () => void;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const id = useId();
  const [cls, setCls] = useState(exclusion?.cls ?? classes[0]?.id ?? "");
  const [title, setTitle] = useState(exclusion?.title ?? "");
  const [reason, setReason] = useState(exclusion?.reason ?? "");
  const [from, setFrom] = useState(exclusion ? wallClock(exclusion.start, contract.zone) : "");
  const [to, setTo] = useState(exclusion ? wallClock(exclusion.end, contract.zone) : "");
  const [services, setServices] = useState<string[]>(exclusion?.services.map((one) => one.id) ?? []);
  const [evidence, setEvidence] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const start = from ? inZone(from, contract.zone) : null;
  const end = to ? inZone(to, contract.zone) : null;
  const backwards = start !== null && end !== null && end <= start;
  const links = evidence
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const known = exclusion?.evidence.length ?? 0;
  const unlinked = links.some((line) => !LINK.test(line));
  const nothing = links.length + files.length + known === 0;
  const faultless = !unlinked && !nothing;
  const fit = cls && title.trim() && start !== null && end !== null && !backwards;

  const keep = async (send: boolean) => {
    setTried(true);
    if (!fit || start === null || end === null || unlinked || (send && nothing)) return;
    setWorking(true);
    const body: ExclusionIn = {
      cls,
      title: title.trim(),
      reason: reason.trim(),
      start,
      end,
      services,
      version: exclusion?.version ?? null,
    };
    try {
      const made = exclusion
        ? await http.put<Exclusion>(sla.one("exclusions", exclusion.id), { body })
        : await http.post<Exclusion>(path(contract.id, "/exclusions"), { body });
      for (const line of links) {
        const url = LINK.exec(line)?.[0] ?? "";
        const name = line.replace(url, "").trim() || url;
        await http.post(sla.one("exclusions", made.id, "/links"), { body: { title: name, url } });
      }
      for (const file of files) {
        const form = new FormData();
        form.append("file", file);
        await http.post(sla.one("exclusions", made.id, "/files"), { body: form });
      }
      if (send) await http.post(sla.one("exclusions", made.id, "/submit"));
      notice.done(send ? t("exSubmitted", { who }) : t("exKept"));
      onClose();
    } catch (error) {
      notice.failed(error);
    } finally {
      setWorking(false);
      void queries.invalidateQueries({ queryKey: [KEY] });
    }
  };

  return (
    <Modal
      open
      title={t("submitExclusion")}
      okText={t("exSubmit")}
      cancelText={t("cancel")}
      confirmLoading={working}
      onOk={() => void keep(true)}
      onCancel={onClose}
      footer={(_, { OkBtn, CancelBtn }) => (
        <>
          <CancelBtn />
          <button
            type="button"
            className="jt-btn"
            style={{ height: 32, marginInlineStart: 8 }}
            disabled={working}
            onClick={() => void keep(false)}
          >
            {t("exKeep")}
          </button>
          <OkBtn />
        </>
      )}
    >
      <div className="ag-fields">
        <div>
          <label htmlFor={`${id}-cls`}>{t("exKind")}</label>
          <Select
            id={`${id}-cls`}
            style={{ width: "100%" }}
            value={cls}
            onChange={setCls}
            options={classes.map((one) => ({ value: one.id, label: inLanguage(one.names, lang) || one.id }))}
          />
        </div>
        <div>
          <label htmlFor={`${id}-title`}>{t("exTitle")}</label>
          <Input
            id={`${id}-title`}
            value={title}
            maxLength={200}
            status={tried && !title.trim() ? "error" : undefined}
            onChange={(event) => setTitle(event.target.value)}
          />
        </div>
        <div className="ag-pair">
          <div>
            <label htmlFor={`${id}-from`}>{t("exFrom")}</label>
            <input
              id={`${id}-from`}
              type="datetime-local"
              value={from}
              aria-invalid={tried && start === null}
              onChange={(event) => setFrom(event.target.value)}
            />
          </div>
          <div>
            <label htmlFor={`${id}-to`}>{t("exTo")}</label>
            <input
              id={`${id}-to`}
              type="datetime-local"
              value={to}
              aria-invalid={backwards || (tried && end === null)}
              onChange={(event) => setTo(event.target.value)}
            />
          </div>
        </div>
        {backwards ? (
          <p className="jt-over" role="alert">
            {t("exTimeWrong")}
          </p>
        ) : null}
        <p className="jt-note">{t("exZone", { zone: contract.zone })}</p>
        {contract.services.length > 1 ? (
          <div>
            <label htmlFor={`${id}-services`}>{t("exScope")}</label>
            <Select
              id={`${id}-services`}
              mode="multiple"
              style={{ width: "100%" }}
              placeholder={t("exWhole")}
              value={services}
              onChange={setServices}
              options={contract.services.map((one) => ({ value: one.id, label: inLanguage(one.names, lang) }))}
            />
          </div>
        ) : null}
        <div>
          <label htmlFor={`${id}-reason`}>{t("exReason")}</label>
          <Input.TextArea
            id={`${id}-reason`}
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor={`${id}-evidence`}>{t("exEvidence")}</label>
          <Input.TextArea
            id={`${id}-evidence`}
            rows={2}
            value={evidence}
            status={tried && !faultless ? "error" : undefined}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setEvidence(event.target.value)}
          />
          <p id={`${id}-hint`} className={tried && !faultless ? "jt-over" : "jt-note"}>
            {exclusion && known > 0 ? `${exclusion.evidence.map((one) => one.title).join(", ")} · ` : ""}
            {t("exEvidenceHint")}
          </p>
        </div>
        <div>
          <label htmlFor={`${id}-files`}>{t("exFiles")}</label>
          <input
            id={`${id}-files`}
            type="file"
            multiple
            onChange={(event) => setFiles([...(event.target.files ?? [])])}
          />
        </div>
      </div>
    </Modal>
  );
}

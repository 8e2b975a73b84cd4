import { Drawer } from "antd";
import { useState } from "react";
import { useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import {
  type Doc,
  faultsOf,
  idFor,
  NO_NAMES,
  type SkillSpec,
  useDocuments,
  useDraft,
  useSaveDocument,
} from "./documents";
import { NamesField, SaveBar, SwitchField } from "./form";
import { listed } from "./list";

const BLANK: Doc<SkillSpec> = {
  id: "",
  version: 0,
  spec: { id: "", name: NO_NAMES, certificate: false, active: true },
};

export default function SkillsPage() {
  const t = useWords(settings);
  const lang = useLanguage();
  const names = useCollator();
  const edits = useMay("setup.edit");
  const skills = useDocuments("skills");
  const queues = useDocuments("queues");
  const [open, setOpen] = useState<Doc<SkillSpec> | null>(null);
  const users = (skill: string) =>
    (queues.data ?? [])
      .filter(
        ({ spec }) =>
          spec.active &&
          [...spec.requires, ...spec.steps.flatMap((step) => (step.type === "expand" ? step.requires : []))].some(
            (need) => need.skill === skill,
          ),
      )
      .map(({ spec }) => inLanguage(spec.name, lang));
  const shown = [...(skills.data ?? [])].sort((a, b) =>
    names.compare(inLanguage(a.spec.name, lang), inLanguage(b.spec.name, lang)),
  );
  return (
    <>
      <div className="st-head">
        <h2>{t("skills")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(BLANK)}>
            {t("newSkill")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {skills.data?.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("id")}</th>
              <th scope="col">{t("certificate")}</th>
              <th scope="col">{t("usedBy")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((doc) => (
              <tr key={doc.id} data-off={!doc.spec.active}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(doc)}>
                    {inLanguage(doc.spec.name, lang)}
                  </button>{" "}
                  {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                </td>
                <td className="st-code">{doc.id}</td>
                <td>{doc.spec.certificate ? t("certificate") : "–"}</td>
                <td>{listed(users(doc.id), lang) || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open ? (
        <SkillDrawer
          key={open.id}
          stored={open}
          taken={(skills.data ?? []).map((doc) => doc.id)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

function SkillDrawer({ stored, taken, onClose }: { stored: Doc<SkillSpec>; taken: string[]; onClose: () => void }) {
  const t = useWords(settings);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("skills");
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  return (
    <Drawer
      open
      size={520}
      title={inLanguage(stored.spec.name, lang) || t("newSkill")}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits ? (
          <SaveBar
            changes={changes}
            isNew={isNew}
            saving={save.isPending}
            onDiscard={onClose}
            onSave={() =>
              save.mutate(
                {
                  version: isNew ? null : stored.version,
                  spec: isNew ? { ...draft, id: idFor(draft.name, taken) } : draft,
                },
                {
                  onSuccess: () => {
                    notice.done(t("saved"));
                    onClose();
                  },
                  onError: (error) => {
                    setFaults(faultsOf(error));
                    notice.failed(error);
                  },
                },
              )
            }
          />
        ) : null
      }
    >
      <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      <SwitchField
        label={t("certificate")}
        hint={t("certificateHint")}
        value={draft.certificate}
        onChange={(certificate) => set({ certificate })}
      />
      <SwitchField
        label={t("active")}
        value={draft.active}
        onChange={(active) => set({ active })}
        fault={faults.active}
      />
    </Drawer>
  );
}

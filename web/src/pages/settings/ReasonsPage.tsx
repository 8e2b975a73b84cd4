import { Drawer } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
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
  type ReasonSpec,
  useDocuments,
  useDraft,
  useSaveDocument,
} from "./documents";
import { NamesField, SaveBar, SelectField, SwitchField } from "./form";

const KINDS = ["contact", "break", "article"] as const;
type Kind = (typeof KINDS)[number];

/** Codes that people choose: why a break, why the customer wrote, where an article belongs. */
export default function ReasonsPage() {
  const t = useWords(settings);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const [params, setParams] = useSearchParams();
  const kind = (KINDS.find((one) => one === params.get("kind")) ?? "contact") as Kind;
  const reasons = useDocuments("reasons");
  const clients = useDocuments("clients").data ?? [];
  const [open, setOpen] = useState<Doc<ReasonSpec> | null>(null);
  const own = (reasons.data ?? []).filter((doc) => doc.spec.kind === kind);
  const rows = own
    .filter((doc) => !doc.spec.parent)
    .flatMap((doc) => [doc, ...own.filter((child) => child.spec.parent === doc.id)]);
  const blank: Doc<ReasonSpec> = {
    id: "",
    version: 0,
    spec: { id: "", kind, name: NO_NAMES, client: null, parent: null, active: true },
  };
  return (
    <>
      <div className="st-head">
        <h2>{t("reasons")}</h2>
        <div className="jt-row" role="group" aria-label={t("kind")}>
          {KINDS.map((one) => (
            <Button
              key={one}
              kind="quiet"
              aria-pressed={one === kind}
              className={one === kind ? "jt-strong" : ""}
              onClick={() => setParams({ kind: one }, { replace: true })}
            >
              {t(`kind.${one}`)}
            </Button>
          ))}
        </div>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(blank)}>
            {t("newReason")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {reasons.data && rows.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("id")}</th>
              <th scope="col">{t("client")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((doc) => (
              <tr key={doc.id} data-off={!doc.spec.active}>
                <td style={doc.spec.parent ? { paddingLeft: 48 } : undefined}>
                  <button type="button" className="jt-link" onClick={() => setOpen(doc)}>
                    {inLanguage(doc.spec.name, lang)}
                  </button>{" "}
                  {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                </td>
                <td className="st-code">{doc.id}</td>
                <td>
                  {doc.spec.client
                    ? inLanguage(clients.find((one) => one.id === doc.spec.client)?.spec.name, lang)
                    : t("allClients")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open ? (
        <ReasonDrawer key={open.id} stored={open} all={reasons.data ?? []} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}

function ReasonDrawer({
  stored,
  all,
  onClose,
}: {
  stored: Doc<ReasonSpec>;
  all: Doc<ReasonSpec>[];
  onClose: () => void;
}) {
  const t = useWords(settings);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("reasons");
  const clients = useDocuments("clients").data ?? [];
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const parents = all.filter((doc) => doc.spec.kind === draft.kind && !doc.spec.parent && doc.id !== stored.id);
  const store = () =>
    save.mutate(
      {
        version: isNew ? null : stored.version,
        spec: isNew
          ? {
              ...draft,
              id: idFor(
                draft.name,
                all.map((doc) => doc.id),
              ),
            }
          : draft,
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
    );
  return (
    <Drawer
      open
      size={520}
      title={inLanguage(stored.spec.name, lang) || t("newReason")}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits ? (
          <SaveBar changes={changes} isNew={isNew} saving={save.isPending} onDiscard={onClose} onSave={store} />
        ) : null
      }
    >
      <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      {draft.kind === "contact" ? (
        <SelectField
          label={t("client")}
          value={draft.client}
          clear={t("allClients")}
          options={clients.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
          onChange={(client) => set({ client })}
          fault={faults.client}
        />
      ) : null}
      {draft.kind === "break" ? null : (
        <SelectField
          label={t("parent")}
          value={draft.parent}
          clear={t("noParent")}
          options={parents.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
          onChange={(parent) => set({ parent })}
          fault={faults.parent}
        />
      )}
      <SwitchField label={t("active")} value={draft.active} onChange={(active) => set({ active })} />
    </Drawer>
  );
}

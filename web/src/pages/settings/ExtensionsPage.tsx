import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Drawer } from "antd";
import { useState } from "react";
import { http, type Page } from "../../api/http";
import { core } from "../../i18n/core";
import { useCollator } from "../../i18n/format";
import { useWords } from "../../i18n/messages";
import { plant } from "../../i18n/plant";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon, type IconName } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { type ExtensionSpec, faultsOf, type Stored, useDocuments, useDraft, useSaveDocument } from "./documents";
import { SaveBar, SelectField, SwitchField, TextField } from "./form";
import type { Person } from "./staff";

type Extension = Stored<"setup/extensions">;

const KINDS = ["softphone", "phone", "number"] as const;
const ICONS: Record<ExtensionSpec["kind"], IconName> = { softphone: "headset", phone: "phone", number: "external" };
const BLANK: Extension = {
  id: "",
  version: 0,
  has_password: false,
  spec: { id: "", name: "", kind: "softphone", agent: null, number: null, active: true },
};

/** Telephones that the centre rings: softphones, SIP phones, plain numbers. */
export default function ExtensionsPage() {
  const t = useWords(settings);
  const p = useWords(plant);
  const edits = useMay("setup.edit");
  const extensions = useDocuments("setup/extensions");
  const people = useAgents();
  const [open, setOpen] = useState<Extension | null>(null);
  if (extensions.error) return <Empty kind="lost">{worded(extensions.error)}</Empty>;
  return (
    <>
      <div className="st-head">
        <h2>{t("extensions")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(BLANK)}>
            {p("newExtension")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {extensions.data?.length === 0 ? <Empty kind="none">{p("noExtensions")}</Empty> : null}
        {extensions.data?.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{p("extension")}</th>
                <th scope="col">{p("extName")}</th>
                <th scope="col">{p("extKind")}</th>
                <th scope="col">{p("agent")}</th>
              </tr>
            </thead>
            <tbody>
              {extensions.data.map((doc) => (
                <tr key={doc.id} data-off={!doc.spec.active}>
                  <td>
                    <button type="button" className="jt-link st-code" onClick={() => setOpen(doc)}>
                      {doc.id}
                    </button>{" "}
                    {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                  </td>
                  <td>{doc.spec.name}</td>
                  <td>
                    <span className="jt-row">
                      <Icon name={ICONS[doc.spec.kind]} size={14} />
                      {p(`ext.${doc.spec.kind}`)} <span className="st-code">{doc.spec.number}</span>
                    </span>
                  </td>
                  <td>
                    {doc.spec.agent
                      ? (people.find((one) => one.value === doc.spec.agent)?.label ?? doc.spec.agent)
                      : "–"}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {open ? <ExtensionDrawer key={open.id} stored={open} people={people} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

/** Agents by name. */
function useAgents(): { value: string; label: string }[] {
  const names = useCollator();
  const may = useMay("staff.view");
  const staff = useQuery({
    queryKey: ["staff", ""],
    queryFn: () => http.get<Page<Person>>("/api/staff", { query: { q: "", limit: 500 } }),
    enabled: may,
  });
  return (staff.data?.items ?? [])
    .flatMap((one) => (one.agent_id && one.active ? [{ value: one.agent_id, label: one.name }] : []))
    .sort((a, b) => names.compare(a.label, b.label));
}

function ExtensionDrawer({
  stored,
  people,
  onClose,
}: {
  stored: Extension;
  people: { value: string; label: string }[];
  onClose: () => void;
}) {
  const t = useWords(settings);
  const p = useWords(plant);
  const c = useWords(core);
  const notice = useNotice();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("setup/extensions");
  const [secret, setSecret] = useState<string | null>(null);
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const renew = () =>
    modal.confirm({
      title: p("freshAsk", { id: stored.id }),
      okText: p("freshPassword"),
      cancelText: c("cancel"),
      onOk: () =>
        http.post<{ password: string }>(`/api/setup/extensions/${stored.id}/password`).then((answer) => {
          setSecret(answer.password);
          return queries.invalidateQueries({ queryKey: ["setup", "setup/extensions"] });
        }, notice.failed),
    });
  return (
    <Drawer
      open
      size={560}
      title={stored.id || p("newExtension")}
      closable={{ "aria-label": c("close") }}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits && secret === null ? (
          <SaveBar
            changes={changes}
            isNew={isNew}
            saving={save.isPending}
            onDiscard={onClose}
            onSave={() =>
              save.mutate(
                { version: isNew ? null : stored.version, spec: draft },
                {
                  onSuccess: (made) => {
                    notice.done(t("saved"));
                    if (made.password) setSecret(made.password);
                    else onClose();
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
      {secret !== null ? (
        <div className="st-once" role="status">
          <p>{p("passwordOnce")}</p>
          <p className="st-code">{secret}</p>
          <Button
            icon="copy"
            onClick={() =>
              void navigator.clipboard.writeText(secret).then(() => notice.done(c("copied")), notice.failed)
            }
          >
            {c("copy")}
          </Button>
        </div>
      ) : (
        <>
          <TextField
            label={p("extension")}
            hint={p("extensionHint")}
            value={draft.id}
            fault={faults.id}
            disabled={!isNew}
            code
            onChange={(id) => set({ id: id.replace(/\D/g, "") })}
          />
          <TextField label={p("extName")} value={draft.name} fault={faults.name} onChange={(name) => set({ name })} />
          <SelectField
            label={p("extKind")}
            value={draft.kind}
            fault={faults.kind}
            options={KINDS.map((one) => ({ value: one, label: p(`ext.${one}`) }))}
            onChange={(next) => {
              const kind = next as ExtensionSpec["kind"];
              set({ kind, number: kind === "number" ? (draft.number ?? "") : null });
            }}
          />
          {draft.kind === "number" ? (
            <TextField
              label={p("outside")}
              hint={p("outsideHint")}
              value={draft.number ?? ""}
              fault={faults.number}
              code
              onChange={(number) => set({ number: number.replace(/[^0-9+]/g, "") })}
            />
          ) : null}
          <SelectField
            label={p("agent")}
            value={draft.agent}
            fault={faults.agent}
            clear={p("noAgent")}
            options={people}
            onChange={(agent) => set({ agent })}
          />
          <SwitchField
            label={t("active")}
            value={draft.active}
            fault={faults.active}
            onChange={(active) => set({ active })}
          />
          {draft.kind === "softphone" ? <p className="jt-note">{p("browserPassword")}</p> : null}
          {edits && !isNew && stored.spec.kind === "phone" && draft.kind === "phone" ? (
            <Button icon="key" onClick={renew}>
              {p("freshPassword")}
            </Button>
          ) : null}
        </>
      )}
    </Drawer>
  );
}

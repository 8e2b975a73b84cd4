import { Drawer } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { core } from "../../i18n/core";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { plant } from "../../i18n/plant";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { useFlows } from "../flows/api";
import { faultsOf, NO_NAMES, type Stored, useDocuments, useDraft, useSaveDocument } from "./documents";
import { NamesField, NumberField, SaveBar, SelectField, SwitchField, TextField } from "./form";

type Dialled = Stored<"setup/numbers">;

/** The numbers that customers dial, and the flows that answer them. */
export default function NumbersPage() {
  const t = useWords(settings);
  const p = useWords(plant);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const numbers = useDocuments("setup/numbers");
  const trunks = useDocuments("setup/trunks").data;
  const clients = useDocuments("clients").data;
  const flows = useFlows().data?.items;
  const [open, setOpen] = useState<Dialled | null>(null);
  if (numbers.error) return <Empty kind="lost">{worded(numbers.error)}</Empty>;
  const blank: Dialled = {
    id: "",
    version: 0,
    spec: {
      id: "",
      name: NO_NAMES,
      client: clients?.find((doc) => doc.spec.active)?.id ?? "",
      flow: "",
      trunk: null,
      limit: null,
      language: "zh-Hans",
      active: true,
    },
  };
  const named = (docs: { id: string; spec: { name: typeof NO_NAMES } }[] | undefined, id: string) =>
    inLanguage(docs?.find((doc) => doc.id === id)?.spec.name, lang) || id;
  return (
    <>
      <div className="st-head">
        <h2>{t("numbers")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(blank)}>
            {p("newNumber")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {numbers.data?.length === 0 ? <Empty kind="none">{p("noNumbers")}</Empty> : null}
        {numbers.data?.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{p("number")}</th>
                <th scope="col">{t("name")}</th>
                <th scope="col">{p("flow")}</th>
                <th scope="col">{p("client")}</th>
                <th scope="col">{p("trunk")}</th>
                <th scope="col" className="r">
                  {p("limit")}
                </th>
                <th scope="col">{p("language")}</th>
              </tr>
            </thead>
            <tbody>
              {numbers.data.map((doc) => {
                const flow = flows?.find((one) => one.id === doc.spec.flow);
                const name = inLanguage(flow?.name, lang) || doc.spec.flow;
                return (
                  <tr key={doc.id} data-off={!doc.spec.active}>
                    <td>
                      <button type="button" className="jt-link st-code" onClick={() => setOpen(doc)}>
                        {doc.id}
                      </button>{" "}
                      {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                    </td>
                    <td>{inLanguage(doc.spec.name, lang)}</td>
                    <td>{flow ? <Link to={`/settings/flows/${flow.id}`}>{name}</Link> : name || "–"}</td>
                    <td>{named(clients, doc.spec.client)}</td>
                    <td>{doc.spec.trunk ? named(trunks, doc.spec.trunk) : p("anyTrunk")}</td>
                    <td className="r">{doc.spec.limit ?? p("noLimit")}</td>
                    <td>
                      {LANGUAGE_NAMES[doc.spec.language as keyof typeof LANGUAGE_NAMES]?.long ?? doc.spec.language}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        ) : null}
      </div>
      {open ? <NumberDrawer key={open.id} stored={open} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

function NumberDrawer({ stored, onClose }: { stored: Dialled; onClose: () => void }) {
  const t = useWords(settings);
  const p = useWords(plant);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("setup/numbers");
  const trunks = useDocuments("setup/trunks").data ?? [];
  const clients = useDocuments("clients").data ?? [];
  const flows = useFlows().data?.items ?? [];
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  return (
    <Drawer
      open
      size={600}
      title={stored.id || p("newNumber")}
      closable={{ "aria-label": c("close") }}
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
                { version: isNew ? null : stored.version, spec: draft },
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
      <TextField
        label={p("number")}
        hint={p("numberHint")}
        value={draft.id}
        fault={faults.id}
        disabled={!isNew}
        code
        onChange={(id) => set({ id: id.replace(/[^0-9+]/g, "") })}
      />
      <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      <SelectField
        label={p("client")}
        value={draft.client}
        fault={faults.client}
        options={clients.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
        onChange={(client) => set({ client: client ?? "" })}
      />
      <SelectField
        label={p("flow")}
        hint={draft.flow ? <Link to={`/settings/flows/${draft.flow}`}>{p("openFlow")}</Link> : p("flowHint")}
        value={draft.flow || null}
        fault={faults.flow}
        options={flows
          .filter(
            (flow) =>
              flow.client === draft.client && (flow.id === draft.flow || (flow.active && flow.published !== null)),
          )
          .map((flow) => ({ value: flow.id, label: inLanguage(flow.name, lang) || flow.id }))}
        onChange={(flow) => set({ flow: flow ?? "" })}
      />
      <SelectField
        label={p("trunk")}
        value={draft.trunk}
        fault={faults.trunk}
        clear={p("anyTrunk")}
        options={trunks.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
        onChange={(trunk) => set({ trunk })}
      />
      <NumberField
        label={p("limit")}
        hint={p("limitHint")}
        value={draft.limit}
        fault={faults.limit}
        off={p("noLimit")}
        onChange={(limit) => set({ limit })}
      />
      <SelectField
        label={p("language")}
        value={draft.language}
        fault={faults.language}
        options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
        onChange={(language) => set({ language: language ?? "zh-Hans" })}
      />
      <SwitchField
        label={t("active")}
        value={draft.active}
        fault={faults.active}
        onChange={(active) => set({ active })}
      />
    </Drawer>
  );
}

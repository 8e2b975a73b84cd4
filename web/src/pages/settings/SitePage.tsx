import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useState } from "react";
import { http } from "../../api/http";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import {
  type ClientSpec,
  type Doc,
  faultsOf,
  idFor,
  NO_NAMES,
  type SiteSpec,
  useDocuments,
  useDraft,
  useSaveDocument,
} from "./documents";
import { NamesField, NumberField, SaveBar, Section, SelectField, SwitchField, TextField } from "./form";

export default function SitePage() {
  const t = useWords(settings);
  const site = useQuery({ queryKey: ["setup", "site"], queryFn: () => http.get<Doc<SiteSpec>>("/api/site") });
  return (
    <>
      <div className="st-head">
        <h2>{t("site")}</h2>
      </div>
      {site.data ? <SiteForm key={site.data.version} stored={site.data} /> : null}
    </>
  );
}

function SiteForm({ stored }: { stored: Doc<SiteSpec> }) {
  const t = useWords(settings);
  const notice = useNotice();
  const queries = useQueryClient();
  const edits = useMay("setup.edit");
  const { draft, set, changes, faults, setFaults, reset } = useDraft(stored.spec);
  const [saving, setSaving] = useState(false);
  const store = () => {
    setSaving(true);
    http
      .put("/api/site", { body: { version: stored.version, spec: draft } })
      .then(
        () => {
          notice.done(t("saved"));
          return queries.invalidateQueries({ queryKey: ["setup", "site"] });
        },
        (error: unknown) => {
          setFaults(faultsOf(error));
          notice.failed(error);
        },
      )
      .finally(() => setSaving(false));
  };
  return (
    <>
      <div className="st-editor" data-plain="true">
        <div className="st-form">
          <fieldset className="jt-bare" disabled={!edits} style={{ cursor: "auto" }}>
            <Section title={t("centre")}>
              <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
              <SelectField
                label={t("zone")}
                value={draft.zone}
                options={Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }))}
                onChange={(zone) => zone && set({ zone })}
                fault={faults.zone}
              />
              <TextField
                label={t("region")}
                value={draft.region}
                hint={t("regionHint")}
                onChange={(region) => set({ region: region.toUpperCase() })}
                fault={faults.region}
              />
              <NumberField
                label={t("grace")}
                value={draft.grace_s}
                unit={t("seconds")}
                hint={t("graceHint")}
                onChange={(value) => set({ grace_s: value ?? 60 })}
                fault={faults.grace_s}
              />
              <NumberField
                label={t("breakEvery")}
                value={draft.break_every_s / 60}
                unit={t("minutes")}
                onChange={(value) => set({ break_every_s: (value ?? 120) * 60 })}
                fault={faults.break_every_s}
              />
              <NumberField
                label={t("breakLength")}
                value={draft.break_length_s / 60}
                unit={t("minutes")}
                onChange={(value) => set({ break_length_s: (value ?? 15) * 60 })}
                fault={faults.break_length_s}
              />
              <SwitchField
                label={t("ownSkillFirst")}
                value={draft.own_skill_first}
                hint={t("ownSkillFirstHint")}
                onChange={(own_skill_first) => set({ own_skill_first })}
                fault={faults.own_skill_first}
              />
            </Section>
          </fieldset>
          <Clients />
        </div>
      </div>
      {edits ? (
        <SaveBar changes={changes} saving={saving} onSave={store} onDiscard={changes ? () => reset() : undefined} />
      ) : null}
    </>
  );
}

const BLANK: Doc<ClientSpec> = { id: "", version: 0, spec: { id: "", name: NO_NAMES, active: true } };

function Clients() {
  const t = useWords(settings);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const clients = useDocuments("clients").data ?? [];
  const [open, setOpen] = useState<Doc<ClientSpec> | null>(null);
  return (
    <Section title={t("clients")}>
      <table className="st-table">
        <tbody>
          {clients.map((doc) => (
            <tr key={doc.id} data-off={!doc.spec.active}>
              <td style={{ paddingLeft: 0 }}>
                <button type="button" className="jt-link" onClick={() => setOpen(doc)}>
                  {inLanguage(doc.spec.name, lang)}
                </button>{" "}
                {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
              </td>
              <td className="st-code">{doc.id}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {edits ? (
        <div style={{ paddingTop: 8 }}>
          <Button icon="plus" onClick={() => setOpen(BLANK)}>
            {t("newClient")}
          </Button>
        </div>
      ) : null}
      {open ? (
        <ClientDrawer
          key={open.id}
          stored={open}
          taken={clients.map((doc) => doc.id)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </Section>
  );
}

function ClientDrawer({ stored, taken, onClose }: { stored: Doc<ClientSpec>; taken: string[]; onClose: () => void }) {
  const t = useWords(settings);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("clients");
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const store = () =>
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
    );
  return (
    <Drawer
      open
      size={520}
      title={inLanguage(stored.spec.name, lang) || t("newClient")}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits ? (
          <SaveBar changes={changes} isNew={isNew} saving={save.isPending} onDiscard={onClose} onSave={store} />
        ) : null
      }
    >
      <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      <SwitchField
        label={t("active")}
        value={draft.active}
        onChange={(active) => set({ active })}
        fault={faults.active}
      />
    </Drawer>
  );
}

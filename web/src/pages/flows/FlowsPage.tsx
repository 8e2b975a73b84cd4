import { useQueryClient } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { core } from "../../i18n/core";
import { flowWords } from "../../i18n/flows";
import { instant, useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { faultsOf, idFor, NO_NAMES, useDocuments, useDraft } from "../settings/documents";
import { NamesField, SaveBar, SelectField } from "../settings/form";
import { type FlowLine, flows, useFlows } from "./api";
import { imported } from "./importing";
import type { Flow } from "./model";

/** All flows: which version serves, whether the draft differs, what is wrong with it. */
export default function FlowsPage() {
  const t = useWords(flowWords);
  const s = useWords(settings);
  const lang = useLanguage();
  const names = useCollator();
  const notice = useNotice();
  const writes = useMay("flow.write");
  const publishes = useMay("flow.publish");
  const go = useNavigate();
  const queries = useQueryClient();
  const list = useFlows();
  const clients = useDocuments("clients").data;
  const [making, setMaking] = useState<Flow | null>(null);
  const file = useRef<HTMLInputElement>(null);
  if (list.error) return <Empty kind="lost">{worded(list.error)}</Empty>;
  const items = [...(list.data?.items ?? [])].sort(
    (a, b) =>
      Number(b.active) - Number(a.active) || names.compare(inLanguage(a.name, lang), inLanguage(b.name, lang)),
  );
  const activate = (flow: FlowLine) =>
    flows
      .setActive(flow.id, !flow.active)
      .then(() => queries.invalidateQueries({ queryKey: ["flows"] }), notice.failed);
  return (
    <>
      <div className="st-head">
        <h2>{t("flows")}</h2>
        <span className="jt-fill" />
        {writes ? (
          <>
            <Button icon="upload" onClick={() => file.current?.click()}>
              {t("importFlow")}
            </Button>
            <input
              ref={file}
              type="file"
              accept=".json,application/json"
              className="jt-hidden"
              tabIndex={-1}
              aria-label={t("importFlow")}
              onChange={async (event) => {
                const chosen = event.target.files?.[0];
                event.target.value = "";
                if (!chosen) return;
                const read = await imported(chosen);
                read ? setMaking(read) : notice.warn(t("notAFlow"));
              }}
            />
            <Button kind="main" icon="plus" onClick={() => setMaking(blankFlow())}>
              {t("newFlow")}
            </Button>
          </>
        ) : (
          <span className="jt-note">{s("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {list.data && items.length === 0 ? <Empty kind="none">{t("noFlows")}</Empty> : null}
        {items.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{s("name")}</th>
                <th scope="col">{t("client")}</th>
                <th scope="col">{t("published")}</th>
                <th scope="col">{t("draft")}</th>
                <th scope="col">{t("lastChange")}</th>
                {publishes ? <th scope="col" aria-label={t("layAside")} /> : null}
              </tr>
            </thead>
            <tbody>
              {items.map((flow) => (
                <tr key={flow.id} data-off={!flow.active}>
                  <td>
                    <Link to={`/settings/flows/${flow.id}`}>{inLanguage(flow.name, lang) || flow.id}</Link>{" "}
                    {flow.active ? null : <span className="jt-tag">{t("laidAside")}</span>}
                  </td>
                  <td>
                    {inLanguage(clients?.find((doc) => doc.id === flow.client)?.spec.name, lang) || flow.client}
                  </td>
                  <td>
                    {flow.published === null ? (
                      <span className="jt-note">{t("neverPublished")}</span>
                    ) : (
                      <>
                        {t("version", { v: flow.published })}{" "}
                        <span className="jt-note">
                          {flow.published_at ? instant(flow.published_at, "moment", lang) : ""}
                        </span>
                      </>
                    )}
                  </td>
                  <td>
                    {flow.changed ? t("draftChanged") : "–"}{" "}
                    {flow.errors ? <span className="jt-over">{t("errorsN", { n: flow.errors })}</span> : null}
                  </td>
                  <td className="jt-note">
                    {t("byWhom", { by: flow.drafted_by, at: instant(flow.drafted_at, "moment", lang) })}
                  </td>
                  {publishes ? (
                    <td className="r">
                      <Button
                        size="small"
                        aria-label={`${t(flow.active ? "layAside" : "takeUp")}: ${inLanguage(flow.name, lang)}`}
                        onClick={() => void activate(flow)}
                      >
                        {t(flow.active ? "layAside" : "takeUp")}
                      </Button>
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {making ? (
        <NewFlow
          document={making}
          taken={items.map((flow) => flow.id)}
          onClose={() => setMaking(null)}
          onMade={async (id) => {
            await queries.invalidateQueries({ queryKey: ["flows"] });
            void go(`/settings/flows/${id}`);
          }}
        />
      ) : null}
    </>
  );
}

/** Its name and whose it is; what an import brought stays as it is. */
function NewFlow({
  document,
  taken,
  onClose,
  onMade,
}: {
  document: Flow;
  taken: string[];
  onClose: () => void;
  onMade: (id: string) => void;
}) {
  const t = useWords(flowWords);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const clients = (useDocuments("clients").data ?? []).filter((doc) => doc.spec.active);
  const [saving, setSaving] = useState(false);
  const { draft, set, changes, faults, setFaults } = useDraft({
    name: { ...NO_NAMES, ...document.name },
    client: document.client,
  });
  const client = draft.client || clients[0]?.id || "";
  const make = () => {
    setSaving(true);
    const id = document.id && !taken.includes(document.id) ? document.id : idFor(draft.name, taken);
    flows
      .create({ ...document, id, name: draft.name, client })
      .then(
        () => onMade(id),
        (error: unknown) => {
          setFaults(faultsOf(error));
          notice.failed(error);
        },
      )
      .finally(() => setSaving(false));
  };
  return (
    <Drawer
      open
      size={560}
      title={document.nodes.length ? t("importFlow") : t("newFlow")}
      onClose={onClose}
      closable={{ "aria-label": c("close") }}
      styles={{ body: { padding: "8px 24px" } }}
      footer={<SaveBar changes={changes} isNew saving={saving} onDiscard={onClose} onSave={make} />}
    >
      <NamesField label={t("flowName")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
      <SelectField
        label={t("client")}
        value={client}
        fault={faults.client}
        options={clients.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
        onChange={(next) => set({ client: next ?? "" })}
      />
    </Drawer>
  );
}

function blankFlow(): Flow {
  return {
    format: "flow/v1",
    id: "",
    name: {},
    client: "",
    start: "",
    nodes: [],
    layout: {},
    languages: ["zh-Hans", "zh-Hant", "en"],
    channels: ["voice"],
    hosts: [],
  };
}

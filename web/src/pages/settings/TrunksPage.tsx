import { Drawer, Input } from "antd";
import { useState } from "react";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { plant } from "../../i18n/plant";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { faultsOf, idFor, NO_NAMES, type Stored, useDocuments, useDraft, useSaveDocument } from "./documents";
import {
  Field,
  ManyField,
  NamesField,
  NumberField,
  SaveBar,
  Section,
  SelectField,
  SwitchField,
  TextField,
} from "./form";

type Trunk = Stored<"setup/trunks">;

const STATE_EVERY_MS = 5000;
const BLANK: Trunk = {
  id: "",
  version: 0,
  has_password: false,
  up: null,
  why: "",
  in_use: 0,
  peak: 0,
  spec: {
    id: "",
    name: NO_NAMES,
    kind: "registration",
    host: "",
    port: 5060,
    transport: "udp",
    username: "",
    networks: [],
    channels: 30,
    codecs: ["alaw", "ulaw", "opus", "g722"],
    prefix: "",
    writes: "e164",
    active: true,
  },
};

/** Lines to the telephone network, with their state as the switch sees it now. */
export default function TrunksPage() {
  const t = useWords(settings);
  const p = useWords(plant);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const trunks = useDocuments("setup/trunks", STATE_EVERY_MS);
  const [open, setOpen] = useState<Trunk | null>(null);
  if (trunks.error && !trunks.data) return <Empty kind="lost">{worded(trunks.error)}</Empty>;
  return (
    <>
      <div className="st-head">
        <h2>{t("trunks")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(BLANK)}>
            {p("newTrunk")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {trunks.data?.length === 0 ? <Empty kind="none">{p("noTrunks")}</Empty> : null}
        {trunks.data?.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{t("name")}</th>
                <th scope="col">{p("state")}</th>
                <th scope="col" className="r">
                  {p("channelsUse")}
                </th>
                <th scope="col">{p("kind")}</th>
                <th scope="col">{p("host")}</th>
                <th scope="col">{p("codecs")}</th>
              </tr>
            </thead>
            <tbody>
              {trunks.data.map((doc) => (
                <tr key={doc.id} data-off={!doc.spec.active}>
                  <td>
                    <button type="button" className="jt-link" onClick={() => setOpen(doc)}>
                      {inLanguage(doc.spec.name, lang)}
                    </button>{" "}
                    {doc.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                  </td>
                  <td>{doc.spec.active ? <TrunkState trunk={doc} /> : "–"}</td>
                  <td className="r">
                    {doc.in_use} / {doc.spec.channels} <span className="jt-note">{p("peak", { n: doc.peak })}</span>
                  </td>
                  <td>{p(`kind.${doc.spec.kind}`)}</td>
                  <td className="st-code">
                    {doc.spec.host}:{doc.spec.port}
                  </td>
                  <td className="st-code">{doc.spec.codecs.join(" ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {open ? (
        <TrunkDrawer
          key={open.id}
          stored={open}
          taken={(trunks.data ?? []).map((doc) => doc.id)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

/** Icon and word; what the switch says is wrong stands beside it. */
function TrunkState({ trunk }: { trunk: Trunk }) {
  const p = useWords(plant);
  if (trunk.up === null) return <span className="jt-note">{p("unknownState")}</span>;
  return (
    <span className="jt-row">
      <span className="jt-state" data-state={trunk.up ? "ready" : "missed"}>
        <Icon name={trunk.up ? "ready" : "missed"} size={14} />
        {p(trunk.up ? "up" : "down")}
      </span>
      {trunk.up || !trunk.why ? null : <span className="jt-note">{trunk.why}</span>}
    </span>
  );
}

function TrunkDrawer({ stored, taken, onClose }: { stored: Trunk; taken: string[]; onClose: () => void }) {
  const t = useWords(settings);
  const p = useWords(plant);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("setup/trunks");
  const [password, setPassword] = useState("");
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const registers = draft.kind === "registration";
  return (
    <Drawer
      open
      size={640}
      title={inLanguage(stored.spec.name, lang) || p("newTrunk")}
      closable={{ "aria-label": c("close") }}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits ? (
          <SaveBar
            changes={changes + (password ? 1 : 0)}
            isNew={isNew}
            saving={save.isPending}
            onDiscard={onClose}
            onSave={() =>
              save.mutate(
                {
                  version: isNew ? null : stored.version,
                  spec: isNew ? { ...draft, id: idFor(draft.name, taken) } : draft,
                  beside: { password: password || null },
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
      <Section title={p("line")}>
        <SelectField
          label={p("kind")}
          value={draft.kind}
          fault={faults.kind}
          options={(["registration", "ip"] as const).map((one) => ({ value: one, label: p(`kind.${one}`) }))}
          onChange={(kind) => set({ kind: kind as typeof draft.kind })}
        />
        <TextField
          label={p("host")}
          hint={p("hostHint")}
          value={draft.host}
          fault={faults.host}
          code
          onChange={(host) => set({ host: host.trim() })}
        />
        <NumberField
          label={p("port")}
          value={draft.port}
          fault={faults.port}
          onChange={(port) => set({ port: port ?? 5060 })}
        />
        <SelectField
          label={p("transport")}
          value={draft.transport}
          fault={faults.transport}
          options={["udp", "tcp", "tls"].map((one) => ({ value: one, label: one.toUpperCase() }))}
          onChange={(transport) => set({ transport: transport as typeof draft.transport })}
        />
        {registers ? null : (
          <Field label={p("networks")} hint={p("networksHint")} fault={faultIn(faults, "networks")}>
            {(props) => (
              <Input.TextArea
                {...props}
                rows={3}
                className="st-code"
                value={draft.networks.join("\n")}
                onChange={(event) => set({ networks: event.target.value.split("\n") })}
                onBlur={() => set({ networks: draft.networks.map((one) => one.trim()).filter(Boolean) })}
              />
            )}
          </Field>
        )}
      </Section>
      <Section title={p("account")}>
        <TextField
          label={p("username")}
          value={draft.username}
          fault={faults.username}
          code
          onChange={(username) => set({ username })}
        />
        <Field
          label={p("password")}
          hint={p(stored.has_password ? "passwordKept" : "passwordNone")}
          fault={faults.password}
        >
          {(props) => (
            <Input
              {...props}
              type="password"
              autoComplete="new-password"
              value={password}
              placeholder={stored.has_password ? "••••••••" : ""}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      </Section>
      <Section title={p("channelsUse")}>
        <NumberField
          label={p("channels")}
          hint={p("channelsHint")}
          value={draft.channels}
          fault={faults.channels}
          onChange={(channels) => set({ channels: channels ?? 1 })}
        />
        <ManyField
          label={p("codecs")}
          hint={p("codecsHint")}
          value={draft.codecs}
          fault={faultIn(faults, "codecs")}
          options={["alaw", "ulaw", "opus", "g722"].map((one) => ({ value: one, label: one }))}
          onChange={(codecs) => set({ codecs })}
        />
        <TextField
          label={p("prefix")}
          value={draft.prefix}
          fault={faults.prefix}
          code
          onChange={(prefix) => set({ prefix })}
        />
        <SelectField
          label={p("writes")}
          value={draft.writes}
          fault={faults.writes}
          options={(["e164", "plain", "national"] as const).map((one) => ({ value: one, label: p(`writes.${one}`) }))}
          onChange={(writes) => set({ writes: writes as typeof draft.writes })}
        />
        <SwitchField
          label={t("active")}
          value={draft.active}
          fault={faults.active}
          onChange={(active) => set({ active })}
        />
      </Section>
    </Drawer>
  );
}

/** The first fault of a list or of one of its members (`networks[2]`). */
function faultIn(faults: ReturnType<typeof faultsOf>, field: string) {
  return faults[field] ?? Object.entries(faults).find(([path]) => path.startsWith(`${field}[`))?.[1];
}

import { useQuery } from "@tanstack/react-query";
import { Checkbox, ColorPicker, Input } from "antd";
import { useState } from "react";
import { Link, Route, Routes, useNavigate, useParams } from "react-router";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import type { Names } from "../../live/types";
import { useMay } from "../../session/session";
import { Button, ButtonLink, IconLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Mark } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { palette } from "../../widget/colour";
import {
  type Doc,
  faultsOf,
  idFor,
  NO_NAMES,
  useDocuments,
  useDraft,
  useSaveDocument,
  type WidgetSpec,
} from "./documents";
import { Field, NamesField, NumberField, SaveBar, Section, SelectField, SwitchField } from "./form";

type WidgetDoc = Doc<WidgetSpec> & { has_secret?: boolean };
const ASKS = ["name", "phone", "email"] as const;

export default function WidgetsPage() {
  return (
    <Routes>
      <Route index element={<WidgetList />} />
      <Route path=":id" element={<OneWidget />} />
    </Routes>
  );
}

function WidgetList() {
  const t = useWords(settings);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const widgets = useDocuments("widgets");
  const queues = useDocuments("queues").data ?? [];
  return (
    <>
      <div className="st-head">
        <h2>{t("widgets")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <ButtonLink to="new" kind="main" icon="plus">
            {t("newWidget")}
          </ButtonLink>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {widgets.data?.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("id")}</th>
              <th scope="col">{t("queue")}</th>
              <th scope="col">{t("colour")}</th>
              <th scope="col">{t("languages")}</th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {(widgets.data ?? []).map(({ id, spec }) => (
              <tr key={id} data-off={!spec.active}>
                <td>
                  <Link to={id}>{inLanguage(spec.name, lang)}</Link>
                </td>
                <td className="st-code">{id}</td>
                <td>{inLanguage(queues.find((doc) => doc.id === spec.queue)?.spec.name, lang) || spec.queue}</td>
                <td className="st-code">{spec.colour}</td>
                <td>{spec.languages.length}</td>
                <td>
                  <a href={`/chat?widget=${encodeURIComponent(id)}`} target="_blank" rel="noreferrer">
                    {t("tryIt")}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function OneWidget() {
  const t = useWords(settings);
  const { id = "" } = useParams();
  const widgets = useDocuments("widgets");
  const queues = useDocuments("queues");
  if (!widgets.data || !queues.data) return null;
  const found = widgets.data.find((doc) => doc.id === id);
  if (id !== "new" && !found) return <Empty kind="filtered">{t("noneYet")}</Empty>;
  const blank: WidgetDoc = {
    id: "",
    version: 0,
    spec: {
      id: "",
      queue: queues.data[0]?.id ?? "",
      name: NO_NAMES,
      greeting: NO_NAMES,
      colour: "#00585f",
      languages: [...LANGUAGES],
      ask: ["name", "phone"],
      attachments: {
        types: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"],
        max_bytes: 10_485_760,
      },
      max_text: 2000,
      origins: [],
      gone_queue_s: 300,
      gone_talk_s: 900,
      limits: {},
      active: true,
    },
  };
  return (
    <WidgetEditor
      key={found ? `${id}-${found.version}` : "new"}
      stored={found ?? blank}
      taken={widgets.data.map((doc) => doc.id)}
    />
  );
}

type ChatFlow = {
  id: string;
  client: string;
  name: Names;
  published: number | null;
  channels: string[];
  active: boolean;
};

/** Flows that may serve a chat before its queue; none for those who may not see flows. */
function useFlowsOfChats(): ChatFlow[] {
  const may = useMay("flow.read");
  const found = useQuery({
    queryKey: ["flows"],
    queryFn: () => http.get<{ items: ChatFlow[] }>("/api/flows"),
    enabled: may,
  });
  return (found.data?.items ?? []).filter(
    (flow) => flow.active && flow.published !== null && flow.channels.includes("chat"),
  );
}

function WidgetEditor({ stored, taken }: { stored: WidgetDoc; taken: string[] }) {
  const t = useWords(settings);
  const lang = useLanguage();
  const go = useNavigate();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("widgets");
  const queues = useDocuments("queues").data ?? [];
  const flows = useFlowsOfChats();
  const { draft, set, changes, faults, setFaults, reset } = useDraft(stored.spec);
  const isNew = stored.version === 0;
  const done = () => void go("/settings/widgets");
  const store = () =>
    save.mutate(
      {
        version: isNew ? null : stored.version,
        spec: isNew ? { ...draft, id: idFor(draft.name, taken) } : draft,
      },
      {
        onSuccess: () => {
          notice.done(t("saved"));
          done();
        },
        onError: (error) => {
          setFaults(faultsOf(error));
          notice.failed(error);
        },
      },
    );
  return (
    <>
      <div className="st-head">
        <IconLink to="/settings/widgets" icon="left" label={t("widgets")} />
        <h2>{inLanguage(draft.name, lang) || t("newWidget")}</h2>
      </div>
      <div className="st-editor">
        <fieldset className="st-form jt-bare" disabled={!edits} style={{ cursor: "auto" }}>
          <Section title={t("basics")}>
            <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
            <NamesField
              label={t("greeting")}
              value={draft.greeting}
              onChange={(greeting) => set({ greeting })}
              faults={faults}
              path="greeting"
              rows={2}
            />
            <SelectField
              label={t("queue")}
              value={draft.queue}
              options={queues
                .filter((doc) => doc.spec.active && doc.spec.channels.includes("chat"))
                .map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
              onChange={(queue) => queue && set({ queue })}
              fault={faults.queue}
            />
            <SelectField
              label={t("widgetFlow")}
              hint={t("widgetFlowHint")}
              value={draft.flow}
              clear={t("widgetNoFlow")}
              options={flows
                .filter((flow) => flow.client === queues.find((doc) => doc.id === draft.queue)?.spec.client)
                .map((flow) => ({ value: flow.id, label: inLanguage(flow.name, lang) || flow.id }))}
              onChange={(flow) => set({ flow })}
              fault={faults.flow}
            />
            <Field label={t("colour")} hint={t("colourHint")} fault={faults.colour}>
              {() => (
                <ColorPicker
                  value={draft.colour}
                  disabledAlpha
                  format="hex"
                  showText
                  onChangeComplete={(colour) => set({ colour: colour.toHexString() })}
                />
              )}
            </Field>
            <Field label={t("ask")}>
              {() => (
                <Checkbox.Group
                  style={{ lineHeight: "32px" }}
                  value={draft.ask}
                  options={ASKS.map((one) => ({ value: one, label: t(`ask.${one}`) }))}
                  onChange={(ask) => set({ ask: ask as string[] })}
                />
              )}
            </Field>
            <Field label={t("languages")} fault={faults.languages}>
              {() => (
                <Checkbox.Group
                  style={{ lineHeight: "32px" }}
                  value={draft.languages}
                  options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
                  onChange={(languages) => set({ languages: languages as string[] })}
                />
              )}
            </Field>
            <SwitchField label={t("active")} value={draft.active} onChange={(active) => set({ active })} />
          </Section>
          <Section title={t("limits")}>
            <NumberField
              label={t("maxText")}
              value={draft.max_text}
              unit={t("chars")}
              onChange={(value) => set({ max_text: value ?? 2000 })}
              fault={faults.max_text}
            />
            <NumberField
              label={t("maxBytes")}
              value={Math.round((draft.attachments.max_bytes / 1_048_576) * 10) / 10}
              unit="MB"
              step={0.5}
              onChange={(value) =>
                set({ attachments: { ...draft.attachments, max_bytes: Math.round((value ?? 10) * 1_048_576) } })
              }
              fault={faults["attachments.max_bytes"]}
            />
            <NumberField
              label={t("goneQueue")}
              value={draft.gone_queue_s}
              unit={t("seconds")}
              onChange={(value) => set({ gone_queue_s: value ?? 300 })}
              fault={faults.gone_queue_s}
            />
            <NumberField
              label={t("goneTalk")}
              value={draft.gone_talk_s}
              unit={t("seconds")}
              onChange={(value) => set({ gone_talk_s: value ?? 900 })}
              fault={faults.gone_talk_s}
            />
            <Field label={t("origins")} hint={t("originsHint")} fault={faults.origins}>
              {(props) => (
                <Input.TextArea
                  {...props}
                  rows={2}
                  className="st-wide st-code"
                  value={draft.origins.join("\n")}
                  onChange={(event) => set({ origins: event.target.value.split("\n").map((line) => line.trim()) })}
                  onBlur={() => set({ origins: draft.origins.filter(Boolean) })}
                />
              )}
            </Field>
          </Section>
        </fieldset>
        <aside className="st-aside">
          <h3>{t("preview")}</h3>
          <Preview spec={draft} />
          {isNew ? null : (
            <>
              <h3>{t("snippet")}</h3>
              <Snippet id={stored.id} />
              {edits ? <SecretPart id={stored.id} has={stored.has_secret ?? false} /> : null}
            </>
          )}
        </aside>
      </div>
      {edits ? (
        <SaveBar
          changes={changes}
          isNew={isNew}
          saving={save.isPending}
          onSave={store}
          onDiscard={() => (changes && !isNew ? reset() : done())}
        />
      ) : null}
    </>
  );
}

/** The window as a customer first sees it, in the language of this screen. */
function Preview({ spec }: { spec: WidgetSpec }) {
  const t = useWords(settings);
  const lang = useLanguage();
  const { brand: fill, onBrand: on } = palette(spec.colour);
  return (
    <div className="st-preview" role="img" aria-label={t("preview")}>
      <header style={{ background: fill, color: on }}>
        <Mark size={18} />
        {inLanguage(spec.name, lang)}
      </header>
      <div className="in">
        <div className="bubble">{inLanguage(spec.greeting as Names, lang)}</div>
        {spec.ask.map((one) => (
          <span className="ask" key={one}>
            {t(`ask.${one as (typeof ASKS)[number]}`)}
          </span>
        ))}
        <span className="go" style={{ background: fill, color: on }}>
          <Mark size={16} />
        </span>
      </div>
    </div>
  );
}

function Snippet({ id }: { id: string }) {
  const t = useWords(settings);
  const c = useWords(core);
  const notice = useNotice();
  const code = `<script src="${window.location.origin}/widget.js" data-widget="${id}" async></script>`;
  return (
    <>
      <pre className="st-snippet">{code}</pre>
      <p className="jt-note">{t("snippetHint")}</p>
      <div className="jt-row" style={{ marginTop: 8 }}>
        <Button
          icon="copy"
          onClick={() => void navigator.clipboard.writeText(code).then(() => notice.done(c("copied")))}
        >
          {t("copySnippet")}
        </Button>
        <a href={`/chat?widget=${encodeURIComponent(id)}`} target="_blank" rel="noreferrer">
          {t("tryIt")}
        </a>
      </div>
    </>
  );
}

function SecretPart({ id, has }: { id: string; has: boolean }) {
  const t = useWords(settings);
  const notice = useNotice();
  const [made, setMade] = useState<string | null>(null);
  return (
    <>
      <h3>
        {t("secret")} <span className="jt-note">{has || made ? t("secretHas") : t("secretNone")}</span>
      </h3>
      <p className="jt-note">{t("secretHint")}</p>
      {made ? (
        <div className="st-once" role="status">
          {t("secretShown")} <code className="st-code">{made}</code>
        </div>
      ) : null}
      <Button
        icon="key"
        onClick={() =>
          http
            .post<{ secret: string }>(`/api/widgets/${encodeURIComponent(id)}/secret`)
            .then((answer) => setMade(answer.secret), notice.failed)
        }
      >
        {t("newSecret")}
      </Button>
    </>
  );
}

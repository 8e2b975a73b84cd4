import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Input, Modal, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { core } from "../../i18n/core";
import { customers as area } from "../../i18n/customers";
import { instant } from "../../i18n/format";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { same, useDraft } from "../settings/documents";
import { Field, SelectField, TextField } from "../settings/form";
import "../settings/settings.css";
import { type Customer, type CustomerFile, type Pop, type Revealed, useDirectory } from "./api";
import { History } from "./History";

type Draft = Pick<Customer, "name" | "kind" | "customer_class" | "language" | "region" | "notes" | "attributes">;
const FIELDS = ["name", "kind", "customer_class", "language", "region", "notes", "attributes"] as const;

/** One customer: who they are, what they are known by, what came before, and who may be the same. */
export function CustomerFilePane({ id }: { id: string }) {
  const t = useWords(area);
  const file = useQuery({
    queryKey: ["customer", id],
    queryFn: () => http.get<CustomerFile>(`/api/customers/${id}`),
  });
  if (file.error) return <div className="cu-file">{<Empty kind="lost">{worded(file.error)}</Empty>}</div>;
  if (!file.data) return <div className="cu-file" />;
  const { customer } = file.data;
  return (
    <article className="cu-file" aria-label={customer.name}>
      {customer.merged_into ? (
        <div className="jt-banner" role="status">
          {t("mergedInto")} <Link to={`/customers/${customer.merged_into}`}>{t("openFile")}</Link>
        </div>
      ) : null}
      <File key={customer.version} file={file.data} />
    </article>
  );
}

function File({ file }: { file: CustomerFile }) {
  const t = useWords(area);
  const lang = useLanguage();
  const comma = lang === "en" ? ", " : "，";
  const notice = useNotice();
  const queries = useQueryClient();
  const edits = useMay("customers.edit") && !file.customer.merged_into;
  const { customer } = file;
  const clients = useDirectory().data?.clients ?? [];
  const stored: Draft = Object.fromEntries(FIELDS.map((field) => [field, customer[field]])) as Draft;
  const { draft, set, changes, reset } = useDraft(stored);
  const pop = useQuery({
    queryKey: ["customer", customer.id, "pop"],
    queryFn: () => http.get<Pop>(`/api/customers/${customer.id}/pop`),
  });
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["customer"] });
    await queries.invalidateQueries({ queryKey: ["customers"] });
  };
  const change = (body: Record<string, unknown>) =>
    http.patch(`/api/customers/${customer.id}`, { body: { version: customer.version, ...body } }).then(
      () => {
        notice.done(t("saved"));
        return refresh();
      },
      (error: unknown) => {
        if (isProblem(error) && (error.code === "bad_phone" || error.code === "bad_email"))
          notice.warn(t(error.code));
        else if (isProblem(error, "identity_taken")) notice.warn(t("identity_taken"));
        else notice.failed(error);
      },
    );
  const changed = () =>
    Object.fromEntries(FIELDS.filter((field) => !same(draft[field], stored[field])).map((f) => [f, draft[f]]));
  return (
    <>
      <header className="cu-head">
        <h2>{customer.name || "–"}</h2>
        {customer.customer_class ? <span className="jt-tag">{customer.customer_class}</span> : null}
        <span className="jt-note">
          {inLanguage(clients.find((one) => one.id === customer.client)?.name, lang)}
          {pop.data ? `${comma}${t("contacts90", { n: pop.data.contacts_90_days })}` : ""}
          {pop.data?.last_agent_name ? `${comma}${t("lastAgent", { name: pop.data.last_agent_name })}` : ""}
        </span>
        <span className="jt-fill" />
        {edits && changes ? (
          <>
            <Button kind="quiet" onClick={() => reset()}>
              {t("discard")}
            </Button>
            <Button kind="main" onClick={() => void change(changed())}>
              {t("save")}
            </Button>
          </>
        ) : null}
      </header>
      <div className="cu-body">
        <fieldset className="cu-form jt-bare" disabled={!edits} style={{ cursor: "auto" }}>
          <TextField label={t("name")} value={draft.name} onChange={(name) => set({ name })} />
          <SelectField
            label={t("kind")}
            value={draft.kind}
            options={(["person", "organisation"] as const).map((one) => ({ value: one, label: t(one) }))}
            onChange={(kind) => kind && set({ kind: kind as Draft["kind"] })}
          />
          <TextField
            label={t("class")}
            value={draft.customer_class}
            onChange={(customer_class) => set({ customer_class })}
          />
          <TextField label={t("region")} value={draft.region} onChange={(region) => set({ region })} />
          <SelectField
            label={t("language")}
            value={draft.language}
            options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
            onChange={(language) => language && set({ language })}
          />
          <Identities customer={customer} edits={edits} onChange={change} />
          <Attributes value={draft.attributes} onChange={(attributes) => set({ attributes })} />
          <Field label={t("notes")}>
            {(props) => (
              <Input.TextArea
                {...props}
                autoSize={{ minRows: 2, maxRows: 8 }}
                value={draft.notes}
                onChange={(event) => set({ notes: event.target.value })}
              />
            )}
          </Field>
        </fieldset>
        <aside className="cu-side">
          <Suspects file={file} onMerged={refresh} />
          <History pop={pop.data} />
        </aside>
      </div>
    </>
  );
}

/** Masked until revealed; a reveal lasts while the file is open. */
function Identities({
  customer,
  edits,
  onChange,
}: {
  customer: Customer;
  edits: boolean;
  onChange: (body: Record<string, unknown>) => Promise<unknown>;
}) {
  const t = useWords(area);
  const c = useWords(core);
  const notice = useNotice();
  const reveals = useMay("customers.reveal");
  const [whole, setWhole] = useState<Revealed[] | null>(null);
  const [kind, setKind] = useState<"phone" | "email" | "account">("phone");
  const [value, setValue] = useState("");
  const add = () => void onChange({ add: [{ kind, value }] }).then(() => setValue(""));
  return (
    <Field label={t("numbers")} hint={reveals ? t("revealNote") : undefined}>
      {({ id }) => (
        <div id={id}>
          {customer.identities.map((one) => (
            <div className="jt-row cu-identity" key={one.key}>
              <span className="jt-note" style={{ width: 72 }}>
                {t(one.kind)}
              </span>
              <span className="jt-num">{whole?.find((w) => w.key === one.key)?.value ?? one.masked}</span>
              {one.verified ? <span className="jt-note">{t("verified")}</span> : null}
              <span className="jt-fill" />
              {edits ? (
                <IconButton
                  icon="close"
                  label={`${c("remove")} ${one.masked}`}
                  onClick={() => void onChange({ remove: [one.key] })}
                />
              ) : null}
            </div>
          ))}
          <div className="jt-row" style={{ flexWrap: "wrap", minHeight: 32 }}>
            {reveals && customer.identities.length ? (
              <Button
                size="small"
                icon="eye"
                onClick={() =>
                  whole
                    ? setWhole(null)
                    : void http.post<Revealed[]>(`/api/customers/${customer.id}/reveal`).then(setWhole, notice.failed)
                }
              >
                {whole ? t("hide") : t("reveal")}
              </Button>
            ) : null}
            {edits ? (
              <>
                <Select
                  aria-label={t("numbers")}
                  size="small"
                  value={kind}
                  style={{ width: 110 }}
                  options={(["phone", "email", "account"] as const).map((one) => ({ value: one, label: t(one) }))}
                  onChange={setKind}
                />
                <Input
                  size="small"
                  aria-label={t("addNumber")}
                  style={{ width: 170 }}
                  value={value}
                  onChange={(event) => setValue(event.target.value)}
                  onPressEnter={add}
                />
                <Button size="small" icon="plus" disabled={!value.trim()} onClick={add}>
                  {t("addNumber")}
                </Button>
              </>
            ) : null}
          </div>
        </div>
      )}
    </Field>
  );
}

function Attributes({
  value,
  onChange,
}: {
  value: Record<string, string>;
  onChange: (value: Record<string, string>) => void;
}) {
  const t = useWords(area);
  const c = useWords(core);
  const rows = Object.entries(value);
  const put = (n: number, key: string, text: string) =>
    onChange(Object.fromEntries(rows.map((row, i) => (i === n ? [key, text] : row))));
  return (
    <Field label={t("details")}>
      {({ id }) => (
        <div id={id} className="st-needs">
          {rows.map(([key, text], n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the key itself is being edited
            <div className="jt-row" key={n}>
              <Input
                aria-label={t("key")}
                style={{ width: 110 }}
                value={key}
                onChange={(event) => put(n, event.target.value, text)}
              />
              <Input aria-label={key} value={text} onChange={(event) => put(n, key, event.target.value)} />
              <IconButton
                icon="close"
                label={`${c("remove")} ${key}`}
                onClick={() => onChange(Object.fromEntries(rows.filter((_, i) => i !== n)))}
              />
            </div>
          ))}
          <span>
            <Button size="small" icon="plus" disabled={"" in value} onClick={() => onChange({ ...value, "": "" })}>
              {t("addDetail")}
            </Button>
          </span>
        </div>
      )}
    </Field>
  );
}

/** Files that may be the same person, the merge with its preview, and the merges there were. */
function Suspects({ file, onMerged }: { file: CustomerFile; onMerged: () => Promise<unknown> }) {
  const t = useWords(area);
  const notice = useNotice();
  const merges = useMay("customers.merge");
  const [pair, setPair] = useState<{ kept: Customer; gone: Customer } | null>(null);
  const undo = (merge: string) =>
    void http.post(`/api/customers/merges/${merge}/undo`).then(() => {
      notice.done(t("undone"));
      return onMerged();
    }, notice.failed);
  const trail = file.merges.filter((one) => one.undone_at === null);
  return (
    <>
      {file.suspects.length ? (
        <section>
          <h3>{t("same")}</h3>
          {file.suspects.map(({ customer, why }) => (
            <div className="cu-suspect" key={customer.id}>
              <div>
                <Link to={`/customers/${customer.id}`}>{customer.name || "–"}</Link>{" "}
                <span className="jt-note">{t(`why.${why}` as "why.same_name")}</span>
                <div className="jt-note jt-num">{customer.identities.map((one) => one.masked).join("  ")}</div>
              </div>
              {merges ? (
                <Button size="small" onClick={() => setPair({ kept: file.customer, gone: customer })}>
                  {t("mergeIn")}
                </Button>
              ) : null}
            </div>
          ))}
        </section>
      ) : null}
      {trail.length ? (
        <section>
          <h3>{t("mergeTrail")}</h3>
          {trail.map((one) => (
            <div className="cu-suspect" key={one.id}>
              <div>
                {one.gone_name || "–"} <span className="jt-note">{instant(one.at, "moment")}</span>
              </div>
              {merges ? (
                <Button size="small" onClick={() => undo(one.id)}>
                  {t("undoMerge")}
                </Button>
              ) : null}
            </div>
          ))}
        </section>
      ) : null}
      {pair ? (
        <Modal
          open
          title={t("mergeTitle")}
          okText={t("merge")}
          onCancel={() => setPair(null)}
          onOk={() =>
            http
              .post<{ merge: string }>("/api/customers/merge", {
                body: { kept: pair.kept.id, gone: pair.gone.id },
              })
              .then(async (done) => {
                setPair(null);
                await onMerged();
                notice.undoable(t("merged"), () => undo(done.merge));
              }, notice.failed)
          }
        >
          <div className="cu-pair">
            <Side label={t("mergeKeeps")} customer={pair.kept} />
            <IconButton
              icon="transfer"
              label={t("swap")}
              onClick={() => setPair({ kept: pair.gone, gone: pair.kept })}
            />
            <Side label={t("mergeGoes")} customer={pair.gone} />
          </div>
          <p className="jt-note">{t("mergeNote")}</p>
        </Modal>
      ) : null}
    </>
  );
}

function Side({ label, customer }: { label: string; customer: Customer }) {
  return (
    <div className="cu-pairside">
      <span className="jt-note">{label}</span>
      <b>{customer.name || "–"}</b>
      {customer.identities.map((one) => (
        <span className="jt-num" key={one.key}>
          {one.masked}
        </span>
      ))}
      <span className="jt-note">{[customer.customer_class, customer.region].filter(Boolean).join(", ")}</span>
    </div>
  );
}

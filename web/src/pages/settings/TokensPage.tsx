import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Checkbox, Drawer } from "antd";
import { useState } from "react";
import { http, type Page } from "../../api/http";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { access } from "../../i18n/settingsAccess";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { faultsOf, useDocuments, useDraft } from "./documents";
import { Field, ManyField, NumberField, SaveBar, TextField } from "./form";
import { listed } from "./list";
import { ROLES, type Role } from "./staff";

type Token = {
  id: string;
  name: string;
  prefix: string;
  roles: Role[];
  clients: string[] | null;
  expires_at: string;
  last_used_at: string | null;
};

/** Keys for programs. The secret is shown once, when it is made. */
export default function TokensPage() {
  const t = useWords(settings);
  const a = useWords(access);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => http.get<Page<Token>>("/api/tokens") });
  if (tokens.error) return <Empty kind="lost">{worded(tokens.error)}</Empty>;
  const refresh = () => queries.invalidateQueries({ queryKey: ["tokens"] });
  const revoke = (token: Token) =>
    modal.confirm({
      title: a("revokeAsk", { name: token.name }),
      okText: a("revoke"),
      cancelText: c("cancel"),
      okButtonProps: { danger: true },
      onOk: () =>
        http.delete(`/api/tokens/${token.id}`).then(() => {
          notice.done(a("revoked"));
          return refresh();
        }, notice.failed),
    });
  return (
    <>
      <div className="st-head">
        <h2>{t("tokens")}</h2>
        <span className="jt-fill" />
        <Button kind="main" icon="plus" onClick={() => setMaking(true)}>
          {a("newToken")}
        </Button>
      </div>
      <div className="st-list">
        {tokens.data?.items.length === 0 ? <Empty kind="none">{a("tokenNone")}</Empty> : null}
        {tokens.data?.items.length ? (
          <table className="st-table">
            <thead>
              <tr>
                <th scope="col">{a("tokenName")}</th>
                <th scope="col">{a("tokenPrefix")}</th>
                <th scope="col">{a("roles")}</th>
                <th scope="col">{a("tokenUntil")}</th>
                <th scope="col">{a("tokenUsed")}</th>
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {tokens.data.items.map((token) => (
                <tr key={token.id}>
                  <td className="st-name1">{token.name}</td>
                  <td className="st-code">{token.prefix}…</td>
                  <td>
                    {listed(
                      token.roles.map((role) => c(`role.${role}`)),
                      lang,
                    )}
                  </td>
                  <td className="jt-num">{instant(token.expires_at, "date", lang)}</td>
                  <td className="jt-num">{token.last_used_at ? instant(token.last_used_at, "moment", lang) : "–"}</td>
                  <td className="r">
                    <Button size="small" onClick={() => revoke(token)}>
                      {a("revoke")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {making ? (
        <NewToken
          onClose={() => {
            setMaking(false);
            void refresh();
          }}
        />
      ) : null}
    </>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const t = useWords(settings);
  const a = useWords(access);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const clients = useDocuments("clients").data ?? [];
  const [secret, setSecret] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const { draft, set, changes, faults, setFaults } = useDraft<{
    name: string;
    roles: Role[];
    clients: string[] | null;
    days: number;
  }>({ name: "", roles: [], clients: null, days: 365 });
  const make = () => {
    setSaving(true);
    http
      .post<{ secret: string }>("/api/tokens", { body: draft })
      .then(
        (answer) => setSecret(answer.secret),
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
      title={a("newToken")}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={secret ? null : <SaveBar changes={changes} isNew saving={saving} onDiscard={onClose} onSave={make} />}
    >
      {secret ? (
        <div className="st-once" role="status">
          <p>{a("tokenMade")}</p>
          <p className="st-code">{secret}</p>
          <Button
            icon="copy"
            onClick={() => void navigator.clipboard.writeText(secret).then(() => notice.done(c("copied")))}
          >
            {c("copy")}
          </Button>
        </div>
      ) : (
        <>
          <TextField
            label={a("tokenName")}
            value={draft.name}
            onChange={(name) => set({ name })}
            fault={faults.name}
          />
          <Field label={a("roles")} fault={faults.roles}>
            {() => (
              <Checkbox.Group
                className="st-roles"
                value={draft.roles}
                onChange={(roles) => set({ roles: roles as Role[] })}
                options={ROLES.map((role) => ({ value: role, label: c(`role.${role}`) }))}
              />
            )}
          </Field>
          <ManyField
            label={a("clients")}
            value={draft.clients ?? []}
            empty={t("allClients")}
            options={clients.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
            onChange={(next) => set({ clients: next.length ? next : null })}
          />
          <NumberField
            label={a("tokenDays")}
            value={draft.days}
            unit={a("days")}
            onChange={(days) => set({ days: days ?? 365 })}
            fault={faults.days}
          />
        </>
      )}
    </Drawer>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Checkbox, Drawer, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { access } from "../../i18n/settingsAccess";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { faultsOf, same, useDocuments, useDraft } from "./documents";
import { Field, ManyField, SaveBar, Section, SelectField, SwitchField, TextField } from "./form";
import { type AgentPart, dayOf, endOf, NEW_AGENT, type Person, ROLES, type Role } from "./staff";

type Draft = {
  login: string;
  name: string;
  roles: Role[];
  clients: string[] | null;
  language: Person["language"];
  active: boolean;
  agent: AgentPart | null;
  password: string;
};

const BLANK: Draft = {
  login: "",
  name: "",
  roles: ["answerer"],
  clients: null,
  language: "zh-Hans",
  active: true,
  agent: NEW_AGENT,
  password: "",
};

/** One person: account, roles, what they see, and as an agent skills, certificates and capacity. */
export function StaffDrawer({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const t = useWords(settings);
  const a = useWords(access);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const edits = useMay("staff.edit");
  const clients = useDocuments("clients").data ?? [];
  const stored: Draft = person
    ? {
        login: person.login,
        name: person.name,
        roles: person.roles,
        clients: person.clients,
        language: person.language,
        active: person.active,
        agent: person.agent?.spec ?? null,
        password: "",
      }
    : BLANK;
  const { draft, set, changes, faults, setFaults } = useDraft(stored);
  const save = useMutation({
    mutationFn: () => {
      const body = {
        login: draft.login.trim(),
        name: draft.name.trim(),
        roles: draft.roles,
        clients: draft.clients,
        language: draft.language,
        agent:
          draft.agent && !(person && same(draft.agent, stored.agent))
            ? { version: person?.agent?.version ?? 0, spec: plain(draft.agent) }
            : null,
      };
      return person
        ? http.put(`/api/staff/${person.id}`, { body: { ...body, version: person.version, active: draft.active } })
        : http.post("/api/staff", { body: { ...body, password: draft.password || null } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["staff"] });
      notice.done(t("saved"));
      onClose();
    },
    onError: (error) => {
      setFaults(faultsOf(error));
      notice.failed(error);
    },
  });
  return (
    <Drawer
      open
      size={680}
      title={person?.name ?? a("newPerson")}
      onClose={onClose}
      styles={{ body: { padding: "0 24px" } }}
      footer={
        edits ? (
          <SaveBar
            changes={changes}
            isNew={!person}
            saving={save.isPending}
            onDiscard={onClose}
            onSave={() => save.mutate()}
          />
        ) : null
      }
    >
      <fieldset className="jt-bare" disabled={!edits} style={{ cursor: "auto", width: "100%" }}>
        <Section title={t("basics")}>
          <TextField
            label={a("personName")}
            value={draft.name}
            onChange={(name) => set({ name })}
            fault={faults.name}
          />
          <TextField
            label={a("login")}
            value={draft.login}
            onChange={(login) => set({ login })}
            fault={faults.login}
          />
          {person ? null : (
            <Field label={a("password")} hint={a("passwordHint")} fault={faults.password}>
              {(props) => (
                <Input
                  type="password"
                  {...props}
                  autoComplete="new-password"
                  value={draft.password}
                  onChange={(event) => set({ password: event.target.value })}
                />
              )}
            </Field>
          )}
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
            fault={faults.clients}
          />
          <SelectField
            label={a("language")}
            value={draft.language}
            options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
            onChange={(language) => set({ language: (language ?? "zh-Hans") as Person["language"] })}
          />
          {person ? (
            <SwitchField
              label={t("active")}
              value={draft.active}
              hint={draft.active ? undefined : a("inactivePerson")}
              onChange={(active) => set({ active })}
            />
          ) : null}
        </Section>
        <Section title={a("agentPart")} note={a("agentNote")}>
          {person?.agent ? null : (
            <SwitchField
              label={a("isAgent")}
              value={draft.agent !== null}
              onChange={(on) => set({ agent: on ? NEW_AGENT : null })}
            />
          )}
          {draft.agent ? <AgentFields value={draft.agent} onChange={(agent) => set({ agent })} /> : null}
        </Section>
      </fieldset>
      {person && edits ? <NewPassword person={person} /> : null}
    </Drawer>
  );
}

function AgentFields({ value, onChange }: { value: AgentPart; onChange: (value: AgentPart) => void }) {
  const t = useWords(settings);
  const a = useWords(access);
  const c = useWords(core);
  const lang = useLanguage();
  const skills = useDocuments("skills").data ?? [];
  const own = value.skills ?? [];
  const capacity = { ...NEW_AGENT.capacity, ...value.capacity };
  const put = (n: number, fields: Partial<(typeof own)[number]>) =>
    onChange({ ...value, skills: own.map((one, i) => (i === n ? { ...one, ...fields } : one)) });
  const free = skills.filter((doc) => doc.spec.active && !own.some((one) => one.skill === doc.id));
  const amount = (key: "voice" | "text" | "text_during_voice", label: string, max: number) => (
    <span className="jt-row">
      <InputNumber
        controls={false}
        aria-label={label}
        min={0}
        max={max}
        style={{ width: 64 }}
        value={capacity[key]}
        onChange={(next) => onChange({ ...value, capacity: { ...capacity, [key]: next ?? 0 } })}
      />
      <span className="jt-note">{label}</span>
    </span>
  );
  return (
    <>
      <SelectField
        label={a("employment")}
        value={value.employment ?? "full_time"}
        options={(["full_time", "part_time"] as const).map((one) => ({ value: one, label: a(one) }))}
        onChange={(next) => onChange({ ...value, employment: next === "part_time" ? "part_time" : "full_time" })}
      />
      <TextField label={a("team")} value={value.team ?? ""} onChange={(team) => onChange({ ...value, team })} />
      <Field label={a("skillsHead")}>
        {({ id }) => (
          <div className="st-needs" id={id}>
            {own.map((one, n) => {
              const skill = skills.find((doc) => doc.id === one.skill);
              const certified = skill?.spec.certificate;
              return (
                <div className="st-need" key={one.skill}>
                  <span style={{ width: 132 }}>{inLanguage(skill?.spec.name, lang) || one.skill}</span>
                  <Select
                    aria-label={`${inLanguage(skill?.spec.name, lang) || one.skill}, ${t("skillLevel")}`}
                    value={one.level ?? 3}
                    style={{ width: 92 }}
                    options={[1, 2, 3, 4, 5].map((level) => ({ value: level, label: t("levelN", { n: level }) }))}
                    onChange={(level: number) => put(n, { level })}
                  />
                  {certified ? (
                    <span className="jt-row">
                      <Input
                        type="date"
                        aria-label={a("certUntil")}
                        style={{ width: 144 }}
                        status={one.certified_until == null ? "error" : undefined}
                        value={dayOf(one.certified_until)}
                        onChange={(event) => put(n, { certified_until: endOf(event.target.value) })}
                      />
                      <span className="jt-note">{certificate(one.certified_until, a)}</span>
                    </span>
                  ) : null}
                  <span className="jt-fill" />
                  <IconButton
                    icon="close"
                    label={c("remove")}
                    onClick={() => onChange({ ...value, skills: own.filter((_, i) => i !== n) })}
                  />
                </div>
              );
            })}
            {free.length ? (
              <Select
                aria-label={t("addSkill")}
                placeholder={t("addSkill")}
                style={{ width: 180 }}
                value={null}
                options={free.map((doc) => ({ value: doc.id, label: inLanguage(doc.spec.name, lang) }))}
                onChange={(skill: string | null) =>
                  skill && onChange({ ...value, skills: [...own, { skill, level: 3, certified_until: null }] })
                }
              />
            ) : null}
          </div>
        )}
      </Field>
      <Field label={a("capacity")}>
        {() => (
          <div className="st-need" style={{ minHeight: 32 }}>
            {amount("voice", a("capVoice"), 1)}
            {amount("text", a("capText"), 20)}
            {amount("text_during_voice", a("capBlend"), capacity.text ?? 0)}
          </div>
        )}
      </Field>
    </>
  );
}

function NewPassword({ person }: { person: Person }) {
  const a = useWords(access);
  const notice = useNotice();
  const [password, setPassword] = useState("");
  return (
    <Section title={a("newPassword")}>
      <Field label={a("newPassword")} hint={a("passwordHint")}>
        {(props) => (
          <span className="jt-row">
            <Input
              type="password"
              {...props}
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button
              disabled={!password}
              onClick={() =>
                http.post(`/api/staff/${person.id}/password`, { body: { password } }).then(() => {
                  setPassword("");
                  notice.done(a("passwordSet"));
                }, notice.failed)
              }
            >
              {a("newPassword")}
            </Button>
          </span>
        )}
      </Field>
    </Section>
  );
}

function certificate(until: number | null | undefined, a: ReturnType<typeof useWords<(typeof access)["zh-Hans"]>>) {
  if (until == null) return a("certMissing");
  return until < Date.now() ? a("certLapsed") : "";
}

/** What the account decides (id, name, activity) is not part of the document that is sent. */
function plain(agent: AgentPart): AgentPart {
  const { employment, team, skills, capacity } = agent;
  return { employment, team, skills, capacity };
}

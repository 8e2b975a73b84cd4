import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { http, type Page } from "../../api/http";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { access } from "../../i18n/settingsAccess";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { SearchInput } from "../../ui/SearchInput";
import { useDocuments } from "./documents";
import { listed } from "./list";
import { StaffDrawer } from "./StaffDrawer";
import type { Person } from "./staff";

/** Accounts, their roles, and for agents their skills. */
export default function StaffPage() {
  const t = useWords(settings);
  const a = useWords(access);
  const c = useWords(core);
  const lang = useLanguage();
  const edits = useMay("staff.edit");
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const [open, setOpen] = useState<Person | "new" | null>(null);
  const skills = useDocuments("skills").data ?? [];
  const staff = useQuery({
    queryKey: ["staff", q],
    queryFn: () => http.get<Page<Person>>("/api/staff", { query: { q, limit: 500 } }),
    placeholderData: keepPreviousData,
  });
  if (staff.error) return <Empty kind="lost">{worded(staff.error)}</Empty>;
  const people = staff.data?.items ?? [];
  const called = (id: string) => skills.find((doc) => doc.id === id)?.spec.name[lang] ?? id;
  return (
    <>
      <div className="st-head">
        <h2>
          {t("staff")} <span className="jt-note jt-num">{people.length}</span>
        </h2>
        <SearchInput
          label={a("find")}
          width={220}
          value={q}
          search={(text) => setParams(text ? { q: text } : {}, { replace: true })}
        />
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen("new")}>
            {a("newPerson")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {staff.data && people.length === 0 ? (
          <Empty
            kind="filtered"
            action={
              <button type="button" className="jt-link" onClick={() => setParams({}, { replace: true })}>
                {a("clear")}
              </button>
            }
          >
            {a("noEntries")}
          </Empty>
        ) : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{a("personName")}</th>
              <th scope="col">{a("login")}</th>
              <th scope="col">{a("roles")}</th>
              <th scope="col">{a("team")}</th>
              <th scope="col">{a("employment")}</th>
              <th scope="col">{a("skillsHead")}</th>
              <th scope="col">{a("lastSignIn")}</th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => {
              const agent = person.agent?.spec;
              return (
                <tr key={person.id} data-off={!person.active}>
                  <td>
                    <button type="button" className="jt-link" onClick={() => setOpen(person)}>
                      {person.name}
                    </button>{" "}
                    {person.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                  </td>
                  <td>{person.login}</td>
                  <td>
                    {listed(
                      person.roles.map((role) => c(`role.${role}`)),
                      lang,
                    )}
                  </td>
                  <td>{agent?.team || "–"}</td>
                  <td>{agent ? a(agent.employment ?? "full_time") : "–"}</td>
                  <td>
                    {listed(agent?.skills?.map((one) => `${called(one.skill)} ${one.level ?? 3}`) ?? [], lang) || "–"}
                  </td>
                  <td className="jt-note jt-num">
                    {person.last_sign_in_at ? instant(person.last_sign_in_at, "moment", lang) : a("never")}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {open ? (
        <StaffDrawer
          key={open === "new" ? "new" : `${open.id}-${open.version}`}
          person={open === "new" ? null : open}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

import { Dropdown } from "antd";
import { lazy, Suspense, useState } from "react";
import { http } from "../api/http";
import { account } from "../i18n/account";
import { core } from "../i18n/core";
import { LANGUAGE_NAMES, LANGUAGES, type Language, setLanguage, useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { useSessionState } from "../session/session";
import { Icon } from "../ui/Icon";
import { useNotice } from "../ui/notices";
import { setTheme, type ThemeChoice, useTheme } from "../ui/theme";

/** 简体 / 繁體 / English: words change in place; the choice is kept with the account. */
export function LanguageMenu() {
  const t = useWords(core);
  const lang = useLanguage();
  const choose = (next: Language) => {
    setLanguage(next);
    // The words have changed already; keeping the choice with the account may fail quietly (offline).
    http.patch("/api/me", { body: { language: next } }).catch(() => undefined);
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [lang],
        items: LANGUAGES.map((one) => ({ key: one, label: <span lang={one}>{LANGUAGE_NAMES[one].long}</span> })),
        onClick: ({ key }) => choose(key as Language),
      }}
    >
      <button
        type="button"
        className="jt-bare jt-headtool"
        aria-label={`${t("language")}: ${LANGUAGE_NAMES[lang].short}`}
      >
        {LANGUAGE_NAMES[lang].short}
        <Icon name="down" size={14} />
      </button>
    </Dropdown>
  );
}

const AccountDialog = lazy(() => import("./AccountDialog"));

/** Name, roles, appearance, password and second factor, sign out. */
export function AccountMenu() {
  const a = useWords(account);
  const [own, setOwn] = useState(false);
  const t = useWords(shell);
  const w = useWords(core);
  const { session, signOut } = useSessionState();
  const { choice } = useTheme();
  const notice = useNotice();
  const themes: [ThemeChoice, string][] = [
    ["system", t("themeSystem")],
    ["light", t("themeLight")],
    ["dark", t("themeDark")],
  ];
  const roleKeys = session.roles.map((role) => `role.${role}`) as Parameters<typeof w>[0][];
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          selectable: true,
          selectedKeys: [`theme-${choice}`],
          items: [
            {
              key: "who",
              type: "group",
              label: (
                <span className="jt-who">
                  <b>{session.name}</b>
                  <span>{session.login}</span>
                  <span>{roleKeys.map((key) => w(key)).join(" · ")}</span>
                </span>
              ),
            },
            { type: "divider" },
            {
              key: "themes",
              type: "group",
              label: t("theme"),
              children: themes.map(([key, label]) => ({ key: `theme-${key}`, label })),
            },
            { type: "divider" },
            { key: "own", label: a("security"), icon: <Icon name="key" /> },
            { key: "out", label: t("signOut"), icon: <Icon name="signout" /> },
          ],
          onClick: ({ key }) => {
            if (key === "own") setOwn(true);
            else if (key === "out") signOut().catch(notice.failed);
            else {
              const next = key.replace("theme-", "") as ThemeChoice;
              setTheme(next);
              http.patch("/api/me", { body: { theme: next } }).catch(() => undefined);
            }
          },
        }}
      >
        <button type="button" className="jt-bare jt-me" aria-label={`${t("account")}: ${session.name}`}>
          {initial(session.name)}
        </button>
      </Dropdown>
      {own ? (
        <Suspense fallback={null}>
          <AccountDialog close={() => setOwn(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function initial(name: string): string {
  return Array.from(name.trim())[0]?.toUpperCase() ?? "·";
}

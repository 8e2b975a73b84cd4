import { type ReactNode, useMemo } from "react";
import { NavLink, useLocation, useNavigate } from "react-router";
import { core } from "../i18n/core";
import { inLanguage, useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { useSession } from "../session/session";
import { Mark } from "../ui/Icon";
import { useActions } from "./actions";
import { CommandList } from "./CommandList";
import { AccountMenu, LanguageMenu } from "./menus";
import { home, PAGES, type PageSpec } from "./pages";

/** The shared header with the navigation of the pages that one may see; the page fills the rest. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useWords(core);
  const s = useWords(shell);
  const session = useSession();
  const lang = useLanguage();
  const pages = useAllowedPages().filter((page) => page.nav);
  return (
    <div className="jt-frame">
      <a className="jt-skip" href="#content">
        {s("skip")}
      </a>
      <header className="jt-ink jt-apphead">
        <div className="jt-brand" title={inLanguage(session.site?.name, lang)}>
          <Mark size={20} />
          {t("product")}
        </div>
        <nav className="jt-nav" aria-label={t("nav.main")}>
          {pages.map((page) => (
            <NavLink key={page.path} to={home(page)}>
              {page.nav ? t(page.nav.key) : null}
            </NavLink>
          ))}
        </nav>
        <HeaderTools />
      </header>
      <main id="content" className="jt-page" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** Command list, language, account: at the right end of every header; `narrow` on the desk, where every pixel counts. */
export function HeaderTools({ narrow = false }: { narrow?: boolean }) {
  const s = useWords(shell);
  const { site } = useSession();
  const demo = site?.demo ?? false;
  useNavigationActions();
  return (
    <div className="jt-headtools">
      {demo && !narrow ? (
        <span className="jt-tag" title={s("demoHint")}>
          {s("demo")}
        </span>
      ) : null}
      <CommandList />
      <LanguageMenu />
      <AccountMenu />
    </div>
  );
}

export function useAllowedPages(): PageSpec[] {
  const { permissions } = useSession();
  return useMemo(() => PAGES.filter((page) => permissions.has(page.permission)), [permissions]);
}

function useNavigationActions(): void {
  const t = useWords(core);
  const s = useWords(shell);
  const go = useNavigate();
  const { pathname } = useLocation();
  const pages = useAllowedPages();
  useActions(
    pages
      .filter((page) => page.nav && !pathname.startsWith(home(page)))
      .map((page) => ({
        id: `go-${page.path}`,
        label: page.nav ? t(page.nav.key) : "",
        group: s("goTo"),
        run: () => void go(home(page)),
      })),
  );
}

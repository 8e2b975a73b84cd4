import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntdApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import zhTW from "antd/locale/zh_TW";
import { type ReactNode, Suspense, useMemo } from "react";
import { BrowserRouter, Navigate, Route, Routes, useLocation } from "react-router";
import { worthRetrying } from "../api/http";
import { core } from "../i18n/core";
import { type Language, useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { worded } from "../i18n/problems";
import { shell } from "../i18n/shell";
import { SignInPage } from "../pages/sign-in/SignInPage";
import { SessionProvider } from "../session/SessionProvider";
import { useSession } from "../session/session";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Icon, Mark } from "../ui/Icon";
import { antdTheme, useTheme } from "../ui/theme";
import { ActionsProvider } from "./actions";
import { ErrorBoundary } from "./ErrorBoundary";
import { home, PAGES, type PageSpec } from "./pages";
import { Shell, useAllowedPages } from "./Shell";
import { ShortcutSheet } from "./ShortcutSheet";

const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 15_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

/** The whole of the staff's application: providers outside, then sign-in or the pages one may see. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Look>
        <ErrorBoundary>
          {/* Without transitions: filters live in the address, and a box or field must show at once what was done to it. */}
          <BrowserRouter useTransitions={false}>
            <SessionProvider
              waiting={<Waiting />}
              signIn={(arrived, why) => <SignInPage arrived={arrived} why={why} />}
              failure={(error, again) => <Unreachable error={error} again={again} />}
            >
              <ActionsProvider>
                <Pages />
                <ShortcutSheet />
              </ActionsProvider>
            </SessionProvider>
          </BrowserRouter>
        </ErrorBoundary>
      </Look>
    </QueryClientProvider>
  );
}

const LOCALES: Record<Language, typeof enUS> = { "zh-Hans": zhCN, "zh-Hant": zhTW, en: enUS };

/** Theme and language of antd. Exported for component tests. */
export function Look({ children }: { children: ReactNode }) {
  const { mode } = useTheme();
  const lang = useLanguage();
  const theme = useMemo(() => antdTheme(mode), [mode]);
  return (
    <ConfigProvider
      theme={theme}
      locale={LOCALES[lang]}
      button={{ autoInsertSpace: false }}
      select={SELECT}
      drawer={CLOSES}
      modal={CLOSES}
    >
      <AntdApp component={false} message={{ top: 64, maxCount: 3 }}>
        {children}
      </AntdApp>
    </ConfigProvider>
  );
}

// antd's own icons say their English names to screen readers; ours are silent beside words that speak.
const SELECT = { suffixIcon: <Icon name="down" />, clearIcon: <Icon name="close" size={14} /> };
const CLOSES = { closeIcon: <Icon name="close" /> };

function Pages() {
  return (
    <Routes>
      {PAGES.map((page) => (
        <Route key={page.path} path={page.path} element={<Guarded page={page} />} />
      ))}
      <Route path="/" element={<Start />} />
      <Route path="*" element={<NoPage />} />
    </Routes>
  );
}

function Guarded({ page }: { page: PageSpec }) {
  const t = useWords(shell);
  const { permissions } = useSession();
  const { Page } = page;
  if (!permissions.has(page.permission)) {
    return (
      <Shell>
        <Empty kind="permission">{t("noPermission")}</Empty>
      </Shell>
    );
  }
  const drawn = (
    <ErrorBoundary key={page.path}>
      <Suspense fallback={<Waiting />}>
        <Page />
      </Suspense>
    </ErrorBoundary>
  );
  return page.frame === "app" ? <Shell>{drawn}</Shell> : drawn;
}

/** `/` leads to the first page that one may see: agents to their desk, team leads to the floor. */
function Start() {
  const t = useWords(shell);
  const session = useSession();
  const pages = useAllowedPages().filter((page) => page.nav);
  const { search } = useLocation();
  const leads = session.permissions.has("floor.view");
  const first = (leads ? pages.find((page) => page.path !== "/desk") : undefined) ?? pages[0];
  if (first) return <Navigate to={{ pathname: home(first), search }} replace />;
  return (
    <Shell>
      <Empty kind="permission">{t("nothingAllowed")}</Empty>
    </Shell>
  );
}

function NoPage() {
  const t = useWords(shell);
  return (
    <Shell>
      <Empty kind="none" action={<a href="/">{t("goHome")}</a>}>
        {t("noPage")}
      </Empty>
    </Shell>
  );
}

function Waiting() {
  const t = useWords(core);
  return (
    <div className="jt-centred" role="status" aria-label={t("loading")}>
      <Mark size={28} open />
    </div>
  );
}

function Unreachable({ error, again }: { error: unknown; again: () => Promise<void> }) {
  const t = useWords(core);
  return (
    <div className="jt-centred" role="alert">
      <Empty kind="lost" action={<Button onClick={() => void again()}>{t("retry")}</Button>}>
        {worded(error)}
      </Empty>
    </div>
  );
}

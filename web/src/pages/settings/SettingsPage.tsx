import { lazy, Suspense } from "react";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { useSession } from "../../session/session";
import "./settings.css";

const QueuesPage = lazy(() => import("./QueuesPage"));
const SkillsPage = lazy(() => import("./SkillsPage"));
const HoursPage = lazy(() => import("./HoursPage"));
const StaffPage = lazy(() => import("./StaffPage"));
const ReasonsPage = lazy(() => import("./ReasonsPage"));
const WidgetsPage = lazy(() => import("./WidgetsPage"));
const FlowsPage = lazy(() => import("../flows/FlowsPage"));
const NumbersPage = lazy(() => import("./NumbersPage"));
const TrunksPage = lazy(() => import("./TrunksPage"));
const ExtensionsPage = lazy(() => import("./ExtensionsPage"));
const PromptsPage = lazy(() => import("./PromptsPage"));
const SitePage = lazy(() => import("./SitePage"));
const RecordingsPage = lazy(() => import("./RecordingsPage"));
const TokensPage = lazy(() => import("./TokensPage"));
const AuditPage = lazy(() => import("./AuditPage"));

const PARTS = [
  { group: "routing", path: "queues", permission: "setup.view", Page: QueuesPage },
  { group: "routing", path: "skills", permission: "setup.view", Page: SkillsPage },
  { group: "routing", path: "hours", permission: "setup.view", Page: HoursPage },
  { group: "people", path: "staff", permission: "staff.view", Page: StaffPage },
  { group: "people", path: "reasons", permission: "setup.view", Page: ReasonsPage },
  { group: "entry", path: "widgets", permission: "setup.view", Page: WidgetsPage },
  { group: "telephony", path: "flows", permission: "flow.read", Page: FlowsPage },
  { group: "telephony", path: "numbers", permission: "setup.view", Page: NumbersPage },
  { group: "telephony", path: "trunks", permission: "setup.view", Page: TrunksPage },
  { group: "telephony", path: "extensions", permission: "setup.view", Page: ExtensionsPage },
  { group: "telephony", path: "prompts", permission: "flow.read", Page: PromptsPage },
  { group: "centre", path: "site", permission: "setup.view", Page: SitePage },
  { group: "access", path: "tokens", permission: "tokens.edit", Page: TokensPage },
  { group: "access", path: "recordings", permission: "setup.view", Page: RecordingsPage },
  { group: "access", path: "audit", permission: "audit.view", Page: AuditPage },
] as const;

/** Everything that is set up: parts on the left, as far as one may see them, the chosen one beside. */
export default function SettingsPage() {
  const t = useWords(settings);
  const { permissions } = useSession();
  const parts = PARTS.filter((part) => permissions.has(part.permission));
  const groups = [...new Set(parts.map((part) => part.group))];
  return (
    <div className="st-page">
      <nav className="st-nav" aria-label={t("title")}>
        <h1>{t("title")}</h1>
        {groups.map((group) => (
          <div key={group}>
            <h2>{t(group)}</h2>
            {parts
              .filter((part) => part.group === group)
              .map((part) => (
                <NavLink key={part.path} to={`/settings/${part.path}`}>
                  {t(part.path)}
                </NavLink>
              ))}
          </div>
        ))}
      </nav>
      <div className="st-main">
        <Suspense fallback={null}>
          <Routes>
            {parts.map(({ path, Page }) => (
              <Route key={path} path={`${path}/*`} element={<Page />} />
            ))}
            <Route path="*" element={<Navigate to={`/settings/${parts[0]?.path ?? ""}`} replace />} />
          </Routes>
        </Suspense>
      </div>
    </div>
  );
}

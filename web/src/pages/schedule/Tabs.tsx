import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { useMay } from "../../session/session";
import "./tabs.css";

const PLACES = [
  { key: "tab.schedule", to: "/schedule", permission: "plan.view" },
  { key: "tab.forecast", to: "/schedule/forecast", permission: "plan.view" },
  { key: "tab.lab", to: "/schedule/lab", permission: "plan.view" },
  { key: "tab.requests", to: "/schedule/requests", permission: "plan.view" },
  { key: "tab.settings", to: "/schedule/settings", permission: "plan.view" },
] as const;

/**
 * The places of planning, under the header of every one of them; `children` stand at the right end. A page is
 *
 *     <div className="pl-page"><Tabs />…</div>
 *
 * where `.pl-page` is a column as high as the window whose last child gets what is left.
 */
export function Tabs({ children }: { children?: ReactNode }) {
  const t = useWords(schedule);
  const views = useMay("plan.view");
  if (!views) return null;
  return (
    <div className="pl-tabs">
      <nav aria-label={t("tab.all")}>
        {PLACES.map((place) => (
          <NavLink key={place.to} to={place.to} end={place.to === "/schedule"}>
            {t(place.key)}
          </NavLink>
        ))}
      </nav>
      <span className="jt-fill" />
      {children}
    </div>
  );
}

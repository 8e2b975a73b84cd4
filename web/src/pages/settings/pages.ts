import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/settings/*",
    permission: "setup.view",
    frame: "app",
    nav: { key: "nav.settings", order: 90 },
    Page: lazy(() => import("./SettingsPage")),
  },
];

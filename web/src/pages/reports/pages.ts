import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/reports/*",
    permission: "report.view",
    frame: "app",
    nav: { key: "nav.reports", order: 60 },
    Page: lazy(() => import("./ReportsPage")),
  },
];

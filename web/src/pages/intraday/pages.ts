import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/intraday",
    permission: "plan.view",
    frame: "app",
    nav: { key: "nav.intraday", order: 12 },
    Page: lazy(() => import("./IntradayPage")),
  },
];

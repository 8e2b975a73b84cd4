import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/schedule/forecast",
    permission: "plan.view",
    frame: "app",
    Page: lazy(() => import("./ForecastPage")),
  },
];

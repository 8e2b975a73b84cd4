import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/schedule/*",
    permission: "plan.view",
    frame: "app",
    nav: { key: "nav.schedule", order: 16 },
    Page: lazy(() => import("./SchedulePages")),
  },
];

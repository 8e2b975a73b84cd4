import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/my-schedule/*",
    permission: "schedule.own",
    frame: "app",
    nav: { key: "nav.mySchedule", order: 18 },
    Page: lazy(() => import("./MySchedulePage")),
  },
];

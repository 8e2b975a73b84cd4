import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/desk",
    permission: "desk.use",
    frame: "bare",
    nav: { key: "nav.desk", order: 0 },
    Page: lazy(() => import("./DeskPage")),
  },
];

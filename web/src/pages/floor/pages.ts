import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/floor",
    permission: "floor.view",
    frame: "app",
    nav: { key: "nav.floor", order: 10 },
    Page: lazy(() => import("./FloorPage")),
  },
];

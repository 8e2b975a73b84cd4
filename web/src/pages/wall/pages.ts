import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/wall",
    permission: "wall.view",
    frame: "bare",
    nav: { key: "nav.wall", order: 90 },
    Page: lazy(() => import("./WallPage")),
  },
];

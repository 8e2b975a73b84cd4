import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/knowledge/*",
    permission: "knowledge.view",
    frame: "app",
    nav: { key: "nav.knowledge", order: 50 },
    Page: lazy(() => import("./KnowledgePage")),
  },
];

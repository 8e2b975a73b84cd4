import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/agreements/*",
    permission: "contract.view",
    frame: "app",
    nav: { key: "nav.agreements", order: 60 },
    Page: lazy(() => import("./AgreementsPage")),
  },
];

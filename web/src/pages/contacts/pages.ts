import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/contacts/*",
    permission: "contacts.view",
    frame: "app",
    nav: { key: "nav.contacts", order: 20 },
    Page: lazy(() => import("./ContactsPage")),
  },
];

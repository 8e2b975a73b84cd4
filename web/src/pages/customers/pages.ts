import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/customers/*",
    permission: "customers.view",
    frame: "app",
    nav: { key: "nav.customers", order: 40 },
    Page: lazy(() => import("./CustomersPage")),
  },
];

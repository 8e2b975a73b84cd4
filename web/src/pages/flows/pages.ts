import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

/** The editor takes the whole width; the list of flows is a part of the settings. */
export const pages: PageSpec[] = [
  { path: "/settings/flows/:id", permission: "flow.read", frame: "app", Page: lazy(() => import("./FlowPage")) },
];

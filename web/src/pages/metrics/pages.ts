import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  { path: "/metrics/*", permission: "metrics.view", frame: "app", Page: lazy(() => import("./MetricsPage")) },
];

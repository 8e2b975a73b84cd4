import { lazy } from "react";
import type { PageSpec } from "../../app/pages";

export const pages: PageSpec[] = [
  {
    path: "/schedule/lab",
    permission: "plan.view",
    frame: "app",
    Page: lazy(() => import("./LabPage").then((module) => ({ default: module.LabPage }))),
  },
];

import type { ComponentType, LazyExoticComponent } from "react";
import type { core } from "../i18n/core";

/**
 * Pages say for themselves where they are. Each folder `src/pages/<area>/` has a `pages.ts` that exports
 *
 *     export const pages: PageSpec[] = [
 *       { path: "/floor", permission: "floor.view", frame: "app", nav: { key: "nav.floor", order: 10 },
 *         Page: lazy(() => import("./FloorPage")) },
 *     ];
 *
 * `path` may end in `/*` for pages with their own <Routes>. `frame`: `app` stands under the shared header with
 * the navigation, `bare` brings everything itself (desk, wall).
 */
export type PageSpec = {
  path: string;
  permission: string;
  frame: "app" | "bare";
  /** In the navigation and the command list; smaller `order` comes first. */
  nav?: { key: NavKey; order: number };
  Page: LazyExoticComponent<ComponentType>;
};

type CoreKey = keyof (typeof core)["zh-Hans"];
export type NavKey = Extract<CoreKey, `nav.${string}`>;

const found = import.meta.glob<{ pages: PageSpec[] }>("../pages/*/pages.ts", { eager: true });

export const PAGES: readonly PageSpec[] = Object.values(found)
  .flatMap((module) => module.pages)
  .sort((a, b) => (a.nav?.order ?? 999) - (b.nav?.order ?? 999));

/** Where the navigation leads, without the `/*`. */
export function home(page: PageSpec): string {
  return page.path.replace(/\/\*$/, "");
}

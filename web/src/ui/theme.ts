import { theme as antd, type ThemeConfig } from "antd";
import { useSyncExternalStore } from "react";
import themes from "./antd-theme.json";

/** Light, dark, or as the system has it. The resolved mode is `data-theme` on <html>; tokens.css does the rest. */
export type ThemeChoice = "system" | "light" | "dark";
export type Mode = "light" | "dark";

const KEPT = "jt.theme";
const dark = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let choice: ThemeChoice = kept();
apply();
dark?.addEventListener("change", () => {
  if (choice === "system") apply();
});

export function setTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // as for the language: the choice then lasts as long as the page
  }
  apply();
}

export function useTheme(): { choice: ThemeChoice; mode: Mode } {
  const mode = useSyncExternalStore(subscribe, resolved, resolved);
  const chosen = useSyncExternalStore(
    subscribe,
    () => choice,
    () => choice,
  );
  return { choice: chosen, mode };
}

export function isTheme(value: unknown): value is ThemeChoice {
  return value === "system" || value === "light" || value === "dark";
}

export function antdTheme(mode: Mode): ThemeConfig {
  const { algorithm, ...rest } = themes[mode];
  return {
    ...rest,
    algorithm: algorithm === "darkAlgorithm" ? antd.darkAlgorithm : antd.defaultAlgorithm,
  } as ThemeConfig;
}

function resolved(): Mode {
  return choice === "system" ? (dark?.matches ? "dark" : "light") : choice;
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function kept(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEPT);
    return isTheme(value) ? value : "system";
  } catch {
    return "system";
  }
}
function apply(): void {
  if (typeof document !== "undefined") document.documentElement.dataset.theme = resolved();
  for (const listener of listeners) listener();
}

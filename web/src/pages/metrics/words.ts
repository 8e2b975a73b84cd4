import { useCallback } from "react";
import { useWords } from "../../i18n/messages";
import { metrics } from "../../i18n/metrics";

type Key = keyof (typeof metrics)["zh-Hans"];

/** The name of a theme of the catalogue; one that we have no word for shows its id. */
export function useThemeName(): (theme: string) => string {
  const t = useWords(metrics);
  return useCallback((theme: string) => word(t, `theme.${theme}`, theme), [t]);
}

/** The name of a parameter, with its unit: `target_ms` is “X, seconds”. */
export function useParameterName(): (parameter: string) => string {
  const t = useWords(metrics);
  return useCallback((parameter: string) => word(t, `parameter.${parameter}`, parameter), [t]);
}

/** A word that is named by data: `or` where there is none. */
export function word(t: ReturnType<typeof useWords<(typeof metrics)["zh-Hans"]>>, key: string, or: string): string {
  return key in metrics["zh-Hans"] ? (t as (key: string) => string)(key as Key) : or;
}

import { useCallback } from "react";
import { floor } from "../../i18n/floor";
import { duration } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { FloorState, Ms, PlantView } from "../../live/types";
import { useCollection } from "../../live/useLive";
import { Icon } from "../../ui/Icon";

type Trunk = PlantView["trunks"][number];

export function usePlant(live: LiveConnection<FloorState>): PlantView | null {
  return Object.values(useCollection(live, "plant"))[0] ?? null;
}

/** Full and broken lines first, then the fuller ones: what keeps customers out. */
export function linesWorstFirst(trunks: readonly Trunk[]): Trunk[] {
  const rank = (one: Trunk) => (one.up === false ? 0 : one.busy_since !== null ? 1 : 2);
  const share = (one: Trunk) => one.in_use / Math.max(1, one.limit);
  return [...trunks].sort((a, b) => rank(a) - rank(b) || share(b) - share(a) || a.id.localeCompare(b.id));
}

/** One trunk: how full, how many were turned away today, for how long nobody could get through. */
export function LineRow({ trunk }: { trunk: Trunk }) {
  const t = useWords(floor);
  const lang = useLanguage();
  const name = inLanguage(trunk.name, lang) || trunk.id;
  const { busy_since: since, busy_ms: before } = trunk;
  const busy = useTimed(
    useCallback(
      (now: Ms) => {
        const ms = before + (since === null ? 0 : Math.max(0, now - since));
        return ms < 1000 ? "" : duration(ms, lang);
      },
      [since, before, lang],
    ),
  );
  const full = since !== null || trunk.up === false;
  return (
    <li data-full={full} title={busy ? t("atb", { time: busy }) : undefined}>
      <span className="jt-clip">{name}</span>
      <span className="jt-hidden">
        {t("lineSaid", { name, used: trunk.in_use, limit: trunk.limit, blocked: trunk.blocked })}
      </span>
      <span className="fl-channels" aria-hidden="true">
        <i style={{ width: `${Math.min(100, (100 * trunk.in_use) / Math.max(1, trunk.limit))}%` }} />
      </span>
      <span className="jt-num fl-used" aria-hidden="true">
        {t("channelsInUse", { used: trunk.in_use, limit: trunk.limit })}
      </span>
      <span className={full ? "jt-clip fl-why" : "jt-note jt-clip"}>
        {trunk.up === false ? t("trunkDown") : t("blockedShort", { n: trunk.blocked })}
      </span>
    </li>
  );
}

/** The switch is gone: over everything else, since nothing else about calls can be true. */
export function SwitchDown({ live }: { live: LiveConnection<FloorState> }) {
  const t = useWords(floor);
  const plant = usePlant(live);
  if (!plant || plant.switch_up) return null;
  return (
    <div className="jt-banner" data-level="act" role="alert">
      <Icon name="alarm" />
      <span className="jt-grow">{t("switchDown")}</span>
    </div>
  );
}

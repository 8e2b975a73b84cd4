import { useCallback } from "react";
import { duration } from "../i18n/format";
import { useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { useTimed } from "../live/clock";
import type { LiveConnection } from "../live/connection";
import type { Collections } from "../live/store";
import { useFeed } from "../live/useLive";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";

/** Says when a page's live feed is lost, silent or over; nothing while it is well. `keeps`: what is typed is kept. */
export function FeedBanner<S extends Collections>({
  live,
  keeps = false,
}: {
  live: LiveConnection<S>;
  keeps?: boolean;
}) {
  const t = useWords(shell);
  const lang = useLanguage();
  const feed = useFeed(live);
  const since = feed.phase === "stale" ? (feed.heard ?? feed.since) : feed.since;
  // Local clock against local clock: the server's cannot be asked just now.
  const ago = useTimed(useCallback(() => duration(Date.now() - since, lang), [since, lang]));
  if (feed.phase === "live" || feed.phase === "connecting") return null;
  return (
    <div className="jt-banner" data-level={feed.phase === "stale" ? "look" : "act"} role="alert">
      <Icon name="offline" />
      <span className="jt-grow">
        {feed.phase === "ended"
          ? t("ended")
          : t(feed.phase === "stale" ? "stale" : keeps ? "lostKept" : "lost", { since: ago })}
      </span>
      {feed.phase === "ended" ? (
        <Button size="small" onClick={() => window.location.reload()}>
          {t("signInAgain")}
        </Button>
      ) : null}
    </div>
  );
}

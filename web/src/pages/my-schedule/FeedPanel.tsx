import { App } from "antd";
import { useState } from "react";
import { useLanguage } from "../../i18n/language";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { useMakeFeed, useStopFeed } from "./api";
import type { Said } from "./words";

/** The calendar feed: a secret link, shown once; a new one makes the old one void. */
export function FeedPanel({ on, said }: { on: boolean; said: Said }) {
  const { t } = said;
  const lang = useLanguage();
  const notice = useNotice();
  const { modal } = App.useApp();
  const make = useMakeFeed();
  const stop = useStopFeed();
  const [path, setPath] = useState<string | null>(null);
  const link = path === null ? null : `${window.location.origin}${path}?lang=${lang}`;
  const made = () => make.mutateAsync(undefined).then((found) => setPath(found.path), notice.failed) as Promise<void>;
  const stopped = () =>
    stop.mutateAsync(undefined).then(() => {
      setPath(null);
      notice.done(t("feedOff"));
    }, notice.failed);
  const copy = () => {
    if (link !== null) void navigator.clipboard.writeText(link).then(() => notice.done(t("copied")), notice.failed);
  };
  return (
    <section className="ms-feed" aria-label={t("feed")}>
      <h2>{t("feed")}</h2>
      <p className="jt-note">{t("feedNote")}</p>
      {link !== null ? (
        <>
          <div className="ms-link">
            <input readOnly aria-label={t("feed")} value={link} onFocus={(event) => event.target.select()} />
            <Button icon="copy" onClick={copy}>
              {t("copy")}
            </Button>
          </div>
          <p className="jt-note">{t("feedOnce")}</p>
        </>
      ) : on ? (
        <p className="jt-note">{t("feedOn")}</p>
      ) : null}
      <div className="ms-acts">
        {on || link !== null ? (
          <>
            <Button
              icon="repeat"
              onClick={() =>
                void modal.confirm({
                  title: t("feedAgain"),
                  content: t("feedAgainSure"),
                  okText: t("feedAgain"),
                  cancelText: t("cancel"),
                  onOk: made,
                })
              }
            >
              {t("feedAgain")}
            </Button>
            <Button
              kind="quiet"
              onClick={() =>
                void modal.confirm({
                  title: t("feedRevoke"),
                  content: t("feedRevokeSure"),
                  okText: t("feedRevoke"),
                  cancelText: t("cancel"),
                  onOk: stopped,
                })
              }
            >
              {t("feedRevoke")}
            </Button>
          </>
        ) : (
          <Button icon="link" disabled={make.isPending} onClick={() => void made()}>
            {t("feedMake")}
          </Button>
        )}
      </div>
    </section>
  );
}

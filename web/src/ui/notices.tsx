import { App } from "antd";
import { useCallback, useMemo } from "react";
import { core } from "../i18n/core";
import { useLanguage } from "../i18n/language";
import { words } from "../i18n/messages";
import { worded } from "../i18n/problems";

/**
 * Notices in three levels: a *ring* with a system notification (src/ui/ring.ts: offers only), a *banner* (the
 * page's own `jt-banner`, stays while it is true), and the passing word given here. None covers the call controls:
 * passing words come at the top centre.
 *
 *     const notice = useNotice();
 *     notice.done(t("saved"));
 *     notice.undoable(t("moved"), () => moveBack());   // ten seconds of undo
 *     save().catch(notice.failed);
 */
export function useNotice() {
  const { message } = App.useApp();
  const lang = useLanguage();
  const done = useCallback((text: string) => void message.success(text, 3), [message]);
  const warn = useCallback((text: string) => void message.warning(text, 6), [message]);
  const failed = useCallback(
    (error: unknown) => {
      void message.error(worded(error, lang), 6);
    },
    [message, lang],
  );
  const undoable = useCallback(
    (text: string, undo: () => void) => {
      counter += 1;
      const key = `undo-${counter}`;
      void message.open({
        key,
        type: "success",
        duration: 10,
        content: (
          <span>
            {text}{" "}
            <button
              type="button"
              className="jt-link"
              onClick={() => {
                message.destroy(key);
                undo();
              }}
            >
              {words(core, lang)("undo")}
            </button>
          </span>
        ),
      });
    },
    [message, lang],
  );
  return useMemo(() => ({ done, warn, failed, undoable }), [done, warn, failed, undoable]);
}

let counter = 0;

import { flowWords } from "../../i18n/flows";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { flows } from "./api";
import type { Editor } from "./useEditor";

/** What stands between the reader and a saved draft: somebody else's change, a version that cannot be changed. */
export function Banners({ editor, viewed, onBack }: { editor: Editor; viewed: number | null; onBack: () => void }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const notice = useNotice();
  if (editor.conflict) {
    const { by, at } = editor.conflict;
    return (
      <div className="jt-banner" data-level="act" role="alert">
        <Icon name="alarm" />
        <span className="jt-grow">{t("conflict", { by, at: instant(at, "clock", lang) })}</span>
        <Button onClick={() => flows.open(editor.stored.id).then(editor.load, notice.failed)}>
          {t("loadTheirs")}
        </Button>
        <Button onClick={editor.overwrite}>{t("keepMine")}</Button>
      </div>
    );
  }
  if (editor.state === "failed")
    return (
      <div className="jt-banner" data-level="look" role="alert">
        <Icon name="offline" />
        <span className="jt-grow">
          {t("saveFailed")} {worded(editor.problem, lang)}
        </span>
      </div>
    );
  if (viewed !== null)
    return (
      <div className="jt-banner">
        <Icon name="eye" />
        <span className="jt-grow">{t("viewing", { v: viewed })}</span>
        <Button onClick={onBack}>{t("backToDraft")}</Button>
      </div>
    );
  return null;
}

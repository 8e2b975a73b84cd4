import { Dropdown } from "antd";
import { useState } from "react";
import { core } from "../../i18n/core";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { type Asked, download, type ExportFormat } from "./api";
import type { Texts } from "./model";

const FORMATS = ["xlsx", "csv", "pdf"] as const satisfies readonly ExportFormat[];

/** The same figures as on the screen, as a file; several reports as one. Each export is in the audit log. */
export function ExportMenu({
  asks,
  title = null,
  disabled,
}: {
  asks: readonly Asked[];
  title?: Texts | null;
  disabled?: boolean;
}) {
  const t = useWords(reports);
  const w = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const [busy, setBusy] = useState(false);
  const save = (format: ExportFormat) => {
    setBusy(true);
    download(asks, format, lang, title)
      .catch(notice.failed)
      .finally(() => setBusy(false));
  };
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      disabled={disabled || busy}
      menu={{
        items: [
          ...FORMATS.map((format) => ({ key: format, label: t(`format.${format}`), onClick: () => save(format) })),
          { type: "divider" as const },
          { key: "note", disabled: true, label: <span className="jt-note">{t("exportNote")}</span> },
        ],
      }}
    >
      <Button kind="plain" icon="download" aria-haspopup="menu" aria-busy={busy} disabled={disabled || busy}>
        {busy ? t("exporting") : w("export")}
      </Button>
    </Dropdown>
  );
}

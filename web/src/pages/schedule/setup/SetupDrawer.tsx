import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import { useMay } from "../../../session/session";
import { useNotice } from "../../../ui/notices";
import { faultsOf, type useDraft } from "../../settings/documents";
import { SaveBar } from "../../settings/form";
import { type Kinds, type Stored, useSaveSetup } from "../setupData";

/** A set-up document in a drawer: what is changed is counted, saved with its version, and refused at its fields. */
export function SetupDrawer<K extends keyof Kinds>({
  kind,
  stored,
  title,
  draft,
  spec,
  onClose,
  children,
}: {
  kind: K;
  stored: Stored<Kinds[K]>;
  title: string;
  draft: ReturnType<typeof useDraft<Kinds[K]>>;
  /** What is saved: the draft, with its id where it is new. */
  spec: () => Kinds[K];
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useWords(scheduleSetup);
  const notice = useNotice();
  const edits = useMay("plan.edit");
  const save = useSaveSetup(kind);
  const isNew = stored.id === "";
  return (
    <Drawer
      open
      size={560}
      title={title}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      footer={
        edits ? (
          <SaveBar
            changes={draft.changes}
            isNew={isNew}
            saving={save.isPending}
            onDiscard={onClose}
            onSave={() =>
              save.mutate(
                { version: isNew ? null : stored.version, spec: spec() },
                {
                  onSuccess: () => {
                    notice.done(t("saved"));
                    onClose();
                  },
                  onError: (error) => {
                    draft.setFaults(faultsOf(error));
                    notice.failed(error);
                  },
                },
              )
            }
          />
        ) : null
      }
    >
      <fieldset className="su-form" disabled={!edits}>
        {children}
        {stored.version > 0 ? (
          <p className="jt-note">{t("changedBy", { n: stored.version, who: stored.changed_by })}</p>
        ) : null}
      </fieldset>
    </Drawer>
  );
}

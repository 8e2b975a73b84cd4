import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { Button } from "../../ui/Button";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useCallControls } from "./call";
import { useDesk } from "./context";

/** While somebody outside the centre is rung or asked: how it stands, and the ways out. */
export function OutsideBar({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const { usable, agentId } = useDesk();
  const controls = useCallControls();
  const outside = contact.outside;
  if (!outside || contact.agent !== agentId) return null;
  return (
    <div className="jt-banner desk-consult" role="status">
      <Icon name="external" />
      <span className="jt-grow jt-clip">
        {outside.up ? t("outsideUp") : t("outsideRings")}{" "}
        <span aria-live="off">
          <Since since={outside.since} />
        </span>
      </span>
      {outside.up ? (
        <>
          <Button
            size="small"
            disabled={!usable || contact.place !== "hold"}
            onClick={() => void controls.outside(contact.id, "merge")}
          >
            {t("mergeNow")}
          </Button>
          <Button size="small" disabled={!usable} onClick={() => void controls.outside(contact.id, "complete")}>
            {t("outsideGive")}
          </Button>
        </>
      ) : null}
      <Button
        size="small"
        kind="quiet"
        disabled={!usable}
        onClick={() => void controls.outside(contact.id, "cancel")}
      >
        {outside.up ? t("outsideDrop") : t("outsideCancel")}
      </Button>
    </div>
  );
}

import { useWords } from "../../i18n/messages";
import { softphone as area } from "../../i18n/softphone";
import { usePhoneState } from "../../softphone/useSoftphone";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useDesk } from "./context";

/** What is wrong with the telephone and what to do about it, for as long as it is. */
export function PhoneBanners() {
  const t = useWords(area);
  const { phone } = useDesk();
  const state = usePhoneState(phone);
  if (state.kind !== "softphone") return null;
  if (state.lostInCall) {
    return (
      <div className="jt-banner" data-level="act" role="alert">
        <Icon name="mute" />
        <span className="jt-grow">
          <b className="jt-strong">{t("lostTitle")}</b> {t("lostText")}
        </span>
      </div>
    );
  }
  if (state.call?.blocked) {
    return (
      <div className="jt-banner" data-level="act" role="alert">
        <Icon name="soundoff" />
        <span className="jt-grow">
          <b className="jt-strong">{t("blockedTitle")}</b>
        </span>
        <Button kind="main" onClick={() => phone.hear()}>
          {t("hearNow")}
        </Button>
      </div>
    );
  }
  if (state.microphone !== "fine" && state.microphone !== "unknown") {
    return (
      <div className="jt-banner" data-level="look" role="alert">
        <Icon name="mute" />
        <span className="jt-grow">
          <b className="jt-strong">{t("cannotAnswer")}</b> {t(`micHelp.${state.microphone}`)}
        </span>
        <Button onClick={() => phone.again()}>{t("again")}</Button>
      </div>
    );
  }
  return null;
}

import { forecast } from "../../i18n/forecast";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { bars, contacts, signed } from "./model";

/** What makes a day: the base, and what each driver adds or takes, as bars around zero. */
export function Drivers({ drivers }: { drivers: Record<string, number> }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const found = bars(drivers);
  return (
    <section className="fc-drivers" aria-labelledby="fc-drivers">
      <h3 id="fc-drivers">{t("drivers")}</h3>
      {found.base === 0 && found.bars.length === 0 ? (
        <p className="jt-note">{t("noDrivers")}</p>
      ) : (
        <table>
          <tbody>
            <tr className="fc-base">
              <th scope="row">{t("base")}</th>
              <td aria-hidden="true" />
              <td className="jt-num">{contacts(found.base, lang)}</td>
            </tr>
            {found.bars.map((bar) => (
              <tr key={bar.driver}>
                <th scope="row">{t(`driver.${bar.driver}`)}</th>
                <td aria-hidden="true">
                  <span className="fc-track">
                    <span
                      className="fc-bar-part"
                      data-sign={bar.value < 0 ? "less" : "more"}
                      style={{ left: `${50 + bar.from * 50}%`, width: `${(bar.to - bar.from) * 50}%` }}
                    />
                  </span>
                </td>
                <td className="jt-num">{signed(bar.value, lang)}</td>
              </tr>
            ))}
            <tr className="fc-total">
              <th scope="row">{t("total")}</th>
              <td aria-hidden="true" />
              <td className="jt-num">{contacts(found.total, lang)}</td>
            </tr>
          </tbody>
        </table>
      )}
    </section>
  );
}

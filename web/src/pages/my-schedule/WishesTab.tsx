import { useState } from "react";
import { inLanguage, useLanguage } from "../../i18n/language";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { type OwnSchedule, useAddWish, useRemoveWish, type Wish, type WishKind } from "./api";
import { addDays, weekOf } from "./model";
import { faultSaid, type Said } from "./words";

const KINDS: readonly WishKind[] = ["off", "on", "pattern", "not_pattern"];
const WEIGHTS = [1, 2, 3, 4, 5] as const;
const A_MONDAY = "2024-01-01";

/** On which days, and which shifts, one would like to work or not, by how much it matters. */
export function WishesTab({ own, said, today }: { own: OwnSchedule; said: Said; today: string }) {
  const { t, clocks } = said;
  const lang = useLanguage();
  const notice = useNotice();
  const remove = useRemoveWish();
  const pattern = (id: string | null) =>
    inLanguage(own.patterns.find((one) => one.id === id)?.spec.name, lang) || (id ?? "");
  const weekday = (n: number) => clocks.weekday(weekOf(A_MONDAY)[n] ?? A_MONDAY);
  const text = (wish: Wish) =>
    [
      wish.day
        ? clocks.day(wish.day)
        : wish.weekday === null
          ? t("anyDay")
          : t("everyDay", { day: weekday(wish.weekday) }),
      t(`wish.${wish.kind}`),
      wish.pattern ? pattern(wish.pattern) : "",
    ]
      .filter(Boolean)
      .join(" ");
  return (
    <section className="ms-list" aria-label={t("wishes")}>
      <h2>{t("wishes")}</h2>
      <p className="jt-note">{t("wishesNote")}</p>
      {own.wishes.length === 0 ? (
        <Empty kind="none" inline>
          {t("noWishes")}
        </Empty>
      ) : (
        <ul className="ms-wishes">
          {own.wishes.map((wish) => (
            <li key={wish.id}>
              <span className="ms-wish">
                <span>{text(wish)}</span>
                <span className="jt-note">{t(`weight.${wish.weight as 1}`)}</span>
                {wish.note ? <span className="jt-note">{wish.note}</span> : null}
              </span>
              <IconButton
                icon="trash"
                label={t("removeWish", { what: text(wish) })}
                disabled={remove.isPending}
                onClick={() => void remove.mutateAsync(wish.id).then(() => notice.done(t("removed")), notice.failed)}
              />
            </li>
          ))}
        </ul>
      )}
      <NewWish own={own} said={said} today={today} weekday={weekday} pattern={pattern} />
    </section>
  );
}

function NewWish({
  own,
  said,
  today,
  weekday,
  pattern,
}: {
  own: OwnSchedule;
  said: Said;
  today: string;
  weekday: (n: number) => string;
  pattern: (id: string) => string;
}) {
  const { t } = said;
  const notice = useNotice();
  const add = useAddWish();
  const [kind, setKind] = useState<WishKind>("off");
  const [weekly, setWeekly] = useState(false);
  const [day, setDay] = useState(addDays(today, 14));
  const [on, setOn] = useState(5);
  const [shift, setShift] = useState(own.patterns[0]?.id ?? "");
  const [weight, setWeight] = useState(2);
  const [note, setNote] = useState("");
  const kinds = own.patterns.length > 0 ? KINDS : KINDS.slice(0, 2);
  const shifts = kind === "pattern" || kind === "not_pattern";
  const save = () =>
    add
      .mutateAsync({
        kind,
        day: weekly ? null : day,
        weekday: weekly ? on : null,
        pattern: shifts ? shift : null,
        weight,
        note: note.trim(),
      })
      .then(
        () => {
          notice.done(t("added"));
          setNote("");
        },
        (error: unknown) => notice.warn(faultSaid(error, t)),
      );
  return (
    <form
      className="ms-form ms-newwish"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="ms-pair">
        <label className="ms-field">
          <span>{t("wishKind")}</span>
          <select value={kind} onChange={(event) => setKind(event.target.value as WishKind)}>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {t(`wish.${one}`)}
              </option>
            ))}
          </select>
        </label>
        {shifts ? (
          <label className="ms-field">
            <span>{t("shift")}</span>
            <select value={shift} onChange={(event) => setShift(event.target.value)}>
              {own.patterns.map((one) => (
                <option key={one.id} value={one.id}>
                  {pattern(one.id)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <label className="ms-field">
          <span>{t("when")}</span>
          <select value={String(weekly)} onChange={(event) => setWeekly(event.target.value === "true")}>
            <option value="false">{t("onDay")}</option>
            <option value="true">{t("everyWeekday")}</option>
          </select>
        </label>
        {weekly ? (
          <label className="ms-field">
            <span>{t("weekday")}</span>
            <select value={on} onChange={(event) => setOn(Number(event.target.value))}>
              {weekOf(A_MONDAY).map((one, n) => (
                <option key={one} value={n}>
                  {weekday(n)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <label className="ms-field">
            <span>{t("day")}</span>
            <input type="date" required min={today} value={day} onChange={(event) => setDay(event.target.value)} />
          </label>
        )}
        <label className="ms-field">
          <span>{t("weight")}</span>
          <select value={weight} onChange={(event) => setWeight(Number(event.target.value))}>
            {WEIGHTS.map((one) => (
              <option key={one} value={one}>
                {t(`weight.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="ms-field">
          <span>{t("note")}</span>
          <input type="text" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
      </div>
      <Button kind="main" type="submit" icon="plus" disabled={add.isPending || (!weekly && !day)}>
        {t("addWish")}
      </Button>
    </form>
  );
}

import { Popover } from "antd";
import { useId, useState } from "react";
import { floor } from "../../i18n/floor";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { QueueView } from "../../live/types";
import { Button } from "../../ui/Button";
import type { Commands } from "./commands";

/** Invites part-timers on standby into a queue: how many, then go. They may decline. */
export function CallIn({
  queue,
  commands,
  choices,
}: {
  queue: QueueView;
  commands: Commands;
  choices?: readonly QueueView[];
}) {
  const t = useWords(floor);
  const lang = useLanguage();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [count, setCount] = useState(1);
  const [chosen, setChosen] = useState(queue.id);
  const into = choices?.find((one) => one.id === chosen) ?? queue;
  const most = Math.max(1, into.standby);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      title={t("callInQueue", { queue: inLanguage(into.name, lang) })}
      content={
        <form
          className="fl-callin"
          onSubmit={(event) => {
            event.preventDefault();
            setOpen(false);
            commands.invite(into.id, Math.min(count, most));
          }}
        >
          {choices && choices.length > 1 ? (
            <>
              <label htmlFor={`${id}q`}>{t("queue")}</label>
              <select id={`${id}q`} value={into.id} onChange={(event) => setChosen(event.target.value)}>
                {choices.map((one) => (
                  <option key={one.id} value={one.id}>
                    {`${inLanguage(one.name, lang)} (${one.standby})`}
                  </option>
                ))}
              </select>
            </>
          ) : null}
          <label htmlFor={id}>{t("howMany")}</label>
          <input
            id={id}
            type="number"
            min={1}
            max={most}
            value={Math.min(count, most)}
            onChange={(event) => setCount(Math.max(1, Math.min(most, Number(event.target.value) || 1)))}
          />
          <span className="jt-note">{t("onStandby", { n: into.standby })}</span>
          <Button kind="main" size="small" type="submit">
            {t("callInDo")}
          </Button>
        </form>
      }
    >
      <Button size="small" icon="callin">
        {t("callIn")}
      </Button>
    </Popover>
  );
}

import { InputNumber, Modal, Radio, Select } from "antd";
import { useId, useState } from "react";
import { localDay } from "../../i18n/format";
import { inLanguage } from "../../i18n/language";
import { worded } from "../../i18n/problems";
import { useSession } from "../../session/session";
import { useDirectory } from "../contacts/api";
import { useMake } from "./api";
import { useLabWords } from "./words";

const DAY = 86_400_000;

/** Which day, of whom: everything else comes from the centre itself. */
export function NewStudy({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { t, lang } = useLabWords();
  const id = useId();
  const { clients } = useSession();
  const directory = useDirectory();
  const make = useMake();
  const [kind, setKind] = useState<"recorded" | "forecast">("recorded");
  const [date, setDate] = useState(() => localDay(Date.now() - DAY));
  const [client, setClient] = useState(clients === null ? "*" : (clients[0] ?? "*"));
  const [queues, setQueues] = useState<string[]>([]);
  const [days, setDays] = useState<number | null>(20);
  const known = directory.data;
  const options = (entries: { id: string; name: unknown }[] | undefined) =>
    (entries ?? []).map((one) => ({
      value: one.id,
      label: typeof one.name === "string" ? one.name : inLanguage(one.name as Record<string, string>, lang) || one.id,
    }));
  const begin = () =>
    make.mutate(
      { kind, date, client, queues, days: days ?? 20, title: "" },
      { onSuccess: (study) => onMade(study.id) },
    );
  return (
    <Modal
      open
      title={t("dialogStudy")}
      okText={t("make")}
      cancelText={t("cancel")}
      confirmLoading={make.isPending}
      okButtonProps={{ disabled: date === "" }}
      onOk={begin}
      onCancel={onClose}
    >
      <div className="lab-form">
        <fieldset>
          <legend>{t("whichDay")}</legend>
          <Radio.Group
            value={kind}
            onChange={(event) => {
              setKind(event.target.value);
              setDate(localDay(Date.now() + (event.target.value === "forecast" ? DAY : -DAY)));
            }}
            options={[
              { value: "recorded", label: t("asRecorded") },
              { value: "forecast", label: t("asForecast") },
            ]}
          />
        </fieldset>
        <label htmlFor={`${id}-date`}>{t("dateField")}</label>
        <input
          id={`${id}-date`}
          type="date"
          className="lab-date"
          value={date}
          onChange={(event) => setDate(event.target.value)}
        />
        <label htmlFor={`${id}-client`}>{t("client")}</label>
        <Select
          id={`${id}-client`}
          value={client}
          onChange={setClient}
          options={[
            ...(clients === null ? [{ value: "*", label: t("allClients") }] : []),
            ...options(known?.clients).filter((one) => clients === null || clients.includes(one.value)),
          ]}
        />
        <label htmlFor={`${id}-queues`}>{t("queues")}</label>
        <Select
          id={`${id}-queues`}
          mode="multiple"
          value={queues}
          placeholder={t("allClients")}
          onChange={setQueues}
          options={options(known?.queues)}
        />
        <label htmlFor={`${id}-days`}>{t("daysField")}</label>
        <div>
          <InputNumber id={`${id}-days`} value={days} min={2} max={200} precision={0} onChange={setDays} />
          <p className="jt-note">{t("daysHint")}</p>
        </div>
        {make.error ? (
          <p className="lab-why" role="alert">
            {worded(make.error, lang)}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}

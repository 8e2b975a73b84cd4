import { Modal, Select } from "antd";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { core } from "../i18n/core";
import { useWords } from "../i18n/messages";
import { softphone as area } from "../i18n/softphone";
import { Button } from "../ui/Button";
import { ringOn, ringOnce } from "../ui/ring";
import { useLevel } from "./levels";
import {
  type Choice,
  choose,
  chosen,
  type Device,
  type Devices,
  listDevices,
  MicrophoneError,
  type MicrophoneFault,
  mayChooseLoudspeaker,
  onDevicesChanged,
  openMicrophone,
  stop,
} from "./microphone";
import type { Softphone } from "./softphone";
import { usePhoneState } from "./useSoftphone";
import "./softphone.css";

/** Which microphone, loudspeaker and ring; whether they work, before the first customer hears it. */
export function PhoneSettings({ phone, onClose }: { phone: Softphone; onClose: () => void }) {
  const t = useWords(area);
  const w = useWords(core);
  const state = usePhoneState(phone);
  const id = useId();
  const [choice, setChoice] = useState<Choice>(chosen);
  const devices = useDevices();
  const [test, setTest] = useState<MediaStream | null>(null);
  const [fault, setFault] = useState<MicrophoneFault | null>(null);
  const talking = state.call?.phase === "talking";
  const mine = useLevel(test ?? (talking ? phone.sending : null));
  const theirs = useLevel(talking ? phone.hearing : null);
  const running = useRef<MediaStream | null>(null);
  useEffect(() => () => stop(running.current), []);

  const listen = async (microphone: string | null) => {
    stop(running.current);
    try {
      running.current = await openMicrophone(microphone);
      setFault(null);
    } catch (error) {
      running.current = null;
      setFault(error instanceof MicrophoneError ? error.fault : "failed");
    }
    setTest(running.current);
  };
  const quiet = () => {
    stop(running.current);
    running.current = null;
    setTest(null);
  };
  const change = (part: Partial<Choice>) => {
    setChoice(choose(part));
    if ("microphone" in part) {
      void phone.chooseMicrophone(part.microphone ?? null);
      if (test) void listen(part.microphone ?? null);
    }
    if ("loudspeaker" in part) void phone.chooseLoudspeaker(part.loudspeaker ?? null);
    if ("ring" in part) void ringOn(part.ring ?? null);
  };
  const named = devices.microphones.some((one) => one.name !== "");
  return (
    <Modal
      open
      mask={false}
      wrapClassName="desk-over"
      width={460}
      title={t("settings")}
      onCancel={onClose}
      footer={<Button onClick={onClose}>{w("close")}</Button>}
    >
      <div className="phone-settings">
        {named ? null : <p className="jt-note">{t("firstAllow")}</p>}
        <label htmlFor={`${id}-mic`}>{t("microphone")}</label>
        <div className="phone-row">
          <DeviceSelect
            id={`${id}-mic`}
            list={devices.microphones}
            value={choice.microphone}
            onChange={(microphone) => change({ microphone })}
          />
          {test ? (
            <Button onClick={quiet}>{t("stopTest")}</Button>
          ) : (
            <Button onClick={() => void listen(choice.microphone)}>{t("testMic")}</Button>
          )}
        </div>
        <Level label={t("yourLevel")} level={mine} />
        <p className={fault ? "jt-over" : "jt-note"} role="status">
          {fault ? t(`micHelp.${fault}`) : test ? t("sayWords") : ""}
        </p>
        <label htmlFor={`${id}-out`}>{t("loudspeaker")}</label>
        {mayChooseLoudspeaker() ? (
          <div className="phone-row">
            <DeviceSelect
              id={`${id}-out`}
              list={devices.loudspeakers}
              value={choice.loudspeaker}
              onChange={(loudspeaker) => change({ loudspeaker })}
            />
            <Button onClick={() => void ringOnce(choice.loudspeaker)}>{t("testSound")}</Button>
          </div>
        ) : (
          <p className="jt-note">{t("noChoice")}</p>
        )}
        {talking ? <Level label={t("theirLevel")} level={theirs} /> : null}
        <label htmlFor={`${id}-ring`}>{t("ringOn")}</label>
        <div className="phone-row">
          {mayChooseLoudspeaker() ? (
            <DeviceSelect
              id={`${id}-ring`}
              list={devices.loudspeakers}
              value={choice.ring}
              onChange={(ring) => change({ ring })}
            />
          ) : null}
          <Button onClick={() => void ringOnce(choice.ring)}>{t("testRing")}</Button>
        </div>
        {state.kind === "softphone" ? (
          <p className="jt-note">
            {state.extension ? `${t("number", { ext: state.extension })} · ` : ""}
            {phone.relays > 0 ? t("turn", { n: phone.relays }) : t("noTurn")}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}

/** A bar that says how loud it is; to screen readers a meter, which is not read out by itself. */
export function Level({ label, level }: { label: string; level: number }) {
  return (
    <div
      className="phone-level"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      <i style={{ width: `${level * 100}%` }} />
    </div>
  );
}

function DeviceSelect({
  id,
  list,
  value,
  onChange,
}: {
  id: string;
  list: Device[];
  value: string | null;
  onChange: (id: string | null) => void;
}) {
  const t = useWords(area);
  const known = value !== null && list.some((one) => one.id === value);
  return (
    <Select
      id={id}
      className="phone-select"
      value={known ? value : ""}
      options={[
        { value: "", label: t("systemChoice") },
        ...list
          .filter((one) => one.id !== "default" && one.id !== "communications")
          .map((one, i) => ({ value: one.id, label: one.name || t("unnamed", { n: i + 1 }) })),
      ]}
      onChange={(next: string) => onChange(next === "" ? null : next)}
    />
  );
}

function useDevices(): Devices {
  const [devices, setDevices] = useState<Devices>({ microphones: [], loudspeakers: [] });
  const look = useCallback(() => void listDevices().then(setDevices), []);
  useEffect(() => {
    look();
    return onDevicesChanged(look);
  }, [look]);
  return devices;
}

import { Checkbox, Form, Input, InputNumber, Modal, Select } from "antd";
import { core } from "../../../i18n/core";
import { deliveries } from "../../../i18n/deliveries";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { useNotice } from "../../../ui/notices";
import { useDirectory } from "../../contacts/api";
import { useDocuments } from "../../settings/documents";
import { useReportList } from "../api";
import type { Texts } from "../model";
import { CLOSED, REPEATS, type Schedule, type Spec, useDeliveryActions, useDestinations } from "./api";

const FORMATS = ["pdf", "xlsx", "csv", "html", "zip"];
const LANGUAGES = [
  { value: "zh-Hans", label: "简体中文" },
  { value: "zh-Hant", label: "繁體中文" },
  { value: "en", label: "English" },
];

/** Which reports, when, for whom, where to. */
export function ScheduleDialog({ known, onClose }: { known: Schedule | null; onClose: () => void }) {
  const t = useWords(deliveries);
  const w = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const { saveSchedule } = useDeliveryActions();
  const list = useReportList();
  const destinations = useDestinations().data?.items ?? [];
  const directory = useDirectory().data;
  const hours = useDocuments("hours").data ?? [];
  const [form] = Form.useForm<Spec>();
  const repeat = Form.useWatch(["timetable", "repeat"], form) ?? known?.schedule.timetable.repeat ?? "daily";
  const first = known?.schedule ?? fresh(lang);
  const required = [{ required: true, message: t("fillIn") }];
  const weekday = new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" });
  const save = (values: Spec) => {
    const { client = null, escalate = null } = values;
    const timetable = { ...first.timetable, ...values.timetable };
    const schedule: Spec = {
      ...first,
      ...values,
      client,
      escalate,
      timetable: { ...timetable, calendar: timetable.calendar ?? null, day: timetable.day ?? null },
    };
    saveSchedule.mutate(
      { known, schedule },
      {
        onSuccess: () => {
          notice.done(w("saved"));
          onClose();
        },
        onError: notice.failed,
      },
    );
  };
  return (
    <Modal
      open
      width={680}
      title={known?.schedule.name ?? t("newSchedule")}
      okText={w("save")}
      cancelText={w("cancel")}
      confirmLoading={saveSchedule.isPending}
      onCancel={onClose}
      onOk={form.submit}
    >
      <Form form={form} layout="vertical" className="dv-form" initialValues={first} onFinish={save}>
        <Form.Item name="name" label={t("name")} rules={required} className="dv-wide">
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="reports" label={t("reports")} rules={required} className="dv-wide">
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={(list.data?.items ?? []).map((one) => ({
              value: one.id,
              label: inLanguage(one.report.title, lang),
            }))}
          />
        </Form.Item>
        <Form.Item name="destinations" label={t("destinations")} rules={required} className="dv-wide">
          <Select mode="multiple" options={destinations.map((one) => ({ value: one.id, label: one.name }))} />
        </Form.Item>
        <Form.Item name={["timetable", "repeat"]} label={t("repeat")}>
          <Select options={REPEATS.map((one) => ({ value: one, label: t(`repeat.${one}`) }))} />
        </Form.Item>
        <Form.Item name={["timetable", "at"]} label={t("at")} rules={required}>
          <Input type="time" />
        </Form.Item>
        {repeat === "minutes" ? (
          <>
            <Form.Item name={["timetable", "until"]} label={t("until")} rules={required}>
              <Input type="time" />
            </Form.Item>
            <Form.Item name={["timetable", "minutes"]} label={t("minutes")} rules={required}>
              <InputNumber min={5} max={1440} />
            </Form.Item>
          </>
        ) : null}
        {repeat === "weekly" ? (
          <Form.Item
            name={["timetable", "weekdays"]}
            label={t("weekdays")}
            rules={[{ type: "array", min: 1, message: t("fillIn") }]}
            className="dv-wide"
          >
            <Checkbox.Group
              options={[0, 1, 2, 3, 4, 5, 6].map((n) => ({
                value: n,
                label: weekday.format(new Date(Date.UTC(2024, 0, 1 + n))),
              }))}
            />
          </Form.Item>
        ) : null}
        {repeat === "monthly" ? (
          <Form.Item name={["timetable", "day"]} label={t("day")}>
            <InputNumber min={1} max={31} />
          </Form.Item>
        ) : null}
        <Form.Item name={["timetable", "zone"]} label={t("zone")} rules={required}>
          <Input />
        </Form.Item>
        <Form.Item name={["timetable", "calendar"]} label={t("calendar")}>
          <Select
            allowClear
            options={hours.map((one) => ({ value: one.id, label: inLanguage(one.spec.name as Texts, lang) }))}
          />
        </Form.Item>
        <Form.Item name={["timetable", "closed"]} label={t("closed")}>
          <Select options={CLOSED.map((one) => ({ value: one, label: t(`closed.${one}`) }))} />
        </Form.Item>
        <Form.Item name={["timetable", "settle"]} label={t("settle")} rules={required}>
          <InputNumber min={0} max={10080} />
        </Form.Item>
        <Form.Item name={["timetable", "deadline"]} label={t("deadlineAfter")} rules={required}>
          <InputNumber min={1} max={44640} />
        </Form.Item>
        <Form.Item name="formats" label={t("formats")} rules={required}>
          <Select mode="multiple" options={FORMATS.map((one) => ({ value: one, label: one }))} />
        </Form.Item>
        <Form.Item name="language" label={t("language")}>
          <Select options={LANGUAGES} />
        </Form.Item>
        <Form.Item name="client" label={t("client")}>
          <Select
            allowClear
            options={(directory?.clients ?? []).map((one) => ({
              value: one.id,
              label: inLanguage(one.name as Texts, lang),
            }))}
          />
        </Form.Item>
        <Form.Item name="escalate" label={t("escalate")}>
          <Select
            allowClear
            options={destinations
              .filter((one) => one.target.way === "email")
              .map((one) => ({ value: one.id, label: one.name }))}
          />
        </Form.Item>
        <Form.Item name="draft" valuePropName="checked">
          <Checkbox>{t("isDraft")}</Checkbox>
        </Form.Item>
        <Form.Item name="active" valuePropName="checked">
          <Checkbox>{t("active")}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}

function fresh(language: string): Spec {
  return {
    name: "",
    reports: [],
    timetable: {
      repeat: "daily",
      at: "08:00",
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      weekdays: [0],
      day: 1,
      minutes: 60,
      until: "20:00",
      calendar: null,
      closed: "send",
      settle: 30,
      deadline: 120,
    },
    destinations: [],
    formats: ["pdf"],
    language,
    client: null,
    draft: false,
    escalate: null,
    contract: null,
    active: true,
  };
}

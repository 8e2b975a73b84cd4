import { Form, Input, InputNumber, Modal, Select } from "antd";
import { core } from "../../../i18n/core";
import { deliveries } from "../../../i18n/deliveries";
import { useWords } from "../../../i18n/messages";
import { useNotice } from "../../../ui/notices";
import { type Destination, type Target, useDeliveryActions, WAYS, type Way } from "./api";

type Values = { name: string; way: Way; secret?: string } & Record<string, unknown>;

const START: Record<Way, Record<string, unknown>> = {
  email: { host: "", port: 587, security: "starttls", username: "", sender: "", to: "" },
  portal: {},
  sftp: { host: "", port: 22, username: "", host_key: "", folder: ".", auth: "password" },
  webdav: { url: "https://", username: "" },
  printer: { uri: "ipp://", username: "" },
  fax: { folder: "fax" },
  folder: { folder: "reports" },
};
const SECRET: readonly Way[] = ["email", "sftp", "webdav", "printer"];

/** Where reports go; the password is told to the server and never shown again. */
export function DestinationDialog({ known, onClose }: { known: Destination | null; onClose: () => void }) {
  const t = useWords(deliveries);
  const w = useWords(core);
  const notice = useNotice();
  const { saveDestination } = useDeliveryActions();
  const [form] = Form.useForm<Values>();
  const way = Form.useWatch("way", form) ?? known?.target.way ?? "email";
  const save = ({ name, way, secret, ...rest }: Values) => {
    const kept = known?.target.way === way ? known.target : {};
    const target = { ...START[way], ...kept, ...rest, way } as Target;
    if (way === "email")
      target.to = String(target.to)
        .split(/[\s,;]+/)
        .filter(Boolean);
    saveDestination.mutate(
      { known, name, target, secret: secret || null },
      {
        onSuccess: () => {
          notice.done(w("saved"));
          onClose();
        },
        onError: notice.failed,
      },
    );
  };
  const text = (name: string, label: string, wide = false, required = true) => (
    <Form.Item
      key={name}
      name={name}
      label={label}
      className={wide ? "dv-wide" : ""}
      rules={required ? [{ required: true, message: t("fillIn") }] : []}
    >
      <Input autoComplete="off" />
    </Form.Item>
  );
  return (
    <Modal
      open
      title={known?.name ?? t("newDestination")}
      okText={w("save")}
      cancelText={w("cancel")}
      confirmLoading={saveDestination.isPending}
      onCancel={onClose}
      onOk={form.submit}
    >
      <Form
        form={form}
        layout="vertical"
        className="dv-form"
        preserve={false}
        initialValues={{ name: known?.name, ...initial(known) }}
        onFinish={save}
      >
        {text("name", t("name"))}
        <Form.Item name="way" label={t("way")}>
          <Select
            disabled={known !== null}
            options={WAYS.map((one) => ({ value: one, label: t(`way.${one}`) }))}
            onChange={(next: Way) => form.setFieldsValue(START[next] as Values)}
          />
        </Form.Item>
        {way === "email" || way === "sftp" ? (
          <>
            {text("host", t("host"))}
            <Form.Item name="port" label={t("port")}>
              <InputNumber min={1} max={65535} />
            </Form.Item>
          </>
        ) : null}
        {way === "email" ? (
          <>
            <Form.Item name="security" label={t("security")}>
              <Select
                options={[
                  { value: "starttls", label: "STARTTLS" },
                  { value: "tls", label: "TLS" },
                  { value: "none", label: t("none") },
                ]}
              />
            </Form.Item>
            {text("sender", t("sender"))}
            <Form.Item
              name="to"
              label={t("recipients")}
              className="dv-wide"
              rules={[{ required: true, message: t("fillIn") }]}
            >
              <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
            </Form.Item>
          </>
        ) : null}
        {way === "sftp" ? (
          <>
            {text("host_key", t("hostKey"), true)}
            <Form.Item name="auth" label={t("auth")}>
              <Select
                options={[
                  { value: "password", label: t("byPassword") },
                  { value: "key", label: t("byKey") },
                ]}
              />
            </Form.Item>
          </>
        ) : null}
        {way === "webdav" ? text("url", t("url"), true) : null}
        {way === "printer" ? text("uri", t("url"), true) : null}
        {way === "sftp" || way === "fax" || way === "folder" ? text("folder", t("folder")) : null}
        {SECRET.includes(way) ? (
          <>
            {text("username", t("username"), false, way === "sftp")}
            <Form.Item name="secret" label={t("secret")} extra={known?.secret ? t("secretKept") : null}>
              {way === "sftp" ? (
                <Input.TextArea autoSize={{ minRows: 1, maxRows: 8 }} autoComplete="off" spellCheck={false} />
              ) : (
                <Input.Password autoComplete="new-password" visibilityToggle={false} />
              )}
            </Form.Item>
          </>
        ) : null}
        {way === "fax" ? <p className="jt-note dv-wide">{t("faxNote")}</p> : null}
        {way === "portal" ? <p className="jt-note dv-wide">{t("portalNote")}</p> : null}
      </Form>
    </Modal>
  );
}

function initial(known: Destination | null): Record<string, unknown> {
  if (!known) return { way: "email", ...START.email };
  const to = known.target.to;
  return { ...known.target, ...(Array.isArray(to) ? { to: to.join("\n") } : {}) };
}

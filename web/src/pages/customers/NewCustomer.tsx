import { useQueryClient } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { customers as area } from "../../i18n/customers";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNotice } from "../../ui/notices";
import { Field, SelectField } from "../settings/form";
import "../settings/settings.css";
import { type Customer, useDirectory } from "./api";

/** As little as a file needs (B10): whose customer, a name, and something to know them by. */
export function NewCustomer({ onClose }: { onClose: () => void }) {
  const t = useWords(area);
  const lang = useLanguage();
  const notice = useNotice();
  const go = useNavigate();
  const queries = useQueryClient();
  const clients = useDirectory().data?.clients ?? [];
  const [client, setClient] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const [saving, setSaving] = useState(false);
  const chosen = client ?? clients[0]?.id ?? "";
  const save = () => {
    setSaving(true);
    const identities = [
      { kind: "phone", value: phone.trim() },
      { kind: "email", value: email.trim() },
    ].filter((one) => one.value);
    http
      .post<Customer>("/api/customers", { body: { client: chosen, name: name.trim(), identities } })
      .then(
        async (made) => {
          await queries.invalidateQueries({ queryKey: ["customers"] });
          notice.done(t("saved"));
          onClose();
          void go(`/customers/${made.id}`);
        },
        (error: unknown) => {
          if (isProblem(error, "identity_taken") && typeof error.problem.customer === "string") {
            notice.warn(t("identity_taken"));
            onClose();
            void go(`/customers/${error.problem.customer}`);
          } else if (isProblem(error, "bad_phone") || isProblem(error, "bad_email")) {
            notice.warn(t(error.code as "bad_phone" | "bad_email"));
          } else notice.failed(error);
        },
      )
      .finally(() => setSaving(false));
  };
  return (
    <Modal
      open
      title={t("newCustomer")}
      onCancel={onClose}
      onOk={save}
      okText={t("save")}
      okButtonProps={{ disabled: !name.trim() || !chosen, loading: saving }}
    >
      <SelectField
        label={t("client")}
        value={chosen}
        options={clients.map((one) => ({ value: one.id, label: inLanguage(one.name, lang) }))}
        onChange={setClient}
      />
      <Field label={t("name")}>
        {(props) => <Input {...props} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t("phone")}>
        {(props) => (
          <Input {...props} inputMode="tel" value={phone} onChange={(event) => setPhone(event.target.value)} />
        )}
      </Field>
      <Field label={t("email")}>
        {(props) => (
          <Input {...props} inputMode="email" value={email} onChange={(event) => setEmail(event.target.value)} />
        )}
      </Field>
    </Modal>
  );
}

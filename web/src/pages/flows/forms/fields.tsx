import { Checkbox, Input, InputNumber, Select } from "antd";
import { type ReactNode, useId } from "react";
import { flowWords } from "../../../i18n/flows";
import { inLanguage, LANGUAGE_NAMES, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import type { Fault } from "../api";
import type { Texts } from "../model";
import { faultsAt, useForm } from "./context";

/** Fields of a node's form: the label above, what is wrong below. */
export function Field({
  label,
  field,
  hint,
  children,
}: {
  label: string;
  field: string;
  hint?: string;
  children: (props: { id: string; "aria-describedby"?: string; disabled: boolean; status?: "error" }) => ReactNode;
}) {
  const { faults, writable } = useForm();
  const id = useId();
  const note = useId();
  const wrong = faultsAt(faults, field);
  const said = wrong.length > 0 || hint;
  return (
    <div className="fl-field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        disabled: !writable,
        ...(said ? { "aria-describedby": note } : {}),
        ...(wrong.some((one) => one.level === "error") ? { status: "error" as const } : {}),
      })}
      {said ? (
        <div id={note}>
          <Wrong faults={wrong} />
          {wrong.length === 0 && hint ? <p className="jt-note">{hint}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

export function Wrong({ faults }: { faults: readonly Fault[] }) {
  const lang = useLanguage();
  return faults.map((fault) => (
    <p key={`${fault.field} ${fault.code}`} className={fault.level === "error" ? "fl-wrong" : "jt-note"}>
      {inLanguage(fault.message, lang)}
    </p>
  ));
}

export function TextField({
  label,
  field,
  value,
  hint,
  rows,
  code,
  onChange,
}: {
  label: string;
  field: string;
  value: string;
  hint?: string;
  rows?: number;
  code?: boolean;
  onChange?: (value: string) => void;
}) {
  const { set } = useForm();
  const put = onChange ?? ((next: string) => set({ [field]: next }, field));
  return (
    <Field label={label} field={field} hint={hint}>
      {(props) =>
        rows ? (
          <Input.TextArea
            {...props}
            rows={rows}
            className={code ? "fl-code" : ""}
            value={value}
            onChange={(e) => put(e.target.value)}
          />
        ) : (
          <Input {...props} className={code ? "fl-code" : ""} value={value} onChange={(e) => put(e.target.value)} />
        )
      }
    </Field>
  );
}

export function NumberField({
  label,
  field,
  value,
  unit,
  hint,
}: {
  label: string;
  field: string;
  value: number;
  unit?: string;
  hint?: string;
}) {
  const { set } = useForm();
  return (
    <Field label={label} field={field} hint={hint}>
      {(props) => (
        <span className="jt-row">
          <InputNumber
            {...props}
            controls={false}
            className="fl-number"
            value={value}
            precision={0}
            onChange={(next) => next !== null && set({ [field]: next }, field)}
          />
          {unit ? <span className="jt-note">{unit}</span> : null}
        </span>
      )}
    </Field>
  );
}

export type Option = { value: string; label: string };

export function SelectField({
  label,
  field,
  value,
  options,
  hint,
  clear,
}: {
  label: string;
  field: string;
  value: string;
  options: readonly Option[];
  hint?: string;
  clear?: string; // what an empty choice means
}) {
  const { set } = useForm();
  // What is set up no longer is still shown, by its id.
  const known = !value || options.some((one) => one.value === value);
  return (
    <Field label={label} field={field} hint={hint}>
      {(props) => (
        <Select
          {...props}
          value={value || undefined}
          placeholder={clear}
          allowClear={clear !== undefined && value !== ""}
          options={known ? [...options] : [...options, { value, label: value }]}
          showSearch={options.length > 8 ? { optionFilterProp: "label" } : false}
          onChange={(next: string | undefined) => set({ [field]: next ?? "" }, field)}
        />
      )}
    </Field>
  );
}

export function TickField({
  label,
  field,
  value,
  hint,
}: {
  label: string;
  field: string;
  value: boolean;
  hint?: string;
}) {
  const { set, writable, faults } = useForm();
  return (
    <div className="fl-field">
      <Checkbox
        checked={value}
        disabled={!writable}
        onChange={(event) => set({ [field]: event.target.checked }, field)}
      >
        {label}
      </Checkbox>
      <Wrong faults={faultsAt(faults, field)} />
      {hint ? <p className="jt-note">{hint}</p> : null}
    </div>
  );
}

/** A text in the language that the form is in; what it is in another stands as its shadow. */
export function NameInput({
  label,
  value,
  onChange,
  id,
  small,
}: {
  label?: string;
  value: Texts;
  onChange: (value: Texts) => void;
  id?: string;
  small?: boolean;
}) {
  const { speech, writable } = useForm();
  return (
    <Input
      id={id}
      size={small ? "small" : "middle"}
      aria-label={label}
      lang={speech}
      disabled={!writable}
      value={value[speech] ?? ""}
      placeholder={inLanguage(value, speech)}
      onChange={(event) => onChange({ ...value, [speech]: event.target.value })}
    />
  );
}

export function NameField() {
  const t = useWords(flowWords);
  const { node, set, speech } = useForm();
  return (
    <Field label={t("textFor", { field: t("name"), language: LANGUAGE_NAMES[speech].long })} field="name">
      {({ id }) => <NameInput id={id} value={node.name} onChange={(name) => set({ name }, `name.${speech}`)} />}
    </Field>
  );
}

/** Two fields beside one another. */
export function Pair({ children }: { children: ReactNode }) {
  return <div className="fl-pair">{children}</div>;
}

import { Input, InputNumber, Select, Switch } from "antd";
import { type ReactNode, useId } from "react";
import { LANGUAGE_NAMES, LANGUAGES } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { faultWords } from "../../i18n/setupFaults";
import type { Names } from "../../live/types";
import { Button } from "../../ui/Button";
import type { Faults } from "./documents";

/** A labelled control with its hint, or in its place what is wrong; `render` gets the ids to connect them. */
export function Field({
  label,
  hint,
  fault,
  children,
}: {
  label: string;
  hint?: ReactNode;
  fault?: Faults[string];
  children: (props: { id: string; "aria-describedby"?: string; status?: "error" }) => ReactNode;
}) {
  const id = useId();
  const note = useId();
  const wrong = useWords(faultWords);
  const said = fault ? faultText(wrong, fault) : hint;
  return (
    <div className="st-field">
      <label htmlFor={id}>{label}</label>
      <div>
        {children({ id, ...(said ? { "aria-describedby": note } : {}), ...(fault ? { status: "error" } : {}) })}
        {said ? (
          <p id={note} className={fault ? "st-fault" : "jt-note"} role={fault ? "alert" : undefined}>
            {said}
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** The words for a fault's code; the bare code where there are none, so that nothing is hidden. */
export function faultText(wrong: ReturnType<typeof useWords<(typeof faultWords)["zh-Hans"]>>, fault: Faults[string]) {
  const code = fault.code in faultWords["zh-Hans"] ? (fault.code as keyof (typeof faultWords)["zh-Hans"]) : null;
  const params = Object.fromEntries(Object.entries(fault.params).map(([name, value]) => [name, String(value)]));
  return code ? wrong(code, params as never) : fault.code;
}

export function TextField({
  label,
  value,
  onChange,
  hint,
  fault,
  disabled,
  code,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  fault?: Faults[string];
  disabled?: boolean;
  code?: boolean;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        <Input
          {...props}
          value={value}
          disabled={disabled}
          className={code ? "st-code" : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A number with its unit; `optional` ones may be emptied, and `off` says what that means. */
export function NumberField({
  label,
  value,
  onChange,
  unit,
  hint,
  off,
  fault,
  step,
}: {
  label: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  unit?: string;
  hint?: ReactNode;
  off?: string;
  fault?: Faults[string];
  step?: number;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        <span className="jt-row">
          <InputNumber
            controls={false}
            {...props}
            className="st-number"
            value={value ?? null}
            step={step ?? 1}
            placeholder={off}
            onChange={(next) => (next === null && off === undefined ? undefined : onChange(next))}
          />
          {unit ? <span className="jt-note">{unit}</span> : null}
        </span>
      )}
    </Field>
  );
}

export type Option = { value: string; label: string; disabled?: boolean };

export function SelectField({
  label,
  value,
  onChange,
  options,
  hint,
  fault,
  clear,
  disabled,
}: {
  label: string;
  value: string | null | undefined;
  onChange: (value: string | null) => void;
  options: Option[];
  hint?: ReactNode;
  fault?: Faults[string];
  clear?: string; // what an empty choice means
  disabled?: boolean;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        <Select
          {...props}
          className="st-select"
          value={value ?? undefined}
          placeholder={clear}
          allowClear={clear !== undefined}
          disabled={disabled}
          options={options}
          showSearch={options.length > 8 ? { optionFilterProp: "label" } : false}
          onChange={(next: string | undefined) => onChange(next ?? null)}
        />
      )}
    </Field>
  );
}

export function ManyField({
  label,
  value,
  onChange,
  options,
  hint,
  fault,
  empty,
}: {
  label: string;
  value: string[];
  onChange: (value: string[]) => void;
  options: Option[];
  hint?: ReactNode;
  fault?: Faults[string];
  empty?: string;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        <Select
          {...props}
          mode="multiple"
          className="st-wide"
          value={value}
          placeholder={empty}
          options={options}
          showSearch={{ optionFilterProp: "label" }}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

export function SwitchField({
  label,
  value,
  onChange,
  hint,
  fault,
}: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  hint?: ReactNode;
  fault?: Faults[string];
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {({ id }) => <Switch id={id} checked={value} onChange={onChange} size="small" />}
    </Field>
  );
}

/** One text in the three languages, a line each. */
export function NamesField({
  label,
  value,
  onChange,
  faults,
  path = "name",
  rows,
}: {
  label: string;
  value: Names;
  onChange: (value: Names) => void;
  faults: Faults;
  path?: string;
  rows?: number;
}) {
  const wrong = useWords(faultWords);
  const group = useId();
  return (
    <fieldset className="st-field">
      <legend>{label}</legend>
      <div className="st-names">
        {LANGUAGES.map((language) => {
          const fault = faults[`${path}.${language}`];
          const props = {
            id: `${group}-${language}`,
            value: value[language] ?? "",
            lang: language,
            status: fault ? ("error" as const) : undefined,
          };
          const put = (text: string) => onChange({ ...value, [language]: text });
          return (
            <div key={language} className="st-name">
              <label htmlFor={props.id} className="jt-note">
                {LANGUAGE_NAMES[language].long}
              </label>
              {rows ? (
                <Input.TextArea {...props} rows={rows} onChange={(event) => put(event.target.value)} />
              ) : (
                <Input {...props} onChange={(event) => put(event.target.value)} />
              )}
              {fault ? (
                <p className="st-fault" role="alert">
                  {faultText(wrong, fault)}
                </p>
              ) : null}
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}

/** How many changes are not saved yet, and what to do with them. Stands at the foot of every editor. */
export function SaveBar({
  changes,
  isNew,
  saving,
  onSave,
  onDiscard,
  children,
}: {
  changes: number;
  isNew?: boolean;
  saving: boolean;
  onSave: () => void;
  onDiscard?: () => void; // none: there is nowhere to go back to
  children?: ReactNode;
}) {
  const t = useWords(settings);
  return (
    <footer className="st-savebar">
      <span role="status" className={changes ? "jt-strong" : "jt-note"}>
        {changes ? t("unsaved", { n: changes }) : t("allSaved")}
      </span>
      {children}
      <span className="jt-fill" />
      {onDiscard ? (
        <Button kind="quiet" onClick={onDiscard} disabled={saving}>
          {isNew ? t("cancel") : changes ? t("discard") : t("close")}
        </Button>
      ) : null}
      <Button kind="main" onClick={onSave} disabled={saving || (!isNew && changes === 0)}>
        {t("save")}
      </Button>
    </footer>
  );
}

export function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="st-section" aria-labelledby={id}>
      <h3 id={id}>
        {title}
        {note ? <span className="jt-note">{note}</span> : null}
      </h3>
      {children}
    </section>
  );
}

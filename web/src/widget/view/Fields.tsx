/** @jsxImportSource preact */
import { useId } from "preact/hooks";
import type { Profile } from "../keep";
import type { Words } from "../words";

export type Asked = "name" | "phone" | "email";
const TYPES = { name: "text", phone: "tel", email: "email" } as const;

/** Native radio buttons: the arrow keys, the form and the screen reader work as everywhere. */
export function Radios<T extends string | number | boolean>(props: {
  legend: string;
  class: string;
  name: string;
  value: T | null;
  options: { value: T; label: string; head?: string }[];
  onChange: (value: T) => void;
}) {
  const group = useId();
  return (
    <fieldset class={`radios ${props.class}`}>
      <legend>{props.legend}</legend>
      <div>
        {props.options.map((option) => (
          <label key={String(option.value)} class={option.value === props.value ? "pick" : ""}>
            <input
              type="radio"
              name={`${props.name}-${group}`}
              checked={option.value === props.value}
              onChange={() => props.onChange(option.value)}
            />
            {option.head ? <b>{option.head}</b> : null}
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Name, phone, e-mail: as few as asked, each with its own keyboard, filled in by the browser where it can. */
export function ProfileFields(props: {
  words: Words;
  ask: readonly Asked[];
  required: readonly Asked[];
  value: Profile;
  wrong: Asked | null;
  onChange: (profile: Profile) => void;
}) {
  const { words } = props;
  const id = useId();
  return (
    <>
      {props.ask.map((field) => {
        const wrong = props.wrong === field;
        return (
          <div class="field" key={field}>
            <label for={`${id}${field}`}>
              {words[field]}
              {props.required.includes(field) ? null : <small>{words.optional}</small>}
            </label>
            <input
              id={`${id}${field}`}
              {...({ type: TYPES[field] } as { type: "text" })}
              dir="auto"
              autoComplete={field === "phone" ? "tel" : field}
              maxLength={field === "email" ? 254 : 80}
              value={props.value[field] ?? ""}
              aria-invalid={wrong}
              aria-describedby={wrong ? `${id}${field}-wrong` : undefined}
              required={props.required.includes(field)}
              onInput={(event) => props.onChange({ ...props.value, [field]: event.currentTarget.value })}
            />
            {wrong ? (
              <p class="bad" id={`${id}${field}-wrong`} role="alert">
                {field === "phone" ? words.phoneWrong : field === "email" ? words.emailWrong : words.nameMissing}
              </p>
            ) : null}
          </div>
        );
      })}
    </>
  );
}

/** The first field that cannot be right; the server judges finally. Empty is right unless required. */
export function wrongField(profile: Profile, ask: readonly Asked[], required: readonly Asked[]): Asked | null {
  for (const field of ask) {
    const value = (profile[field] ?? "").trim();
    if (!value) {
      if (required.includes(field)) return field;
      continue;
    }
    const digits = value.replace(/[^\d]/g, "").length;
    if (field === "phone" && (!/^[+\d][\d\s().-]*$/.test(value) || digits < 5 || digits > 15)) return field;
    if (field === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value)) return field;
  }
  return null;
}

/** Without empty fields. */
export function trimmed(profile: Profile, ask: readonly Asked[]): Profile {
  const result: Profile = {};
  for (const field of ask) {
    const value = profile[field]?.trim();
    if (value) result[field] = value;
  }
  return result;
}

/** Which field the server found wrong. */
export function fieldOf(code: string | null): Asked | null {
  return code === "bad_phone" ? "phone" : code === "bad_email" ? "email" : null;
}

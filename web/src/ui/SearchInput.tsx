import { Input } from "antd";
import { useState } from "react";
import { Icon } from "./Icon";

/** A search that starts on Enter, and ends when the field is emptied. `label` is also what the empty field says. */
export function SearchInput({
  label,
  value,
  search,
  width,
}: {
  label: string;
  value: string;
  search: (text: string) => void;
  width?: number;
}) {
  const [text, setText] = useState(value);
  const [given, setGiven] = useState(value);
  if (given !== value) {
    setGiven(value);
    setText(value);
  }
  return (
    <Input
      type="search"
      aria-label={label}
      placeholder={label}
      prefix={<Icon name="search" />}
      style={width ? { width } : undefined}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        if (!event.target.value && value) search("");
      }}
      onPressEnter={() => search(text.trim())}
    />
  );
}

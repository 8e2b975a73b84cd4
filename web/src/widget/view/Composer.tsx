/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import type { WidgetConfig } from "../../live/types";
import { size } from "../time";
import { objection } from "../upload";
import type { Words } from "../words";
import { Icon } from "./Icon";

type Props = {
  words: Words;
  config: WidgetConfig;
  hint: string;
  draft: string;
  canAttach: boolean;
  onDraft: (text: string) => void;
  /** False: not taken (something else is missing), the text stays. */
  onSend: (text: string) => boolean;
  onFile: (file: File, text: string) => void;
  onTyping: () => void;
};

export function Composer(props: Props) {
  const { words, config } = props;
  const [text, setText] = useState(props.draft);
  const [note, setNote] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const left = config.max_text - [...text].length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 132)}px`;
  }, [text]);

  function change(value: string) {
    setText(value);
    setNote("");
    props.onDraft(value);
    if (value) props.onTyping();
  }
  function send() {
    const said = text.trim();
    if (!said) return;
    if (left < 0) {
      setNote(words.tooLong(config.max_text));
      return;
    }
    if (!props.onSend(said)) return;
    setText("");
    props.onDraft("");
    area.current?.focus();
  }
  function take(files: Iterable<File>) {
    for (const file of files) {
      const objected = objection(file, config.attachments);
      if (objected === "file_too_large")
        setNote(`${file.name}: ${words.fileTooLarge(size(config.attachments.max_bytes))}`);
      else if (objected === "file_type") setNote(`${file.name}: ${words.fileType(kinds(config))}`);
      else if (objected) setNote(`${file.name}: ${words.problems[objected]}`);
      else props.onFile(file, "");
    }
  }
  function onKeyDown(event: KeyboardEvent) {
    // While a Chinese input method composes, Enter picks a word. Safari says so only by keyCode 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  }
  function onPaste(event: ClipboardEvent) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !props.canAttach) return;
    event.preventDefault();
    take(files);
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (props.canAttach) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!props.canAttach || !event.dataTransfer?.files.length) return;
        event.preventDefault();
        take([...event.dataTransfer.files]);
      }}
    >
      <p class="compose-note" role="alert">
        {note}
      </p>
      {note === "" && left <= 100 ? (
        <p class={left < 0 ? "compose-note bad" : "compose-note"} aria-live="polite">
          {left < 0 ? words.tooLong(config.max_text) : words.lettersLeft(left)}
        </p>
      ) : null}
      <div class="compose-row">
        {props.canAttach ? (
          <>
            <input
              ref={picker}
              type="file"
              class="hidden"
              tabIndex={-1}
              multiple
              accept={config.attachments.types.join(",")}
              aria-label={words.attach}
              onChange={(event) => {
                take([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = "";
              }}
            />
            <button
              type="button"
              class="ib"
              aria-label={words.attach}
              title={words.attach}
              onClick={() => picker.current?.click()}
            >
              <Icon name="attach" />
            </button>
          </>
        ) : null}
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          value={text}
          placeholder={props.hint}
          aria-label={props.hint}
          enterkeyhint="send"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <button
          type="submit"
          class={text.trim() ? "ib go" : "ib"}
          aria-label={words.send}
          aria-disabled={!text.trim()}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

/** "PNG, JPEG, PDF" */
function kinds(config: WidgetConfig): string {
  return config.attachments.types
    .map((type) => (type === "text/plain" ? "TXT" : (type.split("/").pop() ?? type).toUpperCase()))
    .join(", ");
}

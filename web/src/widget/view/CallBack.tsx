/** @jsxImportSource preact */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ChatState } from "../../live/types";
import { problem, type Words } from "../words";
import { wrongField } from "./Fields";
import { Icon } from "./Icon";

/** In the queue card: rather be called, keeping the place. Asks for a number only where none is known. */
export function CallBack({
  chat,
  words,
  typed,
  sending,
  refusal,
  onAsk,
}: {
  chat: Omit<ChatState, "messages">;
  words: Words;
  /** What this browser gave before. */
  typed: string;
  sending: boolean;
  refusal: string | null;
  onAsk: (phone: string | null) => void;
}) {
  const [open, setOpen] = useState(false);
  const [phone, setPhone] = useState(typed);
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // A number that the centre cannot read comes back to be put right.
  useEffect(() => {
    if (refusal === "bad_phone" || refusal === "phone_missing") {
      setOpen(true);
      setWrong(true);
    }
  }, [refusal]);
  useEffect(() => {
    if (open) field.current?.focus();
  }, [open]);

  if (chat.callback) {
    return (
      <p class="opt" role="status">
        <Icon name="callback" />
        <span>
          {words.callbackKept}
          <small>{chat.phone ? words.callbackTo(chat.phone) : ""}</small>
        </span>
      </p>
    );
  }
  if (open) {
    return (
      <form
        class="opt callback"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const bad = wrongField({ phone }, ["phone"], ["phone"]) !== null;
          setWrong(bad);
          if (!bad) onAsk(phone.trim());
        }}
      >
        <label for={id}>{words.callbackNumber}</label>
        <div class="callback-row">
          <input
            ref={field}
            id={id}
            type="tel"
            autoComplete="tel"
            maxLength={80}
            value={phone}
            aria-invalid={wrong}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
            onInput={(event) => {
              setPhone(event.currentTarget.value);
              setWrong(false);
            }}
          />
          <button type="submit" class="main" disabled={sending}>
            {words.callbackGo}
          </button>
          <button type="button" class="ib" aria-label={words.back} onClick={() => setOpen(false)}>
            <Icon name="close" />
          </button>
        </div>
        {wrong ? (
          <p class="bad" id={`${id}-wrong`} role="alert">
            {words.phoneWrong}
          </p>
        ) : null}
      </form>
    );
  }
  return (
    <>
      <button
        type="button"
        class="opt"
        disabled={sending}
        aria-busy={sending}
        onClick={() => (chat.phone ? onAsk(null) : setOpen(true))}
      >
        <Icon name="callback" />
        <span>
          {words.callback}
          <small>{chat.phone ? words.callbackTo(chat.phone) : words.callbackNumberNext}</small>
        </span>
        <Icon name="next" size={16} />
      </button>
      {chat.phone && !sending ? (
        <button type="button" class="other-number" onClick={() => setOpen(true)}>
          {words.callbackOther}
        </button>
      ) : null}
      {refusal ? (
        <p class="bad" role="alert">
          {problem(words, refusal)}
        </p>
      ) : null}
    </>
  );
}

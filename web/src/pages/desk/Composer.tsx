import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import type { ContactView } from "../../live/types";
import { Button, IconButton } from "../../ui/Button";
import { Time } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useDesk } from "./context";
import { QuickList, QuickStrip, slashQuery, useQuickReplies } from "./QuickReplies";
import { Uploads, useUploads } from "./uploads";

/**
 * The reply: Enter sends, Shift+Enter breaks the line, Enter that only confirms an input method's candidate does
 * neither. Every keystroke is kept. `/` at the start or after a blank opens the quick replies.
 */
export function Composer({
  contact,
  insertion,
}: {
  contact: ContactView;
  insertion: RefObject<(text: string) => void>;
}) {
  const t = useWords(area);
  const w = useWords(core);
  const { drafts, conversations, live, usable } = useDesk();
  const [draft, setDraft] = useState(() => drafts.read(contact.id));
  const [kept, setKept] = useState(true);
  const [caret, setCaret] = useState(draft.text.length);
  const [listOpen, setListOpen] = useState(false);
  const [dragged, setDragged] = useState(false);
  const [focused, setFocused] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const said = useRef(0);
  const uploads = useUploads(contact.id);
  const listId = useId();
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  const slash = slashQuery(draft.text, caret);
  const replies = useQuickReplies(contact, listOpen ? "" : (slash?.query ?? ""));
  const showList = (slash !== null || listOpen) && focused;
  const [at, setAt] = useState(0);
  const current = Math.min(at, Math.max(0, replies.length - 1));
  const left = LIMIT - Array.from(draft.text).length;

  const write = (text: string) => {
    const next = { text, at: Date.now() };
    setDraft(next);
    setKept(drafts.write(contact.id, text, next.at));
    // Told at most every three seconds: the customer's page shows it for a little longer than that.
    if (text && Date.now() - said.current > 3000) {
      said.current = Date.now();
      live.typing(contact.id);
    }
  };
  const place = (text: string, from: number, to: number) => {
    write(draft.text.slice(0, from) + text + draft.text.slice(to));
    const end = from + text.length;
    setCaret(end);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(end, end);
    });
  };
  const put = (text: string) => {
    const from = field.current?.selectionStart ?? draft.text.length;
    const to = field.current?.selectionEnd ?? from;
    const glue = from > 0 && !/\s$/.test(draft.text.slice(0, from)) && text.length > 40 ? "\n" : "";
    place(glue + text, from, to);
  };
  useEffect(() => {
    insertion.current = put;
  });
  useEffect(
    () => () => {
      insertion.current = () => {};
    },
    [insertion],
  );
  useEffect(() => {
    field.current?.focus();
  }, []);
  // The field grows with its text up to six lines.
  const text = draft.text;
  useLayoutEffect(() => {
    const area = field.current;
    if (!area || text === null) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 144)}px`;
  }, [text]);

  const choose = (index: number) => {
    const reply = replies[index];
    if (!reply) return;
    setListOpen(false);
    setAt(0);
    if (slash) place(reply.text, slash.from, caret);
    else put(reply.text);
  };
  const send = () => {
    const text = draft.text.trim();
    const files = uploads.ready;
    // Without a line the words stay in the field, where they are kept, and the bar above says why.
    if (!usable || (!text && files.length === 0) || left < 0 || uploads.busy) return;
    const [first, ...others] = files;
    conversations.send(contact.id, text, first ?? null);
    for (const one of others) conversations.send(contact.id, "", one);
    uploads.clear();
    write("");
    setCaret(0);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (showList && replies.length > 0) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        setAt((current + (event.key === "ArrowDown" ? 1 : -1) + replies.length) % replies.length);
        return;
      }
      if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
        event.preventDefault();
        choose(current);
        return;
      }
    }
    if (event.key === "Escape" && showList) {
      event.preventDefault();
      setListOpen(false);
      if (slash) place(" ", caret, caret);
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      send();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    uploads.add(files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDragged(false);
    uploads.add([...event.dataTransfer.files]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only a place to drop files on; the attach button does the same by key
    <div
      className="desk-reply"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={() => setDragged(false)}
      onDrop={onDrop}
      data-dragged={dragged}
    >
      {showList ? <QuickList id={listId} replies={replies} at={current} choose={choose} hover={setAt} /> : null}
      <QuickStrip
        contact={contact}
        insert={put}
        more={() => {
          setListOpen(!listOpen);
          setAt(0);
          field.current?.focus();
        }}
        moreOpen={listOpen}
      />
      <div className="desk-comp">
        <Uploads uploads={uploads} />
        <textarea
          id="desk-reply"
          ref={field}
          dir="auto"
          rows={2}
          value={draft.text}
          placeholder={dragged ? t("dropHere") : t("replyHint")}
          aria-label={t("reply", { name })}
          aria-autocomplete="list"
          aria-controls={showList ? listId : undefined}
          aria-activedescendant={showList && replies.length > 0 ? `${listId}-${current}` : undefined}
          onChange={(event) => {
            setCaret(event.target.selectionStart);
            setAt(0);
            write(event.target.value);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKey}
          onPaste={onPaste}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            setListOpen(false);
          }}
        />
        <div className="desk-compbar">
          <IconButton icon="attach" label={t("attach")} disabled={!usable} onClick={() => file.current?.click()} />
          <input
            ref={file}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              uploads.add([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <IconButton
            icon="book"
            label={t("knowledgeTool")}
            onClick={() => document.getElementById("desk-knowledge")?.focus()}
          />
          <span className="jt-fill" />
          <span className="jt-note" role="status">
            {left < 0 ? (
              <span className="jt-over">{t("charsOver", { n: -left })}</span>
            ) : left < 200 ? (
              t("chars", { n: left })
            ) : draft.text && !kept ? (
              t("draftUnsaved")
            ) : null}
          </span>
          {draft.text && kept && left >= 200 ? (
            <span className="jt-note" aria-hidden="true">
              <DraftSaved at={draft.at} />
            </span>
          ) : null}
          <Button
            kind="main"
            disabled={!usable || left < 0 || uploads.busy || (!draft.text.trim() && uploads.ready.length === 0)}
            onClick={send}
          >
            {t("send")} <span className="desk-enter">Enter</span>
          </Button>
        </div>
      </div>
      {uploads.failures.map((failure) => (
        <p key={failure} role="alert" className="jt-signin-error">
          <Icon name="missed" />
          {failure}
        </p>
      ))}
    </div>
  );
}

function DraftSaved({ at }: { at: number }) {
  const t = useWords(area);
  const [before, after] = t("draftSaved", { time: "\u0000" }).split("\u0000");
  return (
    <>
      {before}
      <Time at={at} />
      {after}
    </>
  );
}

/** As the server's own limit on one message. */
const LIMIT = 4000;

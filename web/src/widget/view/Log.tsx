/** @jsxImportSource preact */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../live/types";
import type { Lang } from "../lang";
import { type Model, type Outgoing, textOf, unechoed } from "../protocol";
import type { PendingFile } from "../session";
import { clock, size } from "../time";
import { problem, systemLine, type Words } from "../words";
import { Icon } from "./Icon";

type Props = {
  model: Model;
  files: PendingFile[];
  words: Words;
  lang: Lang;
  now: number;
  greeting: string;
  onRetry: (id: string) => void;
  onDrop: (id: string) => void;
  onRetryFile: (id: string) => void;
  onDropFile: (id: string) => void;
  /** What follows the messages inside the log: the form before the start. */
  children?: ComponentChildren;
};

/** The conversation. Stays at its end unless the reader has scrolled up. */
export function Log(props: Props) {
  const { model, words, lang } = props;
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const stick = useRef(true);
  const waiting = unechoed(model);
  const typing = model.chat.place === "talk" && model.typingUntil > props.now - model.offset;
  const agent = model.chat.agent_name ?? words.agent;
  const count = `${model.messages.length}/${waiting.length}/${props.files.length}/${typing}/${model.chat.place}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what moves the end
  useLayoutEffect(() => {
    if (stick.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [count]);
  useEffect(() => {
    // The keyboard of a phone makes the log shorter: keep the end in sight.
    if (!box.current || typeof ResizeObserver === "undefined") return undefined;
    const element = box.current;
    const observer = new ResizeObserver(() => {
      if (stick.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  function onScroll() {
    const element = box.current;
    if (!element) return;
    stick.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    setAway(!stick.current);
  }
  function toEnd() {
    stick.current = true;
    setAway(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }

  return (
    <div class="log-box">
      <div
        class="log"
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label={words.conversation}
        aria-live="polite"
      >
        {props.greeting ? (
          <div class="m them">
            <p dir="auto">{props.greeting}</p>
          </div>
        ) : null}
        {model.messages.map((message, at) => (
          <Line
            key={message.id}
            message={message}
            last={closes(message, model.messages[at + 1])}
            read={message.contact === model.chat.contact && lastRead(model) === message.id}
            words={words}
            lang={lang}
          />
        ))}
        {waiting.map((item) => (
          <Waiting key={item.frame.id} item={item} online={model.link === "open"} {...props} />
        ))}
        {props.files.map((file) => (
          <GoingFile key={file.id} file={file} words={words} onRetry={props.onRetryFile} onDrop={props.onDropFile} />
        ))}
        {props.children}
      </div>
      <div class="typing" role="status">
        {typing ? (
          <>
            <i />
            <i />
            <i />
            {words.typing(agent)}
          </>
        ) : null}
      </div>
      {away ? (
        <button type="button" class="jump" onClick={toEnd}>
          <Icon name="down" size={16} />
          {words.jump}
        </button>
      ) : null}
    </div>
  );
}

function Line({
  message,
  last,
  read,
  words,
  lang,
}: {
  message: Message;
  last: boolean;
  read: boolean;
  words: Words;
  lang: Lang;
}) {
  const at = clock(message.at, lang);
  if (message.author === "system" && message.code) {
    const text =
      systemLine(words, message.code, {
        ...(message.agent_name ? { name: message.agent_name } : {}),
        ...message.params,
      }) || message.text;
    return text ? (
      <div class="sys" dir="auto">
        <time>{at}</time> {text}
      </div>
    ) : null;
  }
  const own = message.author === "customer";
  const bot = message.author === "system";
  return (
    <div class={own ? "m me" : "m them"}>
      <span class="hidden">{own ? words.you : bot ? words.bot : (message.agent_name ?? words.agent)}</span>
      {message.attachment ? <Attached file={message.attachment} words={words} /> : null}
      {message.text ? <Said text={message.text} /> : null}
      {last || read ? (
        <div class="by">
          {bot ? <span>{words.bot}</span> : null}
          {own || !message.agent_name ? null : <span>{message.agent_name}</span>}
          <time>{at}</time>
          {read ? <span>{words.read}</span> : null}
        </div>
      ) : null}
    </div>
  );
}

/** Written here, not acknowledged yet. */
function Waiting(props: Props & { item: Outgoing; online: boolean }) {
  const { item, words } = props;
  const refused = item.phase === "refused";
  const text = textOf(item.frame);
  return (
    <div class={refused ? "m me refused" : "m me pending"}>
      <span class="hidden">{words.you}</span>
      {item.file ? <FileRow name={item.file.name} note={size(item.file.size)} /> : null}
      {text ? <Said text={text} /> : null}
      <div class="by">
        {refused ? (
          <>
            <Icon name="warn" size={14} />
            <span class="bad">
              {words.failed}: {problem(words, item.code)}
            </span>
            {item.code === "chat_ended" ? null : (
              <button type="button" onClick={() => props.onRetry(item.frame.id)}>
                {words.retry}
              </button>
            )}
            <button type="button" onClick={() => props.onDrop(item.frame.id)}>
              {words.discard}
            </button>
          </>
        ) : (
          <span>{item.code ? problem(words, item.code) : props.online ? words.sending : words.unsent}</span>
        )}
      </div>
    </div>
  );
}

function GoingFile(props: {
  file: PendingFile;
  words: Words;
  onRetry: (id: string) => void;
  onDrop: (id: string) => void;
}) {
  const { file, words } = props;
  const percent = Math.round(file.progress * 100);
  return (
    <div class={file.phase === "refused" ? "m me refused" : "m me pending"}>
      <FileRow name={file.file.name} note={size(file.file.size)} />
      {file.phase === "going" ? <progress max={100} value={percent} aria-label={words.uploading(percent)} /> : null}
      <div class="by">
        {file.phase === "refused" ? (
          <>
            <Icon name="warn" size={14} />
            <span class="bad">
              {words.failed}: {problem(words, file.code)}
            </span>
            <button type="button" onClick={() => props.onRetry(file.id)}>
              {words.retry}
            </button>
          </>
        ) : (
          <span>{file.phase === "going" ? words.uploading(percent) : words.uploadWaits}</span>
        )}
        <button type="button" onClick={() => props.onDrop(file.id)}>
          {words.discard}
        </button>
      </div>
    </div>
  );
}

function Attached({ file, words }: { file: NonNullable<Message["attachment"]>; words: Words }) {
  const note = size(file.size);
  if (file.type.startsWith("image/")) {
    return (
      <a class="pic" href={file.url} target="_blank" rel="noopener noreferrer">
        <img src={file.url} alt={file.name} loading="lazy" />
        <span class="hidden">{note}</span>
      </a>
    );
  }
  return (
    <a class="file" href={file.url} download={file.name}>
      <Icon name="file" />
      <span>
        <b dir="auto">{file.name}</b>
        <small>
          {note} · {words.download}
        </small>
      </span>
    </a>
  );
}

function FileRow({ name, note }: { name: string; note: string }) {
  return (
    <div class="file">
      <Icon name="file" />
      <span>
        <b dir="auto">{name}</b>
        <small>{note}</small>
      </span>
    </div>
  );
}

/** Plain text; web addresses in it can be followed. */
function Said({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = match[0].replace(/[.,;:!?)\]}'"]+$/, "");
    parts.push(text.slice(from, match.index));
    parts.push(
      <a href={url} target="_blank" rel="noopener noreferrer nofollow">
        {url}
      </a>,
    );
    from = match.index + url.length;
  }
  parts.push(text.slice(from));
  return <p dir="auto">{parts}</p>;
}

/** ASCII only, so that Chinese that follows without a space is not taken for part of it. */
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g;
const SAME_BREATH_MS = 180_000;

/** Last of what one side said in one go: there the time is written. */
function closes(message: Message, next: Message | undefined): boolean {
  return (
    !next || next.author !== message.author || next.agent !== message.agent || next.at - message.at > SAME_BREATH_MS
  );
}

function lastRead(model: Model): string | null {
  const seen = model.messages.filter(
    (message) => message.author === "customer" && message.contact === model.chat.contact && message.n <= model.read,
  );
  return seen.at(-1)?.id ?? null;
}

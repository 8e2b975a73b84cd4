/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ChatState } from "../../live/types";
import type { Lang } from "../lang";
import { clock, hours } from "../time";
import type { Words } from "../words";
import { Radios } from "./Fields";
import { Icon } from "./Icon";

/** Where the customer stands in the queue: how many are ahead, how long it may take, how long it has taken. */
export function QueueCard({
  chat,
  words,
  lang,
  now,
  children,
}: {
  chat: Omit<ChatState, "messages">;
  words: Words;
  lang: Lang;
  now: number;
  children?: ComponentChildren;
}) {
  const waited = chat.waiting_since === null ? 0 : Math.max(0, now - chat.waiting_since);
  const minutes = chat.ewt_s === null ? null : chat.ewt_s < 45 ? 0 : Math.round(chat.ewt_s / 60);
  const share = chat.ewt_s === null ? null : waited / (waited + chat.ewt_s * 1000 || 1);
  return (
    <section class="queue">
      <p class="hidden" role="status">
        {words.queueSaid(chat.position, minutes)}
      </p>
      <div aria-hidden="true">
        <div class="ahead">
          {chat.position === null ? <span>{words.aheadUnknown}</span> : <Figure parts={words.ahead(chat.position)} />}
          <span class="grow" />
          {minutes === null ? (
            <span class="quiet">{words.estimateUnknown}</span>
          ) : (
            <Figure parts={words.estimate(minutes)} />
          )}
        </div>
        <div class="line">
          <i style={{ width: `${Math.round(Math.min(0.96, share ?? 0.04) * 100)}%` }} />
        </div>
        <p class="quiet">
          {chat.callback ? words.waitedOnly(hours(waited, lang)) : words.waited(hours(waited, lang))}
        </p>
      </div>
      {children}
    </section>
  );
}

function Figure({ parts: [before, figure, after] }: { parts: [string, string, string] }) {
  return (
    <span>
      {before} <b>{figure}</b> {after}
    </span>
  );
}

type EndedProps = {
  chat: Omit<ChatState, "messages">;
  began: number | null;
  words: Words;
  lang: Lang;
  asked: boolean;
  sending: boolean;
  transcript: string | null;
  canRestart: boolean;
  onSurvey: (score: number, resolved: boolean | null, comment: string) => void;
  onSkip: () => void;
  onRestart: () => void;
};

/** After the end: five points, solved or not, a word; then what can be done next. */
export function Ended(props: EndedProps) {
  const { words, chat, lang } = props;
  const [score, setScore] = useState<number | null>(null);
  const [resolved, setResolved] = useState<boolean | null>(null);
  const [comment, setComment] = useState("");
  const title =
    props.began !== null && chat.ended_at !== null
      ? words.ended(chat.agent_name ?? "", clock(props.began, lang), clock(chat.ended_at, lang))
      : words.endedBare;

  if (props.asked) {
    return (
      <form
        class="panel"
        aria-label={words.survey}
        onSubmit={(event) => {
          event.preventDefault();
          if (score !== null) props.onSurvey(score, resolved, comment.trim());
        }}
      >
        <p class="quiet">{title}</p>
        <Radios
          legend={words.survey}
          class="five"
          name="score"
          value={score}
          options={words.scores.map((label, at) => ({ value: at + 1, head: String(at + 1), label }))}
          onChange={setScore}
        />
        <Radios
          legend={words.solved}
          class="two"
          name="resolved"
          value={resolved}
          options={[
            { value: true, label: words.solvedYes },
            { value: false, label: words.solvedNo },
          ]}
          onChange={setResolved}
        />
        <textarea
          rows={1}
          dir="auto"
          maxLength={1000}
          value={comment}
          placeholder={words.comment}
          aria-label={words.comment}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
        <div class="actions">
          <button type="submit" class="do" disabled={score === null || props.sending}>
            {words.submit}
          </button>
          <button type="button" class="link" onClick={props.onSkip}>
            {words.skip}
          </button>
        </div>
      </form>
    );
  }
  return (
    <section class="panel">
      <p class="quiet">{title}</p>
      {chat.survey === "done" ? (
        <p class="strong" role="status">
          {words.thanks}
        </p>
      ) : null}
      <div class="actions">
        {props.canRestart ? (
          <button type="button" class="do" onClick={props.onRestart}>
            {words.newChat}
          </button>
        ) : null}
        {props.transcript ? (
          <a class="link" href={props.transcript} download="">
            <Icon name="download" size={16} />
            {words.transcript}
          </a>
        ) : null}
      </div>
    </section>
  );
}

/** The one question that is asked: ending cannot be undone. Escape and a click outside keep the chat. */
export function ConfirmEnd(props: { words: Words; queueing: boolean; onYes: () => void; onNo: () => void }) {
  const { words } = props;
  return (
    <dialog
      class="confirm"
      aria-labelledby="end-title"
      ref={(element) => {
        if (element && !element.open) element.showModal();
      }}
      onCancel={props.onNo}
      onClick={(event) => {
        if (event.target === event.currentTarget) props.onNo();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onNo();
      }}
    >
      <div class="box">
        <h2 id="end-title">{words.endTitle}</h2>
        <p>{props.queueing ? words.endQueue : words.endTalk}</p>
        <div class="actions">
          <button type="button" class="danger" onClick={props.onYes}>
            {words.endYes}
          </button>
          <button type="button" class="plain" onClick={props.onNo}>
            {words.endNo}
          </button>
        </div>
      </div>
    </dialog>
  );
}

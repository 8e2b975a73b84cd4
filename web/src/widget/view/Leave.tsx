/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import type { WidgetConfig } from "../../live/types";
import type { Profile } from "../keep";
import type { Lang } from "../lang";
import { dayAndTime, problem, type Words } from "../words";
import { type Asked, fieldOf, ProfileFields, Radios, trimmed, wrongField } from "./Fields";

type ReplyBy = "phone" | "sms" | "email";

type Props = {
  words: Words;
  lang: Lang;
  config: WidgetConfig;
  now: number;
  full: boolean;
  profile: Profile;
  text: string;
  left: boolean;
  sending: boolean;
  refusal: string | null;
  onText: (text: string) => void;
  onLeave: (profile: Profile, replyBy: ReplyBy, text: string) => void;
  onAgain: () => void;
  onRetry: () => void;
};

/** Out of hours, or too many are waiting: a message that somebody answers later. */
export function Leave(props: Props) {
  const { words, config, lang } = props;
  const [profile, setProfile] = useState<Profile>(props.profile);
  const [replyBy, setReplyBy] = useState<ReplyBy>("phone");
  const [text, setText] = useState(props.text);
  const [wrong, setWrong] = useState<Asked | null>(null);
  const [missing, setMissing] = useState(false);

  if (props.left) {
    return (
      <section class="panel leave" role="status">
        <p class="strong">{words.leftTitle}</p>
        <p>{words.leftText}</p>
        <div class="actions">
          <button type="button" class="link" onClick={props.onAgain}>
            {words.leaveMore}
          </button>
        </div>
      </section>
    );
  }

  const needed: Asked = replyBy === "email" ? "email" : "phone";
  const ask: Asked[] = config.ask.includes("name") ? ["name", needed] : [needed];
  const when = config.next_open === null ? "" : dayAndTime(config.next_open, props.now, lang);

  function submit(event: Event) {
    event.preventDefault();
    const bad = wrongField(profile, ask, [needed]);
    setWrong(bad);
    setMissing(!text.trim());
    if (bad || !text.trim()) return;
    props.onLeave(trimmed(profile, ask), replyBy, text.trim());
  }

  return (
    <form class="panel leave" noValidate onSubmit={submit} aria-label={words.leave}>
      <p>
        <b>{props.full ? words.fullLead : words.closedLead(when)}</b> {props.full ? words.fullRest : words.closedRest}
      </p>
      {props.full ? (
        <p>
          <button type="button" class="link" onClick={props.onRetry}>
            {words.tryAgain}
          </button>
        </p>
      ) : null}
      <ProfileFields
        words={words}
        ask={ask}
        required={[needed]}
        value={profile}
        wrong={wrong ?? fieldOf(props.refusal)}
        onChange={(value) => {
          setProfile(value);
          setWrong(null);
        }}
      />
      <div class="field tall">
        <label for="leave-text">{words.leave}</label>
        <textarea
          id="leave-text"
          dir="auto"
          rows={3}
          maxLength={config.max_text}
          value={text}
          aria-invalid={missing}
          aria-describedby={missing ? "leave-missing" : undefined}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setMissing(false);
            props.onText(event.currentTarget.value);
          }}
        />
        {missing ? (
          <p class="bad" id="leave-missing" role="alert">
            {words.textMissing}
          </p>
        ) : null}
      </div>
      <Radios
        legend={words.howReply}
        class="three"
        name="reply"
        value={replyBy}
        options={[
          { value: "phone", label: words.replyPhone },
          { value: "sms", label: words.replySms },
          { value: "email", label: words.replyEmail },
        ]}
        onChange={setReplyBy}
      />
      {props.refusal && !fieldOf(props.refusal) ? (
        <p class="bad" role="alert">
          {problem(words, props.refusal)}
        </p>
      ) : null}
      <div class="actions">
        <button type="submit" class="do" disabled={props.sending}>
          {props.sending ? words.leaving : words.submitLeave}
        </button>
      </div>
    </form>
  );
}

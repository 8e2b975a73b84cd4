/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { tellParent } from "../bridge";
import { palette } from "../colour";
import type { Keep, Profile } from "../keep";
import { LANGS, type Lang } from "../lang";
import { inChat, type Model, type Outgoing } from "../protocol";
import type { Session } from "../session";
import { chooseLang, problem, WORDS } from "../words";
import { CallBack } from "./CallBack";
import { Composer } from "./Composer";
import { useAttention, useConnection, useDark } from "./effects";
import { type Asked, fieldOf, ProfileFields, trimmed, wrongField } from "./Fields";
import { Header } from "./Header";
import { useSession, useTick } from "./hooks";
import { Mark } from "./Icon";
import { Leave } from "./Leave";
import { Log } from "./Log";
import { ConfirmEnd, Ended, QueueCard } from "./Panels";

type Props = {
  session: Session;
  keep: Keep;
  widget: string;
  wish: { asked: string | null; browser: readonly string[] };
  theme: string | null;
  embedded: boolean;
  identity: string | null;
};

export function App({ session, keep, widget, wish, theme, embedded, identity }: Props) {
  const { model, files } = useSession(session);
  const { config, chat } = model;
  const [lang, setLang] = useState<Lang>(() =>
    chooseLang(wish.asked, keep.lang(), wish.browser, config?.languages ?? []),
  );
  const [shown, setShown] = useState(!embedded);
  const [ending, setEnding] = useState(false);
  const [skipped, setSkipped] = useState(keep.skipped());
  const [again, setAgain] = useState(false);
  const [profile, setProfile] = useState<Profile>(keep.profile());
  const [wrong, setWrong] = useState<Asked | null>(null);
  const [startProblem, setStartProblem] = useState<string | null>(null);
  const [returned, setReturned] = useState(0);
  const words = WORDS[lang];
  const offered = LANGS.filter((one) => !config || config.languages.includes(one));
  const dark = useDark(theme);
  const screen = screenOf(model, again);
  useTick(screen === "queue" || model.typingUntil > 0);
  const now = session.now();

  useConnection(session, keep, embedded, widget, words.support, setShown);
  useAttention(model, shown, lang);

  // The widget may not offer the language that the browser asked for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: decided once, when the widget's languages are known
  useEffect(() => {
    if (!config) return;
    const possible = chooseLang(wish.asked, keep.lang(), wish.browser, config.languages);
    if (possible !== lang) setLang(possible);
  }, [config?.languages.join()]);
  useEffect(() => {
    document.documentElement.lang = lang;
    session.setLang(lang);
  }, [session, lang]);
  useEffect(() => {
    const colours = palette(config?.colour ?? "", dark ? "dark" : "light");
    const style = document.documentElement.style;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    style.setProperty("--k", colours.brand);
    style.setProperty("--on-k", colours.onBrand);
    style.setProperty("--k-text", colours.text);
    style.setProperty("--k-bg", colours.tint);
    style.setProperty("--k-line", colours.line);
  }, [config?.colour, dark]);
  const began = model.messages.find((message) => message.contact === chat.contact)?.at ?? null;
  const title = config?.name[lang] ?? words.support;
  useEffect(() => {
    document.title = title;
  }, [title]);

  const offline = model.link === "lost" || (model.link === "connecting" && config !== null);
  const waitingFor = (kind: Outgoing["frame"]["t"]) => model.outbox.find((item) => item.frame.t === kind);
  const transcript =
    chat.contact && model.token ? `/api/chat/transcript?token=${encodeURIComponent(model.token)}&lang=${lang}` : null;
  const callback = model.outbox.find((item) => item.frame.t === "callback" && item.contact === chat.contact);
  const asked = chat.survey === "asked" && skipped !== chat.contact && waitingFor("survey")?.phase !== "refused";

  // A start that was refused comes back into the field, to be put right and sent anew.
  const refusedStart = waitingFor("start")?.phase === "refused" ? waitingFor("start") : undefined;
  useEffect(() => {
    if (refusedStart?.frame.t !== "start") return;
    if (!keep.draft()) keep.setDraft(refusedStart.frame.text ?? "");
    setWrong(fieldOf(refusedStart.code));
    setStartProblem(refusedStart.code);
    setReturned((n) => n + 1);
    session.drop(refusedStart.frame.id);
  }, [refusedStart, keep, session]);

  function begin(text: string): boolean {
    const ask = (config?.ask ?? []) as Asked[];
    const bad = wrongField(profile, ask, ask);
    setWrong(bad);
    if (bad) {
      document.querySelector<HTMLInputElement>(".ask [aria-invalid=true], .ask input")?.focus();
      return false;
    }
    setStartProblem(null);
    session.begin({ ...trimmed(profile, ask), ...(identity ? { identity } : {}) }, text);
    setAgain(false);
    return true;
  }

  return (
    <div class={embedded ? "chat embedded" : "chat"}>
      <Header
        words={words}
        lang={lang}
        langs={offered}
        title={title}
        note={config?.hours_text[lang] ?? ""}
        agent={screen === "talk" ? chat.agent_name : null}
        transcript={transcript}
        canEnd={(screen === "queue" && !chat.callback) || screen === "talk" || screen === "bot"}
        embedded={embedded}
        onLang={(one) => {
          keep.setLang(one);
          setLang(one);
        }}
        onEnd={() => setEnding(true)}
        onMinimise={() => tellParent({ jietong: "close" })}
      />
      <p class={offline ? "bar" : "bar none"} role="status">
        {offline ? words.offline : ""}
      </p>
      <main class="body">
        {screen === "fatal" ? <p class="middle">{words.fatal}</p> : null}
        {screen === "connecting" ? (
          <p class="middle" role="status">
            {model.link === "lost" ? words.unavailable : words.connecting}
          </p>
        ) : null}
        {screen === "leave" && config ? (
          <Leave
            key={lang}
            words={words}
            lang={lang}
            config={config}
            now={now}
            full={chat.place === "full" || (chat.place === "ended" && config.open)}
            profile={profile}
            text={keep.draft() || refusedText(model)}
            left={model.left}
            sending={waitingFor("leave")?.phase === "sent" || waitingFor("leave")?.phase === "queued"}
            refusal={waitingFor("leave")?.code ?? null}
            onText={(text) => keep.setDraft(text)}
            onLeave={(given, replyBy, text) => {
              setProfile({ ...profile, ...given });
              const refused = waitingFor("leave");
              if (refused) session.drop(refused.frame.id);
              session.leave({ ...given, ...(identity ? { identity } : {}) }, replyBy, text);
              keep.setDraft("");
            }}
            onAgain={() => session.leaveMore()}
            onRetry={() => setAgain(true)}
          />
        ) : null}
        {config && CHATTING.has(screen) ? (
          <>
            <Log
              model={model}
              files={files}
              words={words}
              lang={lang}
              now={now}
              greeting={config.greeting[lang]}
              onRetry={(id) => session.retry(id)}
              onDrop={(id) => session.drop(id)}
              onRetryFile={(id) => session.retryFile(id)}
              onDropFile={(id) => session.dropFile(id)}
            >
              {screen === "start" && config.ask.length > 0 ? (
                <div class="ask">
                  <p class="lead">{words.beforeStart}</p>
                  <ProfileFields
                    words={words}
                    ask={config.ask as Asked[]}
                    required={config.ask as Asked[]}
                    value={profile}
                    wrong={wrong}
                    onChange={(value) => {
                      setProfile(value);
                      keep.setProfile(value);
                      setWrong(null);
                    }}
                  />
                </div>
              ) : null}
              {screen === "start" && startProblem && !fieldOf(startProblem) ? (
                <p class="bad" role="alert">
                  {problem(words, startProblem)}
                </p>
              ) : null}
            </Log>
            {screen === "bot" && chat.options?.length ? (
              <fieldset class="choices" aria-label={words.choices}>
                {chat.options.map((option) => (
                  <button key={option} type="button" onClick={() => session.say(option)}>
                    {option}
                  </button>
                ))}
              </fieldset>
            ) : null}
            {screen === "queue" ? (
              <QueueCard chat={chat} words={words} lang={lang} now={now}>
                <CallBack
                  key={chat.contact ?? ""}
                  chat={chat}
                  words={words}
                  typed={profile.phone ?? ""}
                  sending={callback !== undefined && callback.phase !== "refused"}
                  refusal={callback?.phase === "refused" ? callback.code : null}
                  onAsk={(phone) => {
                    if (callback) session.drop(callback.frame.id);
                    session.callBack(phone);
                  }}
                />
              </QueueCard>
            ) : null}
            {screen === "ended" ? (
              <Ended
                key={chat.contact ?? ""}
                chat={chat}
                began={began}
                words={words}
                lang={lang}
                asked={asked}
                sending={waitingFor("survey") !== undefined}
                transcript={transcript}
                canRestart
                onSurvey={(score, resolved, comment) => session.survey(score, resolved, comment)}
                onSkip={() => {
                  keep.setSkipped(chat.contact ?? "");
                  setSkipped(chat.contact);
                }}
                onRestart={() => setAgain(true)}
              />
            ) : (
              <Composer
                key={screen === "start" ? `start${returned}` : "chat"}
                words={words}
                config={config}
                hint={
                  screen === "start" ? words.messageFirst : screen === "queue" ? words.messageQueue : words.message
                }
                draft={keep.draft()}
                canAttach={chat.place === "queue" || chat.place === "talk"}
                onDraft={(text) => keep.setDraft(text)}
                onSend={(text) => {
                  if (screen === "start") return begin(text);
                  session.say(text);
                  return true;
                }}
                onFile={(file, text) => session.attach(file, text)}
                onTyping={() => session.typing()}
              />
            )}
            {waitingFor("survey")?.phase === "refused" ? (
              <p class="bad" role="alert">
                {problem(words, waitingFor("survey")?.code ?? null)}
              </p>
            ) : null}
          </>
        ) : null}
      </main>
      <footer class="by-line">
        {words.by[0]} <Mark /> {words.brand} {words.by[1]}
      </footer>
      {ending ? (
        <ConfirmEnd
          words={words}
          queueing={chat.place === "queue"}
          onYes={() => {
            setEnding(false);
            session.end();
          }}
          onNo={() => setEnding(false)}
        />
      ) : null}
    </div>
  );
}

type Screen = "fatal" | "connecting" | "start" | "leave" | "bot" | "queue" | "talk" | "ended";

const CHATTING: ReadonlySet<Screen> = new Set(["start", "bot", "queue", "talk", "ended"]);

/** `again`: the customer asked for another chat after an end. */
export function screenOf(model: Model, again: boolean): Screen {
  if (model.fatal) return "fatal";
  const { config, chat } = model;
  if (!config) return "connecting";
  if (chat.place === "talk" || chat.place === "bot") return chat.place;
  if (chat.place === "queue" || inChat(model)) return "queue";
  if (again && config.open) return "start";
  if (chat.place === "ended") {
    const missed = chat.outcome === "timed_out" || chat.outcome === "callback_failed";
    return missed || again ? "leave" : "ended";
  }
  if (chat.place === "closed_hours" || chat.place === "full") return "leave";
  return config.open ? "start" : "leave";
}

/** What the customer wanted to say when the door was shut: it need not be typed again. */
function refusedText(model: Model): string {
  const own = model.messages.filter(
    (message) => message.author === "customer" && message.contact === model.chat.contact,
  );
  const start = model.outbox.find((item) => item.frame.t === "start");
  return (
    own.map((message) => message.text).join("\n") || (start?.frame.t === "start" ? (start.frame.text ?? "") : "")
  );
}

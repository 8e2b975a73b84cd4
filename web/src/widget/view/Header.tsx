/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Lang } from "../lang";
import { LANG_NAMES, type Words } from "../words";
import { Icon } from "./Icon";

type Props = {
  words: Words;
  lang: Lang;
  langs: readonly Lang[];
  title: string;
  note: string;
  /** Who is talking with the customer; gives the round initial. */
  agent: string | null;
  transcript: string | null;
  canEnd: boolean;
  embedded: boolean;
  onLang: (lang: Lang) => void;
  onEnd: () => void;
  onMinimise: () => void;
};

export function Header(props: Props) {
  const { words, agent } = props;
  return (
    <header class="head">
      {agent ? (
        <span class="avatar" aria-hidden="true">
          {initial(agent)}
        </span>
      ) : null}
      <div class="titles">
        <h1 dir="auto">{agent ?? props.title}</h1>
        <p dir="auto">{agent ? props.title : props.note}</p>
      </div>
      {props.canEnd ? (
        <button type="button" class="end" onClick={props.onEnd}>
          {words.end}
        </button>
      ) : null}
      <Menu {...props} />
      {props.embedded ? (
        <button type="button" class="ib" aria-label={words.minimise} onClick={props.onMinimise}>
          <Icon name="down" />
        </button>
      ) : null}
    </header>
  );
}

/** Languages, transcript and ending; closes on Escape and on a click elsewhere, and gives the focus back. */
function Menu(props: Props) {
  const { words } = props;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    items(box.current)[0]?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  function close() {
    setOpen(false);
    button.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (!open) return;
    const all = items(box.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move among the menu's own items
    <div class="menu-box" ref={box} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="ib"
        ref={button}
        aria-label={words.more}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open ? (
        <div class="menu" role="menu" aria-label={words.more}>
          {props.transcript ? (
            <a role="menuitem" href={props.transcript} download="" onClick={close}>
              <Icon name="download" size={16} />
              {words.transcript}
            </a>
          ) : null}
          {props.langs.length > 1
            ? props.langs.map((lang) => (
                <button
                  type="button"
                  key={lang}
                  role="menuitemradio"
                  aria-checked={lang === props.lang}
                  lang={lang}
                  onClick={() => {
                    props.onLang(lang);
                    close();
                  }}
                >
                  {lang === props.langs[0] ? <Icon name="language" size={16} /> : <span class="gap16" />}
                  {LANG_NAMES[lang]}
                </button>
              ))
            : null}
        </div>
      ) : null}
    </div>
  );
}

function items(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
}

/** First character as a reader sees it, surrogate pairs kept whole. */
function initial(name: string): string {
  return [...name.trim()][0] ?? "";
}

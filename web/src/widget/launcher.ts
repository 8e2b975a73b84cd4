/**
 * widget.js: one script tag puts the chat on any page.
 *
 *   <script src="https://centre.example/widget.js" data-widget="web" data-lang="zh-Hant" async></script>
 *
 * Other attributes: data-theme="light|dark|auto", data-side="left|right", data-identity (signed token of who is signed
 * in). The page can call `window.jietongChat.open()`, `.close()`, `.unread`. Everything lives in one shadow root, so
 * that neither page's style reaches the other.
 */

import { KEPT_PREFIX, type ToFrame, type ToParent } from "./bridge";
import { type Lang, langOf } from "./lang";

type Api = { open: () => void; close: () => void; readonly unread: number };
declare global {
  interface Window {
    jietongChat?: Api;
  }
}

const LABELS: Record<Lang, { open: string; close: string; unread: (n: number) => string }> = {
  "zh-Hans": { open: "打开在线客服", close: "收起在线客服", unread: (n) => `，${n} 条未读` },
  "zh-Hant": { open: "開啟線上客服", close: "收合線上客服", unread: (n) => `，${n} 則未讀` },
  en: { open: "Open chat", close: "Minimise chat", unread: (n) => `, ${n} unread` },
};

const script = document.currentScript as HTMLScriptElement | null;
if (script?.dataset.widget && !window.jietongChat) {
  const begin = () => start(script, script.dataset.widget ?? "");
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin, { once: true });
}

function start(tag: HTMLScriptElement, widget: string): void {
  const origin = new URL(tag.src, location.href).origin;
  const lang = tag.dataset.lang ?? "";
  const labels = LABELS[langOf(lang || document.documentElement.lang || navigator.language) ?? "en"];

  const query = new URLSearchParams({ widget, embed: "1" });
  if (lang) query.set("lang", lang);
  if (tag.dataset.theme) query.set("theme", tag.dataset.theme);
  const identity = tag.dataset.identity ? `#identity=${encodeURIComponent(tag.dataset.identity)}` : "";

  const host = document.createElement("div");
  host.style.cssText = "position:fixed;inset:auto;z-index:2147483000;width:0;height:0";
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${css(tag.dataset.side === "left" ? "left" : "right")}</style>`;

  const frame = document.createElement("iframe");
  frame.title = labels.open;
  frame.allow = "autoplay";
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  const button = document.createElement("button");
  button.type = "button";
  button.hidden = true;
  button.setAttribute("aria-expanded", "false");
  button.innerHTML =
    '<svg viewBox="0 0 16 16" width="26" height="26" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path class="chat" d="M2.5 4.5a1.500 1.500 0 0 1 1.500-1.500h8a1.500 1.500 0 0 1 1.500 1.500v5a1.500 1.500 0 0 1-1.500 1.500H7.500L4.500 13.500V11H4a1.500 1.500 0 0 1-1.500-1.500Z"/><path class="down" d="m4.500 6.500 3.500 3.500 3.500-3.500"/></svg><b></b>';
  const badge = button.querySelector("b");
  root.append(frame, button);

  let unread = 0;
  let opened = false;
  const tell = (message: ToFrame) => frame.contentWindow?.postMessage(message, origin);
  const show = () => {
    button.setAttribute("aria-expanded", String(opened));
    button.setAttribute(
      "aria-label",
      (opened ? labels.close : labels.open) + (unread && !opened ? labels.unread(unread) : ""),
    );
    if (badge) badge.textContent = unread && !opened ? String(Math.min(unread, 99)) : "";
    host.dataset.open = String(opened);
    root.host.toggleAttribute("data-open", opened);
    if (opened) frame.removeAttribute("aria-hidden");
    else frame.setAttribute("aria-hidden", "true");
    frame.tabIndex = opened ? 0 : -1;
  };
  const open = () => {
    if (opened || button.hidden) return;
    opened = true;
    unread = 0;
    show();
    tell({ jietong: "open" });
    frame.focus();
  };
  const close = () => {
    if (!opened) return;
    opened = false;
    show();
    tell({ jietong: "closed" });
    button.focus();
  };

  addEventListener("message", (event: MessageEvent) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = event.data as ToParent | null;
    if (message?.jietong === "ready") {
      if (/^#[0-9a-f]{6}$/.test(message.colour)) host.style.setProperty("--k", message.colour);
      frame.title = message.label;
      button.hidden = false;
      show();
      if (opened) tell({ jietong: "open" });
    } else if (message?.jietong === "unread") {
      unread = opened ? 0 : message.count;
      show();
    } else if (message?.jietong === "kept") {
      tell({ jietong: "kept", entries: kept() });
    } else if (message?.jietong === "keep") {
      store(message.key, message.value);
    } else if (message?.jietong === "close") {
      close();
    } else if (message?.jietong === "fatal") {
      console.warn(`Jietong: the chat widget "${widget}" is unknown, switched off, or not allowed on this site.`);
      host.remove();
    }
  });
  button.addEventListener("click", () => (opened ? close() : open()));

  window.jietongChat = {
    open,
    close,
    get unread() {
      return unread;
    },
  };
  document.body.append(host);
  frame.src = `${origin}/chat?${query}${identity}`;
}

/** The frame's entries, where it may not store any itself. */
function kept(): Record<string, string> {
  const entries: Record<string, string> = {};
  try {
    for (let i = 0; i < sessionStorage.length; i += 1) {
      const key = sessionStorage.key(i);
      if (key?.startsWith(KEPT_PREFIX)) entries[key] = sessionStorage.getItem(key) ?? "";
    }
  } catch {
    // This page may not store either: the chat then lasts as long as the page.
  }
  return entries;
}

function store(key: unknown, value: unknown): void {
  if (typeof key !== "string" || !key.startsWith(KEPT_PREFIX)) return;
  try {
    if (typeof value === "string") sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // as above; or the storage is full
  }
}

function css(side: "left" | "right"): string {
  return `
button{all:unset;box-sizing:border-box;position:fixed;${side}:max(20px,env(safe-area-inset-${side}));bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;display:grid;place-items:center;background:var(--k,#005861);color:#fff;cursor:pointer;box-shadow:0 8px 24px rgba(9,38,43,.16),0 1px 3px rgba(9,38,43,.1)}
button[hidden]{display:none}
button:focus-visible{outline:3px solid var(--k,#005861);outline-offset:3px}
.down,:host([data-open]) .chat{display:none}
:host([data-open]) .down{display:inline}
b{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;box-sizing:border-box;padding:0 6px;border-radius:11px;background:#BF2E2E;color:#fff;font:600 12px/22px system-ui,sans-serif;text-align:center}
b:empty{display:none}
iframe{position:fixed;${side}:max(20px,env(safe-area-inset-${side}));bottom:88px;width:376px;height:min(656px,calc(100vh - 108px));border:1px solid #B8C4C6;border-radius:10px;background:#fff;box-shadow:0 8px 24px rgba(9,38,43,.16),0 1px 3px rgba(9,38,43,.1);box-sizing:border-box;visibility:hidden;opacity:0;transition:opacity 120ms;color-scheme:light}
:host([data-open]) iframe{visibility:visible;opacity:1}
@media (max-width:480px),(max-height:420px){
iframe{inset:0;width:100%;height:100%;border:0;border-radius:0}
:host([data-open]) button{display:none}}
@media (prefers-reduced-motion:reduce){iframe{transition:none}}
@media print{:host{display:none!important}}`;
}

/** @jsxImportSource preact */
import "../ui/tokens.css";
import "./chat.css";
import { render } from "preact";
import { allowSound } from "./attention";
import { parentEntries } from "./bridge";
import { browserStorage, keep } from "./keep";
import { Session } from "./session";
import { App } from "./view/App";
import { chooseLang } from "./words";

/**
 * The customer's page: /chat?widget=ID, with `lang`, `theme=light|dark|auto`, `embed=1` (inside a frame of the
 * launcher) and, in the fragment so that no log of a server gets it, `identity` (the embedding site's signed word on
 * who the customer is).
 */
const query = new URLSearchParams(location.search);
const widget = query.get("widget") ?? "";
const embedded = query.get("embed") === "1" && window.parent !== window;
const asked = query.get("lang");
const browser = navigator.languages ?? [];

addEventListener("pointerdown", allowSound, { passive: true });
addEventListener("keydown", allowSound);
void begin();

async function begin(): Promise<void> {
  const root = document.getElementById("chat");
  if (!root) return;
  const kept = keep(widget, browserStorage() ?? (embedded ? await parentEntries() : null));
  const session = new Session(widget, kept, chooseLang(asked, kept.lang(), browser, []));
  render(
    <App
      session={session}
      keep={kept}
      widget={widget}
      wish={{ asked, browser }}
      theme={query.get("theme")}
      embedded={embedded}
      identity={new URLSearchParams(location.hash.slice(1)).get("identity")}
    />,
    root,
  );
}

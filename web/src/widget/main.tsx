/** @jsxImportSource preact */
import "../ui/tokens.css";
import "./chat.css";
import { render } from "preact";
import { allowSound } from "./attention";
import { keep } from "./keep";
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
const kept = keep(widget);
const lang = chooseLang(query.get("lang"), kept.lang(), navigator.languages ?? [], []);
const session = new Session(widget, kept, lang);
const root = document.getElementById("chat");

addEventListener("pointerdown", allowSound, { passive: true });
addEventListener("keydown", allowSound);

if (root) {
  render(
    <App
      session={session}
      keep={kept}
      widget={widget}
      wish={{ asked: query.get("lang"), browser: navigator.languages ?? [] }}
      theme={query.get("theme")}
      embedded={query.get("embed") === "1" && window.parent !== window}
      identity={new URLSearchParams(location.hash.slice(1)).get("identity")}
    />,
    root,
  );
}

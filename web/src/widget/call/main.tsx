/** @jsxImportSource preact */
import "../../ui/tokens.css";
import "./call.css";
import { render } from "preact";
import { openLine } from "../../softphone/line";
import { openMicrophone } from "../../softphone/microphone";
import { dialled } from "../../softphone/numbers";
import { browserStorage } from "../keep";
import { chooseLang } from "../words";
import { admit } from "./admit";
import { CallPage } from "./CallPage";
import { Caller } from "./caller";

/** The customer's call: /call?number=…, with `lang` and `theme=light|dark|auto`. */
const LANGUAGE = "jt.call.language";
const query = new URLSearchParams(location.search);
const number = dialled(query.get("number") ?? "");
const first = chooseLang(
  query.get("lang"),
  browserStorage()?.getItem(LANGUAGE) ?? null,
  navigator.languages ?? [],
  [],
);
let lang = first;
const speaker = document.createElement("audio");
speaker.autoplay = true;

const caller = new Caller({
  admit: () => admit(number, lang),
  openLine,
  openMicrophone: () => openMicrophone(),
  play: async (stream) => {
    speaker.srcObject = stream;
    await speaker.play();
  },
  now: () => Date.now(),
});

const root = document.getElementById("call");
if (root) {
  render(
    <CallPage
      caller={caller}
      number={number}
      first={first}
      theme={query.get("theme") ?? "auto"}
      onLang={(next) => {
        lang = next;
        browserStorage()?.setItem(LANGUAGE, next);
      }}
    />,
    root,
  );
}

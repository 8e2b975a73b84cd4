/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it } from "vitest";
import type { Message } from "../../live/types";
import { inChat, type Model, start } from "../protocol";
import { WORDS } from "../words";
import { screenOf } from "./App";
import { Log } from "./Log";

const box = document.body.appendChild(document.createElement("div"));
afterEach(() => act(() => render(null, box)));

const bot: Message = {
  id: "m1",
  contact: "c1",
  n: 1,
  at: 1_800_000_000_000,
  author: "system",
  agent: null,
  agent_name: null,
  text: "请问要办什么？\n1. 报修",
  code: null,
  params: null,
  attachment: null,
};

function model(place: "bot" | "queue"): Model {
  const fresh = start(null, []);
  return { ...fresh, link: "open", chat: { ...fresh.chat, contact: "c1", place }, messages: [bot] };
}

it("shows the bot's words as somebody's words, under its own name", () => {
  const nothing = () => undefined;
  act(() =>
    render(
      <Log
        model={model("bot")}
        files={[]}
        words={WORDS["zh-Hans"]}
        lang="zh-Hans"
        now={bot.at}
        greeting=""
        onRetry={nothing}
        onDrop={nothing}
        onRetryFile={nothing}
        onDropFile={nothing}
      />,
      box,
    ),
  );
  expect(box.querySelector(".m.them")?.textContent).toContain("1. 报修");
  expect(box.querySelector(".m.them .by")?.textContent).toContain("自动助手");
  expect(box.querySelector(".sys")).toBeNull();
});

it("is in a chat while a flow serves", () => {
  expect(inChat(model("bot"))).toBe(true);
  const config = { open: true } as Model["config"];
  expect(screenOf({ ...model("bot"), config }, false)).toBe("bot");
});

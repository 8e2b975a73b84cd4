/** All that the customer reads, in three languages. A missing key does not compile; 繁體 is written, not converted. */

import { clock, hours } from "./time";

export type Lang = "zh-Hans" | "zh-Hant" | "en";
export const LANGS: readonly Lang[] = ["zh-Hans", "zh-Hant", "en"];
export const LANG_NAMES: Record<Lang, string> = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };

const hans = {
  support: "在线客服",
  by: ["由", "提供"],
  brand: "接通",
  more: "更多",
  minimise: "收起",
  close: "关闭",
  back: "返回",
  language: "语言",
  transcript: "下载对话记录",
  end: "结束",
  endTitle: "结束这次会话？",
  endQueue: "您还在排队，结束后排位不保留。",
  endTalk: "结束后不能再在这次会话里说话，可以另开一次。",
  endYes: "结束会话",
  endNo: "继续",
  connecting: "正在连接…",
  offline: "网络断了，正在重连。您写的会留着，恢复后自动发出。",
  unavailable: "客服系统暂时不可用，正在重试。您写的会留着。",
  fatal: "这个聊天窗口没有开通，或已停用。",
  conversation: "会话记录",
  you: "您",
  agent: "客服",
  system: "系统",
  message: "写消息",
  messageQueue: "补充说明，客服接入就能看到",
  messageFirst: "说说您的问题",
  send: "发送",
  attach: "附件",
  tooLong: (max: number) => `最多 ${max} 字`,
  lettersLeft: (n: number) => `还可写 ${n} 字`,
  typing: (name: string) => `${name}正在输入`,
  read: "已读",
  sending: "正在发送",
  unsent: "未发出，等待网络",
  failed: "没发出去",
  retry: "重试",
  discard: "删除",
  uploading: (percent: number) => `上传 ${percent}%`,
  uploadWaits: "等待上传",
  attachmentSent: "已发送",
  download: "下载",
  dropHere: "松手即发送文件",
  ahead: (n: number): [string, string, string] =>
    n === 0 ? ["", "下一位", "就是您"] : ["前面还有", String(n), "位"],
  aheadUnknown: "正在为您排队",
  estimate: (minutes: number): [string, string, string] =>
    minutes < 1 ? ["预计", "不到 1", "分钟"] : ["预计约", String(minutes), "分钟"],
  estimateUnknown: "暂时估不出等待时间",
  waited: (time: string) => `已等 ${time}。接通时响铃提醒，可以先浏览别的页面`,
  queueSaid: (n: number | null, minutes: number | null) =>
    n === null ? "正在排队" : `前面还有 ${n} 位${minutes === null ? "" : `，预计约 ${Math.max(1, minutes)} 分钟`}`,
  connectedTitle: (name: string) => `${name}已接入`,
  newMessageTitle: (n: number) => `（${n}）新消息`,
  beforeStart: "开始之前，请留下联系方式，断线时好找到您",
  optional: "可不填",
  name: "称呼",
  phone: "手机号",
  email: "邮箱",
  startChat: "开始会话",
  phoneWrong: "请写完整的号码，例如 138 0000 0000 或 +86 138 0000 0000",
  nameMissing: "请写怎么称呼您",
  emailWrong: "邮箱地址不完整，例如 name@example.com",
  textMissing: "请先写一句话",
  closedLead: (when: string) => (when ? `人工客服${when}上班。` : "现在不是人工服务时间。"),
  closedRest: "现在留言，上班后回复您。",
  fullLead: "排队的人太多，暂时排不进来。",
  fullRest: "可以留言，我们尽快回复；也可以稍后再试。",
  tryAgain: "再试一次",
  leave: "留言",
  howReply: "怎么回复您",
  replyPhone: "电话",
  replySms: "短信",
  replyEmail: "邮件",
  submitLeave: "提交留言",
  leaving: "正在提交…",
  leftTitle: "留言已收到",
  leftText: "我们会按您选的方式回复。",
  leaveMore: "再留一条",
  ended: (name: string, from: string, to: string) =>
    name ? `与${name}的会话已结束，${from}–${to}` : `会话已结束，${from}–${to}`,
  endedBare: "会话已结束",
  survey: "这次服务怎么样？",
  scores: ["很不满", "不满意", "一般", "满意", "很满意"],
  solved: "问题解决了吗？",
  solvedYes: "解决了",
  solvedNo: "还没有",
  comment: "想补充的话，可不填",
  submit: "提交",
  skip: "不评了",
  thanks: "谢谢您的评价",
  newChat: "再开一次会话",
  jump: "最新消息",
  on: (day: string, time: string) => `${day} ${time}`,
  today: "今天",
  tomorrow: "明天",
  codes: {
    agent_joined: (p: Params) =>
      p.waited_s === undefined
        ? `${who(p, "客服")}已接入`
        : `${who(p, "客服")}已接入，等候 ${hours(Number(p.waited_s) * 1000, "zh-Hans")}`,
    agent_lost: (p: Params) => `${who(p, "客服")}断线了，已把您排回队首`,
    transferred: (p: Params) => (p.name ? `正在转给${p.name}` : "正在转给同事"),
    consult_joined: (p: Params) => `${who(p, "同事")}加入了会话`,
    callback_requested: () => "已登记回电，排位不变",
    callback_failed: () => "几次回电都没有打通",
    ended: (p: Params) =>
      p.by === "customer" ? "您结束了会话" : p.by === "agent" ? `${who(p, "客服")}结束了会话` : "会话已结束",
    timed_out: () => "等候太久，这次没能接上",
    cancelled: () => "会话已取消",
    refused_closed: () => "现在不是人工服务时间",
    refused_full: () => "排队的人太多，没能排进来",
  } as Record<string, (p: Params) => string>,
  problems: {
    chat_ended: "那次会话已经结束",
    wrong_place: "现在不能这样做",
    closed: "现在不是服务时间",
    queue_closed: "现在不是服务时间",
    queue_full: "排队的人太多，请留言或稍后再试",
    too_many: "发得太快了，稍后自动重发",
    too_many_messages: "发得太快了，稍后自动重发",
    too_many_contacts: "开得太多了，请稍后再试",
    too_many_chats: "同一地址的会话太多，请稍后再试",
    too_many_uploads: "文件发得太快了，请稍后再试",
    text_too_long: "这条太长，请分几条发",
    text_empty: "这条是空的",
    text_not_unicode: "含有不能发送的字符",
    text_nul: "含有不能发送的字符",
    bad_phone: "号码不完整",
    bad_email: "邮箱不完整",
    file_too_large: "文件太大",
    file_type: "这种文件不能发",
    file_empty: "文件是空的",
    unknown_attachment: "文件没有传成功，请重发",
    upload_failed: "没有传成功",
    aborted: "已取消",
    already_answered: "已经评价过了",
    survey_done: "已经评价过了",
  } as Record<string, string>,
  problemElse: "没能完成，请重试",
  fileTooLarge: (limit: string) => `文件太大，最多 ${limit}`,
  fileType: (types: string) => `只能发 ${types}`,
};

export type Words = typeof hans;
type Params = Record<string, string | number>;

const hant: Words = {
  support: "線上客服",
  by: ["由", "提供"],
  brand: "接通",
  more: "更多",
  minimise: "收合",
  close: "關閉",
  back: "返回",
  language: "語言",
  transcript: "下載對話紀錄",
  end: "結束",
  endTitle: "要結束這次對話嗎？",
  endQueue: "您還在排隊，結束後不保留順位。",
  endTalk: "結束後無法再在這次對話中留言，可以另開一次。",
  endYes: "結束對話",
  endNo: "繼續",
  connecting: "連線中…",
  offline: "網路中斷，正在重新連線。您寫的內容會保留，恢復後自動送出。",
  unavailable: "客服系統暫時無法使用，正在重試。您寫的內容會保留。",
  fatal: "這個對話視窗尚未開通，或已停用。",
  conversation: "對話紀錄",
  you: "您",
  agent: "客服專員",
  system: "系統",
  message: "輸入訊息",
  messageQueue: "補充說明，專員接手後就會看到",
  messageFirst: "請說明您的問題",
  send: "送出",
  attach: "附加檔案",
  tooLong: (max) => `最多 ${max} 個字`,
  lettersLeft: (n) => `還可輸入 ${n} 個字`,
  typing: (name) => `${name}正在輸入`,
  read: "已讀",
  sending: "傳送中",
  unsent: "尚未送出，等待網路",
  failed: "沒有送出",
  retry: "重試",
  discard: "刪除",
  uploading: (percent) => `上傳 ${percent}%`,
  uploadWaits: "等待上傳",
  attachmentSent: "已傳送",
  download: "下載",
  dropHere: "放開即可傳送檔案",
  ahead: (n) => (n === 0 ? ["", "下一位", "就是您"] : ["前面還有", String(n), "位"]),
  aheadUnknown: "正在為您排隊",
  estimate: (minutes) => (minutes < 1 ? ["預計", "不到 1", "分鐘"] : ["預計約", String(minutes), "分鐘"]),
  estimateUnknown: "目前無法估計等候時間",
  waited: (time) => `已等候 ${time}。接通時會響鈴提醒，您可以先瀏覽其他頁面`,
  queueSaid: (n, minutes) =>
    n === null ? "排隊中" : `前面還有 ${n} 位${minutes === null ? "" : `，預計約 ${Math.max(1, minutes)} 分鐘`}`,
  connectedTitle: (name) => `${name}已接手`,
  newMessageTitle: (n) => `（${n}）新訊息`,
  beforeStart: "開始之前，請留下聯絡方式，斷線時才找得到您",
  optional: "可不填",
  name: "稱呼",
  phone: "手機號碼",
  email: "電子郵件",
  startChat: "開始對話",
  phoneWrong: "請填寫完整號碼，例如 0912 345 678 或 +886 912 345 678",
  nameMissing: "請填寫如何稱呼您",
  emailWrong: "電子郵件不完整，例如 name@example.com",
  textMissing: "請先輸入一句話",
  closedLead: (when) => (when ? `專人客服${when}開始服務。` : "目前不是專人服務時間。"),
  closedRest: "請留言，我們上班後回覆您。",
  fullLead: "排隊的人太多，暫時無法加入。",
  fullRest: "可以留言，我們會盡快回覆；也可以稍後再試。",
  tryAgain: "再試一次",
  leave: "留言",
  howReply: "希望如何回覆",
  replyPhone: "電話",
  replySms: "簡訊",
  replyEmail: "電子郵件",
  submitLeave: "送出留言",
  leaving: "送出中…",
  leftTitle: "已收到您的留言",
  leftText: "我們會以您選擇的方式回覆。",
  leaveMore: "再留一則",
  ended: (name, from, to) => (name ? `與${name}的對話已結束，${from}–${to}` : `對話已結束，${from}–${to}`),
  endedBare: "對話已結束",
  survey: "這次服務您滿意嗎？",
  scores: ["很不滿意", "不滿意", "普通", "滿意", "很滿意"],
  solved: "問題解決了嗎？",
  solvedYes: "已解決",
  solvedNo: "還沒有",
  comment: "想補充的話，可不填",
  submit: "送出",
  skip: "不評分",
  thanks: "謝謝您的評分",
  newChat: "再開一次對話",
  jump: "最新訊息",
  on: (day, time) => `${day} ${time}`,
  today: "今天",
  tomorrow: "明天",
  codes: {
    agent_joined: (p) =>
      p.waited_s === undefined
        ? `${who(p, "專員")}已接手`
        : `${who(p, "專員")}已接手，等候 ${hours(Number(p.waited_s) * 1000, "zh-Hant")}`,
    agent_lost: (p) => `${who(p, "專員")}斷線了，已將您排回最前面`,
    transferred: (p) => (p.name ? `正在轉給${p.name}` : "正在轉給其他專員"),
    consult_joined: (p) => `${who(p, "同事")}加入了對話`,
    callback_requested: () => "已登記回電，順位不變",
    callback_failed: () => "多次回電都沒有接通",
    ended: (p) =>
      p.by === "customer" ? "您結束了對話" : p.by === "agent" ? `${who(p, "專員")}結束了對話` : "對話已結束",
    timed_out: () => "等候過久，這次未能接通",
    cancelled: () => "對話已取消",
    refused_closed: () => "目前不是專人服務時間",
    refused_full: () => "排隊的人太多，未能加入",
  },
  problems: {
    chat_ended: "那次對話已經結束",
    wrong_place: "目前無法這樣做",
    closed: "目前不是服務時間",
    queue_closed: "目前不是服務時間",
    queue_full: "排隊的人太多，請留言或稍後再試",
    too_many: "傳得太快了，稍後自動重送",
    too_many_messages: "傳得太快了，稍後自動重送",
    too_many_contacts: "開得太多了，請稍後再試",
    too_many_chats: "同一位址的對話太多，請稍後再試",
    too_many_uploads: "檔案傳得太快了，請稍後再試",
    text_too_long: "這則太長，請分幾則傳送",
    text_empty: "這則是空白的",
    text_not_unicode: "含有無法傳送的字元",
    text_nul: "含有無法傳送的字元",
    bad_phone: "號碼不完整",
    bad_email: "電子郵件不完整",
    file_too_large: "檔案太大",
    file_type: "無法傳送這種檔案",
    file_empty: "檔案是空的",
    unknown_attachment: "檔案沒有上傳成功，請重新傳送",
    upload_failed: "上傳失敗",
    aborted: "已取消",
    already_answered: "您已經評過分了",
    survey_done: "您已經評過分了",
  },
  problemElse: "沒有完成，請重試",
  fileTooLarge: (limit) => `檔案太大，上限 ${limit}`,
  fileType: (types) => `只能傳送 ${types}`,
};

const en: Words = {
  support: "Customer service",
  by: ["Powered by", ""],
  brand: "Jietong",
  more: "More",
  minimise: "Minimise",
  close: "Close",
  back: "Back",
  language: "Language",
  transcript: "Download transcript",
  end: "End",
  endTitle: "End this chat?",
  endQueue: "You are still in the queue; your place will not be kept.",
  endTalk: "Nothing more can be said in this chat afterwards. You can start another.",
  endYes: "End chat",
  endNo: "Go on",
  connecting: "Connecting…",
  offline: "Connection lost, trying again. What you write is kept and sent as soon as it is back.",
  unavailable: "Our system is unavailable for the moment, trying again. What you write is kept.",
  fatal: "This chat has not been set up, or has been switched off.",
  conversation: "Conversation",
  you: "You",
  agent: "Agent",
  system: "System",
  message: "Write a message",
  messageQueue: "Add details: the agent will see them",
  messageFirst: "How can we help?",
  send: "Send",
  attach: "Attach a file",
  tooLong: (max) => `${max} characters at most`,
  lettersLeft: (n) => `${n} characters left`,
  typing: (name) => `${name} is typing`,
  read: "Read",
  sending: "Sending",
  unsent: "Not sent yet, waiting for the network",
  failed: "Not sent",
  retry: "Try again",
  discard: "Delete",
  uploading: (percent) => `Uploading ${percent}%`,
  uploadWaits: "Waiting to upload",
  attachmentSent: "sent",
  download: "Download",
  dropHere: "Drop to send the file",
  ahead: (n) => (n === 0 ? ["You are", "next", ""] : ["", String(n), n === 1 ? "person ahead" : "people ahead"]),
  aheadUnknown: "You are in the queue",
  estimate: (minutes) => (minutes < 1 ? ["under", "1", "min"] : ["about", String(minutes), "min"]),
  estimateUnknown: "The wait cannot be estimated now",
  waited: (time) => `Waited ${time}. It rings when an agent joins, so feel free to browse`,
  queueSaid: (n, minutes) =>
    n === null
      ? "In the queue"
      : `${n === 0 ? "You are next" : n === 1 ? "1 person ahead" : `${n} people ahead`}${minutes === null ? "" : `, about ${Math.max(1, minutes)} min`}`,
  connectedTitle: (name) => `${name} has joined`,
  newMessageTitle: (n) => (n === 1 ? "(1) new message" : `(${n}) new messages`),
  beforeStart: "Before we begin: how can we reach you if the line drops?",
  optional: "optional",
  name: "Name",
  phone: "Phone",
  email: "E-mail",
  startChat: "Start chat",
  phoneWrong: "Please give the whole number, for example +86 138 0000 0000",
  nameMissing: "Please tell us your name",
  emailWrong: "Please give a whole address, for example name@example.com",
  textMissing: "Please write a few words first",
  closedLead: (when) => (when ? `Our agents are back ${when}.` : "Our agents are not on duty now."),
  closedRest: "Leave a message and we will reply when we open.",
  fullLead: "Too many people are waiting just now.",
  fullRest: "Leave a message and we will reply soon, or try again later.",
  tryAgain: "Try again",
  leave: "Message",
  howReply: "How shall we reply?",
  replyPhone: "Call",
  replySms: "Text",
  replyEmail: "E-mail",
  submitLeave: "Leave message",
  leaving: "Sending…",
  leftTitle: "We have your message",
  leftText: "We will reply the way you chose.",
  leaveMore: "Leave another",
  ended: (name, from, to) => (name ? `Chat with ${name} ended, ${from}–${to}` : `Chat ended, ${from}–${to}`),
  endedBare: "Chat ended",
  survey: "How was our service?",
  scores: ["Very poor", "Poor", "Fair", "Good", "Very good"],
  solved: "Is your question solved?",
  solvedYes: "Yes",
  solvedNo: "Not yet",
  comment: "Anything to add (optional)",
  submit: "Submit",
  skip: "Skip",
  thanks: "Thank you for your answer",
  newChat: "Start another chat",
  jump: "Newest message",
  on: (day, time) => `${day} at ${time}`,
  today: "today",
  tomorrow: "tomorrow",
  codes: {
    agent_joined: (p) =>
      p.waited_s === undefined
        ? `${who(p, "An agent")} joined`
        : `${who(p, "An agent")} joined after ${hours(Number(p.waited_s) * 1000, "en")}`,
    agent_lost: (p) => `${who(p, "The agent")} was cut off; you are at the front of the queue again`,
    transferred: (p) => (p.name ? `Passing you to ${p.name}` : "Passing you to a colleague"),
    consult_joined: (p) => `${who(p, "A colleague")} joined`,
    callback_requested: () => "We will call you back; your place is kept",
    callback_failed: () => "We called several times and could not reach you",
    ended: (p) =>
      p.by === "customer"
        ? "You ended the chat"
        : p.by === "agent"
          ? `${who(p, "The agent")} ended the chat`
          : "Chat ended",
    timed_out: () => "Nobody could be reached in time",
    cancelled: () => "The chat was cancelled",
    refused_closed: () => "Our agents are not on duty now",
    refused_full: () => "Too many people were waiting",
  },
  problems: {
    chat_ended: "That chat is over",
    wrong_place: "This is not possible now",
    closed: "We are closed now",
    queue_closed: "We are closed now",
    queue_full: "Too many are waiting; leave a message or try later",
    too_many: "Too fast; it will be sent again shortly",
    too_many_messages: "Too fast; it will be sent again shortly",
    too_many_contacts: "Too many chats were started; try again later",
    too_many_chats: "Too many chats from this address; try again later",
    too_many_uploads: "Too many files at once; try again later",
    text_too_long: "Too long; please send it in parts",
    text_empty: "There is nothing in it",
    text_not_unicode: "It contains characters that cannot be sent",
    text_nul: "It contains characters that cannot be sent",
    bad_phone: "The number is incomplete",
    bad_email: "The address is incomplete",
    file_too_large: "The file is too large",
    file_type: "Files of this kind cannot be sent",
    file_empty: "The file is empty",
    unknown_attachment: "The file did not arrive; please send it again",
    upload_failed: "The upload failed",
    aborted: "Cancelled",
    already_answered: "You have answered already",
    survey_done: "You have answered already",
  },
  problemElse: "That did not work, please try again",
  fileTooLarge: (limit) => `The file is too large: ${limit} at most`,
  fileType: (types) => `Only ${types} can be sent`,
};

export const WORDS: Record<Lang, Words> = { "zh-Hans": hans, "zh-Hant": hant, en };

/**
 * The language to speak: asked for in the address, chosen before, preferred by the browser, the widget's first; of
 * those that the widget offers.
 */
export function chooseLang(
  asked: string | null,
  chosen: string | null,
  browser: readonly string[],
  offered: readonly string[],
): Lang {
  const possible = LANGS.filter((lang) => offered.length === 0 || offered.includes(lang));
  for (const wish of [asked, chosen, ...browser]) {
    const lang = wish ? langOf(wish) : null;
    if (lang && possible.includes(lang)) return lang;
  }
  return possible.find((lang) => lang === offered[0]) ?? possible[0] ?? "en";
}

/** BCP 47 tag → ours: zh-TW, zh-HK and zh-MO read 繁體. */
export function langOf(tag: string): Lang | null {
  const lower = tag.toLowerCase().replaceAll("_", "-");
  if (/^zh-(.*-)?(hant|tw|hk|mo)\b/.test(lower)) return "zh-Hant";
  if (lower === "zh" || lower.startsWith("zh-")) return "zh-Hans";
  return lower === "en" || lower.startsWith("en-") ? "en" : null;
}

/** "today 14:00", "tomorrow 8:00", "Wed, 25 Nov 8:00", in the customer's own time zone. */
export function dayAndTime(at: number, now: number, lang: Lang): string {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  const words = WORDS[lang];
  const day =
    days === 0
      ? words.today
      : days === 1
        ? words.tomorrow
        : new Intl.DateTimeFormat(lang, { weekday: "short", day: "numeric", month: "short" }).format(at);
  return words.on(day, clock(at, lang));
}

export function systemLine(words: Words, code: string | null, params: Params | null): string {
  return (code && words.codes[code]?.(params ?? {})) || "";
}

export function problem(words: Words, code: string | null): string {
  return (code && words.problems[code]) || words.problemElse;
}

function who(params: Params, otherwise: string): string {
  return String(params.name ?? otherwise);
}

function midnight(at: number): number {
  const day = new Date(at);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}

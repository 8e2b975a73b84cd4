import { isProblem } from "../api/problem";
import { duration } from "./format";
import { type Language, language } from "./language";
import { defineMessages, type Params, words } from "./messages";

/** Problem codes in words. The server's own sentence (English) stands in for a code that is not listed. */
export const problems = defineMessages({
  "zh-Hans": {
    unreachable: "连不上服务器。请检查网络后重试。",
    unavailable: "系统暂时无法受理，什么都没有改变。请稍后重试。",
    timed_out: "等了太久没有回音，请重试。",
    bad_answer: "服务器的回复无法识别，请联系技术支持。",
    offline: "网络已断开，恢复后再试。",
    bad_credentials: "账号或密码不对。",
    totp_required: "请输入验证器里的六位数字。",
    bad_code: "验证码不对，或已经用过。",
    locked: "尝试次数太多，请在 {wait} 后再试。",
    too_many: "操作太频繁，请在 {wait} 后再试。",
    unauthenticated: "登录已失效，请重新登录。",
    session_expired: "登录已过期，请重新登录。",
    forbidden: "您没有这项权限。",
    csrf: "页面已过期，请刷新后重试。",
    invalid: "有内容填写不正确。",
    not_found: "找不到这一项，可能已被移走。",
    stale_version: "别人刚刚改过，请载入最新内容后再改。",
    body_too_large: "内容太大。",
    too_large: "文件太大。",
    attachment_too_large: "文件太大，上限是 {limit}。",
    attachment_type: "不接受这种文件。",
    too_long: "文字太长。",
    not_agent: "这个账号没有坐席。",
    no_such_contact: "这个联系已不在了。",
    not_yours: "这个联系不在您手上。",
    offer_gone: "这个联系已由别人接起，或客户已离开。",
    contacts_open: "还有未完成的联系，不能离线。",
    agent_busy: "对方现在接不了。",
    wrong_state: "现在不能这样做，状态已变。",
    invitation_gone: "邀请已过期。",
    last_admin: "至少要留一名管理员。",
    login_taken: "这个账号名已被使用。",
  },
  "zh-Hant": {
    unreachable: "連不上伺服器。請檢查網路後再試。",
    unavailable: "系統暫時無法受理，一切維持原狀。請稍後再試。",
    timed_out: "等候過久沒有回應，請再試一次。",
    bad_answer: "伺服器的回應無法辨識，請聯絡技術支援。",
    offline: "網路已中斷，恢復後再試。",
    bad_credentials: "帳號或密碼不正確。",
    totp_required: "請輸入驗證器裡的六位數字。",
    bad_code: "驗證碼不正確，或已經用過。",
    locked: "嘗試次數過多，請於 {wait} 後再試。",
    too_many: "操作過於頻繁，請於 {wait} 後再試。",
    unauthenticated: "登入已失效，請重新登入。",
    session_expired: "登入已逾期，請重新登入。",
    forbidden: "您沒有這項權限。",
    csrf: "頁面已過期，請重新整理後再試。",
    invalid: "有內容填寫不正確。",
    not_found: "找不到這一項，可能已被移走。",
    stale_version: "別人剛剛改過，請載入最新內容後再改。",
    body_too_large: "內容太大。",
    too_large: "檔案太大。",
    attachment_too_large: "檔案太大，上限為 {limit}。",
    attachment_type: "不接受這種檔案。",
    too_long: "文字太長。",
    not_agent: "這個帳號沒有座席。",
    no_such_contact: "這筆聯繫已不在了。",
    not_yours: "這筆聯繫不在您手上。",
    offer_gone: "這筆聯繫已由他人接起，或客戶已離開。",
    contacts_open: "還有未完成的聯繫，不能離線。",
    agent_busy: "對方現在無法接手。",
    wrong_state: "現在不能這樣做，狀態已變。",
    invitation_gone: "邀請已過期。",
    last_admin: "至少要保留一位管理員。",
    login_taken: "這個帳號名稱已被使用。",
  },
  en: {
    unreachable: "The server cannot be reached. Check the connection and try again.",
    unavailable: "The centre cannot take this now. Nothing was changed; try again shortly.",
    timed_out: "No answer came in time. Try again.",
    bad_answer: "The server's answer could not be read. Tell technical support.",
    offline: "You are offline. Try again once the connection is back.",
    bad_credentials: "Account or password is wrong.",
    totp_required: "Enter the six digits from your authenticator.",
    bad_code: "That code is wrong or has been used already.",
    locked: "Too many attempts. Try again in {wait}.",
    too_many: "Too many requests. Try again in {wait}.",
    unauthenticated: "You are no longer signed in. Sign in again.",
    session_expired: "Your session has expired. Sign in again.",
    forbidden: "You do not have permission for this.",
    csrf: "This page is out of date. Reload it and try again.",
    invalid: "Something was not filled in correctly.",
    not_found: "This could not be found; it may have been moved.",
    stale_version: "Somebody has just changed this. Load the latest and change that.",
    body_too_large: "That is too large.",
    too_large: "The file is too large.",
    attachment_too_large: "The file is too large; the limit is {limit}.",
    attachment_type: "This kind of file is not accepted.",
    too_long: "The text is too long.",
    not_agent: "This account has no desk.",
    no_such_contact: "This contact is no longer there.",
    not_yours: "This contact is not in your hands.",
    offer_gone: "Somebody else has taken this contact, or the customer has left.",
    contacts_open: "Contacts are still open, so you cannot go off.",
    agent_busy: "That agent cannot take it now.",
    wrong_state: "That cannot be done now; the state has changed.",
    invitation_gone: "The invitation has run out.",
    last_admin: "At least one administrator must remain.",
    login_taken: "This account name is in use.",
  },
});

/** One sentence a reader can act on, whatever was thrown. */
export function worded(error: unknown, lang: Language = language()): string {
  if (!isProblem(error)) return words(problems, lang)("bad_answer");
  const known = error.code in problems[lang];
  if (!known) return error.problem.detail || error.problem.title || error.code;
  const params: Params = {};
  for (const [name, value] of Object.entries(error.problem)) {
    if (typeof value === "string" || typeof value === "number") params[name] = value;
  }
  const after = error.problem.retry_after;
  params.wait = duration(typeof after === "number" ? after * 1000 : 60_000, lang);
  return (words(problems, lang) as (key: string, params?: Params) => string)(error.code, params);
}

import { defineMessages } from "./messages";

/** The schedule: who works when, edited, solved, checked and published; requests and set-up of schedules. */
export const schedule = defineMessages({
  "zh-Hans": {
    "tab.all": "计划",
    "tab.schedule": "排班",
    "tab.forecast": "预测",
    "tab.lab": "情景",
    "tab.requests": "申请",
    "tab.settings": "规则",
  },
  "zh-Hant": {
    "tab.all": "計劃",
    "tab.schedule": "排班",
    "tab.forecast": "預測",
    "tab.lab": "情境",
    "tab.requests": "申請",
    "tab.settings": "規則",
  },
  en: {
    "tab.all": "Planning",
    "tab.schedule": "Schedule",
    "tab.forecast": "Forecast",
    "tab.lab": "Scenarios",
    "tab.requests": "Requests",
    "tab.settings": "Set-up",
  },
});

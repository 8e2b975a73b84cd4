import type { IconName } from "../../ui/Icon";
import type { Activity } from "./model";

/** How an activity is drawn; its colours are in schedule.css under `data-activity`. */
export const ACTIVITY_ICON: Record<Activity, IconName | null> = {
  work: null,
  break: null,
  meal: "meal",
  training: "training",
  meeting: "meeting",
  casework: "case",
  leave: "leave",
  standby: "standby",
};

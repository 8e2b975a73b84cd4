import { Tabs } from "./Tabs";

/** /schedule draws the plan, /schedule/requests decides what staff ask for, /schedule/settings has the rules. */
export default function SchedulePages() {
  return (
    <div className="pl-page">
      <Tabs />
      <div />
    </div>
  );
}

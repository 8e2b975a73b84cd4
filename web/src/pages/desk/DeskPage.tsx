import { Shell } from "../../app/Shell";
export default function DeskPage() {
  return <Shell>desk</Shell>;
}

import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/**
 * Why there is nothing: `none` yet (say how the first comes about), `filtered` out (offer to clear), no
 * `permission` (say who grants it), feed `lost` (say since when). One sentence, at most one action.
 */
export type EmptyKind = "none" | "filtered" | "permission" | "lost";

export function Empty({
  kind,
  icon,
  action,
  inline = false,
  children,
}: {
  kind: EmptyKind;
  icon?: IconName;
  action?: ReactNode;
  inline?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="jt-empty" data-kind={kind} data-inline={inline}>
      <Icon name={icon ?? ICONS[kind]} />
      <p>{children}</p>
      {action}
    </div>
  );
}

const ICONS: Record<EmptyKind, IconName> = { none: "info", filtered: "filter", permission: "lock", lost: "offline" };

import { Dropdown, type MenuProps } from "antd";
import { useEffect, useRef } from "react";

export type MenuItems = NonNullable<MenuProps["items"]>;
export type Point = { x: number; y: number };

/**
 * A menu put where it was asked for: one for the whole floor instead of one per tile. The keyboard goes into it at once
 * and comes back to where it was when it closes.
 */
export function MenuAt({
  at,
  label,
  items,
  keys,
  onPick,
  onClose,
}: {
  at: Point;
  label: string;
  items: MenuItems;
  /** `KeyboardEvent.code` → key of an item, while the menu is open. */
  keys?: Record<string, string>;
  onPick: (key: string) => void;
  onClose: () => void;
}) {
  const opener = useRef(document.activeElement);
  useEffect(() => {
    const back = opener.current;
    const frame = requestAnimationFrame(() => document.querySelector<HTMLElement>(".fl-menu [role=menu]")?.focus());
    return () => {
      cancelAnimationFrame(frame);
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, []);
  return (
    <Dropdown
      open
      trigger={["click"]}
      classNames={{ root: "fl-menu" }}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      menu={{
        items,
        onClick: ({ key }) => {
          onClose();
          onPick(key);
        },
      }}
      popupRender={(menu) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes, as everywhere
        <div
          role="presentation"
          aria-label={label}
          onKeyDown={(event) => {
            if (event.key === "Escape") onClose();
            const item = keys?.[event.code];
            if (item === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            onClose();
            onPick(item);
          }}
        >
          {menu}
        </div>
      )}
    >
      <span className="fl-anchor" style={{ left: at.x, top: at.y }} />
    </Dropdown>
  );
}

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Link, type To } from "react-router";
import { Icon, type IconName } from "./Icon";

/** Our compact button (28 px) for headers, rails and cards; forms use antd's. */
export function Button({
  kind = "plain",
  size,
  icon,
  children,
  ref,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: "plain" | "quiet" | "main" | "danger";
  size?: "small" | "large";
  icon?: IconName;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}) {
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      className={`jt-btn ${rest.className ?? ""}`}
      data-kind={kind}
      data-size={size}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

/** An icon that acts; its name is told to screen readers and shown on hover. */
export function IconButton({
  icon,
  label,
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> & { icon: IconName; label: string }) {
  return (
    <button type="button" title={label} {...rest} aria-label={label} className={`jt-iconbtn ${rest.className ?? ""}`}>
      <Icon name={icon} />
    </button>
  );
}

/** Looks like `Button`, and is a link: one stop for the keyboard, and it opens in a new tab. */
export function ButtonLink({
  to,
  kind = "plain",
  icon,
  children,
}: {
  to: To;
  kind?: "plain" | "quiet" | "main";
  icon?: IconName;
  children: ReactNode;
}) {
  return (
    <Link to={to} className="jt-btn" data-kind={kind}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </Link>
  );
}

export function IconLink({ to, icon, label }: { to: To; icon: IconName; label: string }) {
  return (
    <Link to={to} className="jt-iconbtn" title={label} aria-label={label}>
      <Icon name={icon} />
    </Link>
  );
}

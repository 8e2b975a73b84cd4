import { Component, type ErrorInfo, type ReactNode } from "react";
import { words } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";

/** Catches what a page throws while drawing, so that the header and every other page stay usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const t = words(shell);
    // A part that cannot be loaded any more means that a newer version has been installed.
    const gone = /dynamically imported module|Importing a module script failed/.test(error.message);
    return (
      <div role="alert" className="jt-centred">
        <Empty
          kind="lost"
          icon="missed"
          action={
            <Button kind="main" onClick={() => window.location.reload()}>
              {t("reload")}
            </Button>
          }
        >
          {gone ? t("newVersion") : t("crashed")}
        </Empty>
      </div>
    );
  }
}

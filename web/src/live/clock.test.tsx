import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { setLanguage } from "../i18n/language";
import { Left, Since } from "../ui/figures";
import { ServerClock, serverClock, useTimed } from "./clock";

describe("the server's clock", () => {
  test("the least delayed frame tells the offset", () => {
    const clock = new ServerClock();
    clock.observe(10_000, 9_400); // 600 ahead, if it came at once
    clock.observe(11_000, 10_350); // it had come late: 650
    clock.observe(12_000, 11_800); // this one later still
    expect(clock.offset).toBe(650);
  });

  test("a jump of the local clock starts afresh", () => {
    const clock = new ServerClock();
    clock.observe(10_000, 10_000);
    clock.observe(11_000, 71_000);
    expect(clock.now(72_000)).toBe(12_000);
  });
});

describe("timers", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    serverClock.observe(1_000_000, 1_000_000);
    setLanguage("en");
  });
  afterEach(() => vi.useRealTimers());

  test("read m:ss, and hours in words from an hour on", () => {
    render(<Since since={1_000_000 - 59_000} />);
    expect(screen.getByText("0:59")).toBeTruthy();
    act(() => void vi.advanceTimersByTime(1000));
    expect(screen.getByText("1:00")).toBeTruthy();
    act(() => void vi.setSystemTime(1_000_000 + 4_261_000));
    act(() => void vi.advanceTimersByTime(1000));
    expect(screen.getByText("1 h 12")).toBeTruthy();
  });

  test("a hidden tab that was throttled reads right at once when it comes back", () => {
    render(<Since since={1_000_000} />);
    vi.setSystemTime(1_095_000); // no tick came meanwhile
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(screen.getByText("1:35")).toBeTruthy();
  });

  test("past the limit they are marked, and time left never goes below zero", () => {
    const { container } = render(
      <>
        <Since since={1_000_000 - 181_000} limit={180_000} />
        <Left until={1_000_000 - 5000} />
      </>,
    );
    expect(container.querySelector(".jt-over")?.textContent).toBe("3:01");
    expect(screen.getByText("0:00")).toBeTruthy();
  });

  test("a component re-renders only when its value changes", () => {
    let renders = 0;
    const minutes = (now: number) => Math.floor(now / 60_000);
    function Minutes() {
      renders += 1;
      return <>{useTimed(minutes)}</>;
    }
    render(<Minutes />);
    const before = renders;
    for (let i = 0; i < 10; i += 1) act(() => void vi.advanceTimersByTime(1000));
    expect(renders).toBe(before);
  });
});

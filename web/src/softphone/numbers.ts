/**
 * Telephone numbers as people type and read them. The server decides what a number is (it knows the site's region);
 * here they are only grouped for the eye and stripped for the wire.
 */

/** Digits, `*`, `#` and a leading `+`; full-width characters too. Everything else is dropped. */
export function dialled(text: string): string {
  const plain = text.normalize("NFKC").replace(/[^\d*#+]/g, "");
  return plain.startsWith("+") ? `+${plain.slice(1).replaceAll("+", "")}` : plain.replaceAll("+", "");
}

/** Whether it can be sent: an inside number, or one of the telephone network. */
export function dialable(text: string): boolean {
  return /^(\+?\d{2,15}|[\d*#]{2,15})$/.test(dialled(text));
}

/** Grouped while it is typed: `138 1234 5678`, `010 8888 6666`, `0571 8888 6666`, `400 820 8820`, `+852 2345 6789`. */
export function grouped(text: string): string {
  const number = dialled(text);
  if (number.startsWith("+")) return abroad(number);
  if (/^1[3-9]/.test(number)) return split(number, [3, 4, 4]);
  if (/^(400|800)/.test(number)) return split(number, [3, 3, 4]);
  if (/^0(10|2\d)/.test(number)) return split(number, [3, 4, 4]);
  if (/^0[3-9]/.test(number)) return split(number, [4, 4, 4]);
  if (/^\d{7,8}$/.test(number)) return split(number, number.length === 7 ? [3, 4] : [4, 4]);
  return number;
}

function abroad(number: string): string {
  const digits = number.slice(1);
  if (digits.startsWith("86")) {
    const rest = digits.slice(2);
    const inside = /^1[3-9]/.test(rest)
      ? split(rest, [3, 4, 4])
      : split(rest, /^(10|2\d)/.test(rest) ? [2, 4, 4] : [3, 4, 4]);
    return rest ? `+86 ${inside}` : "+86";
  }
  for (const code of ["852", "853"]) {
    if (digits.startsWith(code)) return join(`+${code}`, split(digits.slice(3), [4, 4]));
  }
  if (digits.startsWith("886")) return join("+886", split(digits.slice(3), [3, 3, 3]));
  if (digits.startsWith("1")) return join("+1", split(digits.slice(1), [3, 3, 4]));
  return digits.length > 2 ? join(`+${digits.slice(0, 2)}`, split(digits.slice(2), [4, 4, 4, 4])) : number;
}

const join = (code: string, rest: string) => (rest ? `${code} ${rest}` : code);

function split(digits: string, sizes: readonly number[]): string {
  const parts: string[] = [];
  let rest = digits;
  for (const size of sizes) {
    if (rest === "") break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  if (rest !== "") parts.push(`${parts.pop() ?? ""}${rest}`);
  return parts.join(" ");
}

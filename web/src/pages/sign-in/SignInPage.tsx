export function SignInPage(_: { arrived: () => Promise<void>; why: string | null }) {
  return <p>sign in</p>;
}

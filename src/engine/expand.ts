/** Replaces `${NAME}` by the variable's value; what is not set stays as it is written (as cargo-make does). */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): string {
  if (!text.includes('${')) return text;
  return text.replaceAll(/\$\{([A-Za-z_][\w.]*)\}/g, (whole, name: string) => env[name] ?? whole);
}

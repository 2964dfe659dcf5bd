// Text that is to be printed → the same without the users and passwords of the addresses in it.

/** `https://user:password@host/` becomes `https://host/`; everything else stays, JSON stays JSON. */
export function withoutPasswords(text: string): string {
  return text.includes('@') ? text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>\\]*@/gi, '$1') : text
}

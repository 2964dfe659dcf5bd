// Nix platform doubles.

/** A Nix platform double such as `x86_64-linux`. */
export type System = string

/** The systems every file is evaluated for, whether it names them or not. */
export const usualSystems: readonly System[] = ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin']

/** Whether a name has the form of a platform double. */
export const isDouble = (name: string | null): name is System =>
  name !== null && /^[a-z0-9_]+-(?:linux|darwin|freebsd|netbsd|openbsd|windows)$/.test(name)

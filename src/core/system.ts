// Nix platform doubles.

/** A Nix platform double such as `x86_64-linux`. */
export type System = string

/** The systems every file is evaluated for, whether it names them or not. */
export const usualSystems: readonly System[] = ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin']

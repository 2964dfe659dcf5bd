// A file → the other tool that writes it, if any: such a file is read, never written.

const signs: readonly (readonly [tool: string, path: RegExp, text: RegExp | null])[] = [
  ['nvfetcher', /(^|\/)_sources\/generated\.(nix|json)$/, null],
  ['npins', /(^|\/)npins\/(default\.nix|sources\.json)$/, null],
  ['niv', /(^|\/)nix\/sources\.(nix|json)$/, /niv|fetchTarball|"url_template"/i],
  ['Nix', /(^|\/)flake\.lock$/, null],
  ['node2nix', /(^|\/)node-packages\.nix$/, /node2nix/],
  ['bundix', /(^|\/)gemset\.nix$/, null],
  ['crate2nix', /(^|\/)(Cargo|crates?)\.nix$/, /crate2nix/],
]

/** The tool's name, by the file's path and what its text says of itself. */
export function otherTool(path: string, text: string): string | null {
  const found = signs.find(([, pathSign, textSign]) => pathSign.test(path) && (textSign === null || textSign.test(text.slice(0, 4000))))
  return found?.[0] ?? null
}

// The options there are, as data: what the parser is told, what help prints and what a strict check accepts.

/** `flag` takes no value, `value` one (the last given counts), `list` one each time it is given, `optional` one or none (the last given counts). */
export interface Option {
  readonly name: string
  readonly kind: 'flag' | 'value' | 'list' | 'optional'
  readonly describe: string
  readonly choices?: readonly string[]
  /** Where this flag is given, what follows `--` is its own and no positional. */
  readonly takesRest?: true
}

/** Accepted by every command. */
export const everywhere: readonly Option[] = [
  { name: 'C', kind: 'value', describe: 'DIR: work in this directory instead of the current one' },
  { name: 'json', kind: 'flag', describe: 'print one JSON document (schema/report.schema.json)' },
  { name: 'jobs', kind: 'value', describe: 'N: how many downloads run at once (default 8)' },
  { name: 'quiet', kind: 'flag', describe: 'print only what is not fine' },
  { name: 'verbose', kind: 'flag', describe: 'print full hashes, URLs and causes as well' },
  { name: 'no-progress', kind: 'flag', describe: 'no progress bars, not even on a terminal' },
  {
    name: 'color',
    kind: 'value',
    choices: ['auto', 'always', 'never'],
    describe: 'auto (the default) colours on a terminal, unless NO_COLOR is set',
  },
]

/** Accepted by every command that looks at pins. */
export const selecting: readonly Option[] = [
  { name: 'file', kind: 'list', describe: 'GLOB: look at these files only; may be given several times' },
  { name: 'system', kind: 'list', describe: 'SYSTEM: look at these systems only, such as x86_64-linux; may be given several times' },
]

/** Accepted by every command that uses the network. The defaults are those of the download room. */
export const networking: readonly Option[] = [
  { name: 'connect-timeout', kind: 'value', describe: 'SECONDS: give up on a connection that does not come about (default 10)' },
  { name: 'header-timeout', kind: 'value', describe: 'SECONDS: give up on a server that does not begin to answer (default 30)' },
  { name: 'idle-timeout', kind: 'value', describe: 'SECONDS: count a transfer that stands still as broken (default 30)' },
  { name: 'retries', kind: 'value', describe: 'N: how often a request that failed for a while is made again, 0 to 5 (default 5)' },
  { name: 'max-wait', kind: 'value', describe: 'SECONDS: wait this long at most when a server asks for patience (default 60)' },
  { name: 'mirror', kind: 'list', describe: 'FROM=TO: fetch addresses that begin with FROM from TO; may be given several times' },
  { name: 'no-cache', kind: 'flag', describe: "neither read nor keep the API's answers between runs" },
]

/** Understood anywhere, answered before anything else; `-h` is `--help`. */
export const answering: { readonly help: Option; readonly version: Option } = {
  help: { name: 'help', kind: 'flag', describe: 'print help, also of one command' },
  version: { name: 'version', kind: 'flag', describe: 'print the version' },
}

/** The names that ask for them. */
export const answers: readonly string[] = [...Object.keys(answering), 'h']

/** How an option is written. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

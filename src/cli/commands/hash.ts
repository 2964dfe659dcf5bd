// pinhash hash: what nix-prefetch-url prints, without Nix, for any number of inputs.
import type { Algorithm, Digest } from '../../core/digest.ts'
import { InputError } from '../../core/errors.ts'
import type { SpellingName } from '../../core/report.ts'
import { parseDigest } from '../../hash/spelling.ts'
import type { Command } from '../command.ts'
import { ofHashes } from '../exit-code.ts'
import { networking } from '../options.ts'
import { hashesText } from '../report/hashes.ts'
import { algorithms, spellings } from './choices.ts'

export const hashCommand: Command = {
  name: 'hash',
  usage: 'hash URL|FILE|-…',
  summary: 'print the hash Nix would compute of URLs, files and standard input, as nix-prefetch-url does',
  options: [
    { name: 'type', kind: 'value', choices: algorithms, describe: `${algorithms.join(', ')} (default sha256, or that of --expect)` },
    { name: 'format', kind: 'value', choices: spellings, describe: `${spellings.join(', ')} (default nix32; md5: hex)` },
    { name: 'unpack', kind: 'flag', describe: 'hash the tree an archive unpacks to, as nix-prefetch-url --unpack and fetchzip do' },
    { name: 'expect', kind: 'value', describe: 'HASH, in any spelling: exit with 1 where an input has another one' },
    ...networking,
  ],
  examples: [
    ['hash https://github.com/cue-lang/cue/releases/download/v0.11.0/cue_v0.11.0_linux_amd64.tar.gz', 'one hash and nothing else'],
    ['hash --format sri one.tar.gz two.tar.gz', 'a line HASH  INPUT each, in this order'],
    ['hash --unpack https://github.com/cli/cli/archive/v2.80.0.tar.gz', 'the hash for fetchzip, fetchTarball and fetchFromGitHub'],
    ['hash --expect sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= file', 'a check'],
    ['hash - < file', 'standard input'],
  ],
  prepare: ({ positionals, value, flag }) => {
    if (positionals.length === 0) throw new InputError('usage', 'pinhash hash needs at least one URL, file or - to hash')
    const empty = positionals.includes('')
    if (empty) throw new InputError('usage', 'pinhash hash was given an empty argument; it takes URLs, files and -')
    const type = value('type') as Algorithm | null
    const expected = readExpected(value('expect'), type)
    const algorithm = type ?? expected?.algorithm ?? 'sha256'
    return async ({ context }) => {
      const { hashInputs, usualFormat } = await import('../../workflow/hash.ts')
      const format = (value('format') as SpellingName | null) ?? usualFormat(algorithm)
      const document = await hashInputs(await context(), positionals, { algorithm, format, expected, unpack: flag('unpack') })
      return { document, exitCode: ofHashes(document), text: (view) => hashesText(document, view, false) }
    }
  },
}

function readExpected(text: string | null, type: Algorithm | null): Digest | null {
  if (text === null) return null
  const parsed = parseDigest(text, type === null ? {} : { algorithm: type })
  if (!parsed.ok) throw new InputError('bad-hash', `--expect: ${parsed.message}`)
  return parsed.digest
}

// pinhash convert: a hash from one spelling to another.
import type { Algorithm } from '../../core/digest.ts'
import { InputError } from '../../core/errors.ts'
import type { SpellingName } from '../../core/report.ts'
import type { Command } from '../command.ts'
import { ofHashes } from '../exit-code.ts'
import { hashesText } from '../report/hashes.ts'
import { algorithms, spellings } from './choices.ts'

export const convertCommand: Command = {
  name: 'convert',
  usage: 'convert HASH… --to FORMAT',
  summary: 'print hashes in another spelling',
  options: [
    { name: 'to', kind: 'value', choices: spellings, describe: spellings.join(', ') },
    { name: 'type', kind: 'value', choices: algorithms, describe: `${algorithms.join(', ')}: of hashes whose length leaves it open` },
  ],
  examples: [
    ['convert --to sri 0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73', 'nix32 to SRI'],
    ['convert --to hex sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'SRI to hex, as sha256sum prints it'],
  ],
  prepare: ({ positionals, value }) => {
    const to = value('to') as SpellingName | null
    if (to === null) throw new InputError('usage', `pinhash convert needs --to, one of ${spellings.join(', ')}`)
    if (positionals.length === 0) throw new InputError('usage', 'pinhash convert needs at least one hash')
    return async () => {
      const { convertHashes } = await import('../../workflow/convert.ts')
      const document = convertHashes(positionals, to, value('type') as Algorithm | null)
      return { document, exitCode: ofHashes(document), text: (view) => hashesText(document, view, true) }
    }
  },
}

// HashDocument → what `pinhash hash` and `pinhash convert` print.
import type { HashDocument } from '../../core/report.ts'
import type { Printed } from '../command.ts'
import { printable } from './layout.ts'
import type { View } from './view.ts'

/** `bare`: only the hash, one a line; otherwise `HASH  INPUT` as soon as there are two inputs. What has a reason is said on standard error instead. */
export function hashesText({ hashes }: HashDocument, view: View, bare: boolean): Printed {
  const labelled = !bare && hashes.length > 1
  return {
    stdout: hashes.flatMap(({ input, hash, reason }) =>
      hash === null || reason !== undefined ? [] : [labelled ? `${hash}  ${printable(input)}` : hash],
    ),
    stderr: hashes.flatMap(({ reason }) => (reason === undefined ? [] : [`${view.err.bad('pinhash:')} ${printable(reason.message)}`])),
  }
}

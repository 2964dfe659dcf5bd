// The text of pinhash.json → the mirrors it names, whatever else is wrong with it.
import { parseJson } from '../core/json.ts'
import { type Mirror, readMirror } from '../core/mirror.ts'

/** The key in pinhash.json. */
export const mirrorsKey = 'mirrors'

/** The mirrors that can be used. `parseSpec` tells what is wrong with the others; it never happens silently. Never throws. */
export function specMirrors(text: string): readonly Mirror[] {
  const json = parseJson(text)
  if (!json.ok || json.root.kind !== 'object') return []
  const node = json.root.members.findLast(({ key }) => key === mirrorsKey)?.value
  if (node?.kind !== 'object') return []
  return node.members.flatMap(({ key, value }) => {
    if (value.kind !== 'string') return []
    const read = readMirror(key, value.value)
    return 'mirror' in read ? [read.mirror] : []
  })
}

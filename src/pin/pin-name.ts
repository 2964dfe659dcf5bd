// The fetches of a pin → what people call it.
import type { Repository } from '../core/release.ts'
import type { PinFetch } from './pin.ts'
import { bareVersion } from './tag.ts'

/** The package's name, else the repository's, else the file's. */
export function pinName(fetches: readonly PinFetch[], main: PinFetch, repository: Repository | null, tag: string | null): string {
  const pname = fetches.find((fetch) => fetch.pname !== null)?.pname?.text ?? null
  return (pname === null ? null : packageName(pname, tag)) ?? (repository ?? archived(main))?.name ?? fileName(fetches, main, tag)
}

/** A derivation's `name` may carry the version: `cue-0.10.0`. */
function packageName(pname: string, tag: string | null): string | null {
  const version = tag === null ? '' : bareVersion(tag).version
  const tail = version === '' ? undefined : [`-v${version}`, `-${version}`].find((each) => pname.endsWith(each))
  const name = tail === undefined ? pname : pname.slice(0, -tail.length)
  const plain = name.replace(/[\s@/]+/g, '-').replace(/^-|-$/g, '')
  return plain === '' ? null : plain
}

/** Org and name of a repository of which a commit's archive is fetched. */
export function archived(fetch: PinFetch): { readonly org: string; readonly name: string } | null {
  const match = /^https?:\/\/(?:www\.)?(?:github\.com|codeload\.github\.com)\/([^/]+)\/([^/]+)\/(?:archive|tar\.gz|zip)\//.exec(
    fetch.urls[0]?.text ?? '',
  )
  return match === null ? null : { org: match[1]!, name: match[2]! }
}

/** `openspec-1.2.0.tgz` is openspec; of several files, what their names begin with. */
function fileName(fetches: readonly PinFetch[], main: PinFetch, tag: string | null): string {
  const names = [main, ...fetches].map((fetch) => {
    const path = fetch.urls[0]?.text.replace(/[?#].*$/, '') ?? ''
    const last = path.slice(path.lastIndexOf('/') + 1)
    const version = tag === null ? '' : bareVersion(tag).version
    const at = version === '' ? -1 : last.indexOf(version)
    return at > 0 ? last.slice(0, at) : last
  })
  let common = names[0]!
  for (const name of names) while (!name.startsWith(common)) common = common.slice(0, -1)
  const isCut = common !== names[0]
  // A name cut in the middle of a word ends with the word before.
  const plain = (
    isCut && names.some((name) => /^[0-9A-Za-z]/.test(name.slice(common.length))) ? common.replace(/[0-9A-Za-z]+$/, '') : common
  ).replace(/(?:[-_.]v?)+$/, '')
  return plain || names[0]! || main.fetcher
}

// The records before a tar's header → attributes of the member, or why readers would make different things of them.
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import { nameIn } from './tar-header.ts'
import type { TarMember } from './tar-members.ts'

/** What pax records say of a member. */
export type Attributes = ReadonlyMap<string, ByteString>

/** The longest name or record that is believed, in bytes. */
export const longest: number = 1 << 20

/** Pax records `LENGTH KEY=VALUE\n`. Repeated keys of the oldest sparse form are joined by commas. Throws InputError `bad-archive`. */
export function attributesIn(content: Buffer, file: string): Attributes {
  const found = new Map<string, ByteString>()
  for (let at = 0; at < content.length;) {
    const head = /^(\d{1,10}) /.exec(content.toString('latin1', at, at + 12))
    const end = at + Number(head?.[1] ?? 0)
    const equals = content.indexOf(0x3d, at)
    if (head === null || end > content.length || equals < 0 || equals >= end || content[end - 1] !== 0x0a) {
      throw badArchive(file, 'an attribute record is damaged')
    }
    const key = content.toString('latin1', at + head[0].length, equals)
    const value = content.toString('latin1', equals + 1, end - 1)
    const repeated = key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes'
    if (repeated) found.set('GNU.sparse.map', found.has('GNU.sparse.map') ? `${found.get('GNU.sparse.map')},${value}` : value)
    else found.set(key, value)
    at = end
  }
  return found
}

/** Of attributes for all members that follow, GNU tar takes each, libarchive none; so none may matter. */
export function checkGeneral(attributes: Attributes, file: string): void {
  for (const key of attributes.keys())
    if (/^(?:path|linkpath|size|GNU\.sparse\..*|SCHILY\.(?:realsize|acl\..*))$/.test(key))
      throw badArchive(file, `it states ${shown(key)} for all members, which not every reader of tar believes`)
}

/** Throws InputError `bad-archive` for attributes that GNU tar and libarchive take in two ways. */
export function checkAttributes(member: TarMember, file: string): void {
  const { attributes } = member
  const isLink = member.kind === 'hard link' || member.kind === 'symbolic link'
  const refuse = (why: string): never => {
    throw badArchive(
      file,
      `the attributes of ${shown(member.name === '' ? nameIn(member.header) : member.name)} ${why}, which readers of tar take in more than one way`,
    )
  }
  for (const key of ['path', 'GNU.sparse.name', ...(isLink ? ['linkpath'] : [])])
    if (attributes.get(key) === '') refuse(`take its ${key} back`)
  if (!/^\d+$/.test(attributes.get('size') ?? '0') || !Number.isSafeInteger(member.size)) {
    throw badArchive(file, `the size of ${shown(member.name)} is no number`)
  }
  if (!isLink && (attributes.get('linkpath') ?? '') !== '') refuse('have the target of a link')
  if (member.kind !== 'file') {
    if (Number(attributes.get('size') ?? 0) > 0) refuse('state a size for what is no file')
    if (hasHoles(attributes)) refuse('state holes in what is no file')
  } else if (Number(attributes.get('SCHILY.realsize') ?? member.size) !== member.size) refuse('state two sizes')
  const owner = /(?:^|,)u(?:ser)?::([^,:]*)/.exec(attributes.get('SCHILY.acl.access') ?? '')?.[1]
  if (owner !== undefined && member.kind === 'file' && owner.includes('x') !== member.executable) refuse('contradict its mode')
}

/** Whether attributes say anything of holes, in one of GNU's forms. */
export function hasHoles(attributes: Attributes): boolean {
  return [...attributes.keys()].some((key) => key.startsWith('GNU.sparse.'))
}

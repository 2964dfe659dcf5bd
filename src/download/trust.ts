// Named CA files to the certificates that are trusted.
import { readFile } from 'node:fs/promises'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { InputError } from '../core/errors.ts'
import type { NetworkSettings } from './settings.ts'

/**
 * The bundled roots and the certificates of all the files together; null where Node trusts all of them by itself, which it is told at its own start.
 * Throws InputError `bad-config` for a file that cannot be read or holds no certificate.
 */
export async function trust(files: NetworkSettings['caFiles']): Promise<SecureContext | null> {
  const named = await Promise.all(files.map(async (file) => ({ byNode: file.byNode === true, found: await certificates(file) })))
  const more = named.filter(({ byNode }) => !byNode).flatMap(({ found }) => found)
  if (more.length === 0) return null
  const known = new Set([...rootCertificates, ...named.flatMap(({ byNode, found }) => (byNode ? found : []))].map(bare))
  if (more.every((certificate) => known.has(bare(certificate)))) return null
  // One context for all connections: to add some 150 certificates takes longer than a handshake.
  return createSecureContext({ ca: [...rootCertificates, ...named.flatMap(({ found }) => found)] })
}

/** A certificate without its line breaks, which writers set where they like. */
const bare = (certificate: string): string => certificate.replace(/\s+/g, '')

async function certificates({ path, source }: NetworkSettings['caFiles'][number]): Promise<string[]> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new InputError('bad-config', `${source} names ${path}, which ${what}; name a PEM file of CA certificates, or unset ${source}`, {
      cause,
    })
  }
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    refuse(`cannot be read (${error.code ?? error.message})`, error),
  )
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (found === null) return refuse('holds no certificate')
  try {
    createSecureContext({ ca: found })
  } catch (error) {
    refuse('holds a certificate that cannot be read', error)
  }
  return found
}

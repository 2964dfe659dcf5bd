// Made-up archives → whether each gets the hash that both of Nix's ways to unpack come to, or a refusal.
import { execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import { InputError } from '../../src/core/errors.ts'
import { printDigest } from '../../src/hash/spelling.ts'

/**
 * `name` is the archive's file name, `unpack` the command of stdenv that unpacks it here. Throws where a hash is not that of nix-prefetch-url and of what the command
 * leaves, or where fewer than a quarter of the runs come to a hash.
 */
export async function judgeArchives(
  archives: fc.Arbitrary<Uint8Array>,
  name: string,
  unpack: readonly [program: string, ...args: string[]],
  numRuns: number,
): Promise<void> {
  const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
  const file = path.join(work, name)
  let hashed = 0
  try {
    await fc.assert(
      fc.asyncProperty(archives, async (bytes) => {
        writeFileSync(file, bytes)
        const ours = await hashOf(file, work)
        if (ours === null) return
        hashed += 1
        const [program, ...args] = unpack
        const theirs = await Promise.all([
          said('nix-prefetch-url', ['--unpack', '--type', 'sha256', `file://${file}`], work),
          hashAfter(program, [...args, file], work),
        ])
        expect(theirs).toEqual([ours, ours])
      }),
      // The same archives each time: a run for others has more of them and no seed.
      { numRuns, seed: 12 },
    )
    expect(hashed).toBeGreaterThan(numRuns / 4)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function hashOf(file: string, temporary: string): Promise<string | null> {
  try {
    const options = { algorithm: 'sha256', root: 'nix-prefetch-url', temporary } as const
    return printDigest((await unpackedDigest(createReadStream(file), path.basename(file), options)).digest, 'nix32')
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return null
  }
}

/** The hash of what a program unpacks into an empty folder, or null where it fails. */
async function hashAfter(program: string, args: readonly string[], work: string): Promise<string | null> {
  const folder = path.join(work, 'unpacked')
  mkdirSync(folder)
  try {
    if ((await said(program, args, folder)) === null) return null
    const top = readdirSync(folder)
    return await said('nix-hash', ['--type', 'sha256', '--base32', path.join(folder, top.length === 1 ? top[0]! : '.')], work)
  } finally {
    execFileSync('chmod', ['-R', 'u+rwx', folder])
    rmSync(folder, { recursive: true })
  }
}

/** What a program prints, or null where it fails. */
function said(program: string, args: readonly string[], cwd: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    let out = ''
    child.stdout.on('data', (part) => (out += String(part)))
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? out.trim() : null))
  })
}

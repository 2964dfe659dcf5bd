// src → dist: three entries and a few chunks, with what they depend on inside. What a command does not need, it does not load: that is what
// starting costs. The types come from tsc.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import type { Plugin, RolldownOptions } from 'rolldown'

const root = fileURLToPath(new URL('.', import.meta.url))
const at = (path: string): string => join(root, ...path.split('/'))

/** Modules and the chunk that they, and all they import that no chunk before has, stand in. In the order of what is needed earlier. */
const chunks: readonly (readonly [name: string, ...modules: string[]])[] = [
  ['main', 'src/cli/main.ts', 'src/workflow/convert.ts'],
  ['files', 'src/compose.ts'],
  ['list', 'src/workflow/list.ts', 'src/cli/report/list.ts'],
  ['writing', 'src/files/write.ts', 'src/files/tidy.ts', 'src/files/lock.ts'],
  ['running', 'src/files/work-tree.ts', 'src/files/command.ts'],
  ['pins', 'src/workflow/update.ts', 'src/workflow/verify.ts', 'src/cli/report/updated.ts', 'src/cli/report/narrowed.ts'],
  ['publish', 'src/cli/publish.ts', 'src/cli/report/github.ts', 'src/cli/report/markdown.ts'],
  [
    'network',
    'src/download/settings.ts',
    'src/download/send.ts',
    'src/download/asset-stream.ts',
    'src/forge/github.ts',
    'scripts/undici.js',
  ],
]

const config: RolldownOptions = defineConfig({
  cwd: root,
  input: { bin: 'src/bin.ts', index: 'src/index.ts', step: 'src/step.ts' },
  platform: 'node',
  // Optional, and the user's to install.
  external: /^@?sigstore(?:\/|$)/,
  preserveEntrySignatures: 'allow-extension',
  // What a module of ours does when it is loaded, nobody depends on.
  treeshake: { moduleSideEffects: (id) => !id.startsWith(at('src') + sep) || id === at('src/bin.ts') || id === at('src/step.ts') },
  plugins: [slimmed(), direct(), builtins(), notices()],
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
    comments: { legal: true, annotation: false, jsdoc: false },
    // Names of functions stay as they are, for traces.
    minify: { compress: true, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: true } },
    codeSplitting: {
      groups: chunks.map(([name, ...modules], index) => {
        const ids = new Set(modules.map(at))
        return { name, test: (id: string) => ids.has(id), priority: chunks.length - index }
      }),
    },
  },
})
// oxlint-disable-next-line import/no-default-export -- what rolldown reads
export default config

/** The part of undici that is used, instead of all of it. */
function slimmed(): Plugin {
  return { name: 'slimmed', resolveId: (id) => (id === 'undici' ? at('scripts/undici.js') : null) }
}

/** Chunks that only pass on what stands in another one: whoever loads them lazily goes there at once, since each file costs a start its time. */
function direct(): Plugin {
  return {
    name: 'direct',
    generateBundle(_, bundle) {
      const passing = new Map<string, { readonly file: string; readonly names: string }>()
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk' || file.isEntry || file.moduleIds.length > 0) continue
        const [, names, from] = /^export\{([^}]*)\}from"\.\/([^"]*)";?\s*$/.exec(file.code) ?? []
        if (names === undefined || from === undefined) continue
        const pairs = names.split(',').map((pair) => pair.split(' as '))
        passing.set(basename(file.fileName), { file: from, names: pairs.map(([own, given = own]) => `${given}:n.${own}`).join(',') })
        delete bundle[file.fileName]
      }
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        file.code = file.code
          .replaceAll(/import\(`(\.\/(?:chunks\/)?)([^`]*)`\)/g, (whole, folder: string, name: string) => {
            const to = passing.get(name)
            return to === undefined ? whole : `import(\`${folder}${to.file}\`).then(n=>({${to.names}}))`
          })
          // The bundler's few functions have no effect of their own.
          .replace(/import"\.\/(?:chunks\/)?rolldown-runtime\.js";/, '')
      }
    },
  }
}

/**
 * Node's own modules, taken as they are: an import makes a view of each first, for which it reads all that the module offers, and so loads what that
 * would only load when it is used. To start programs is asked for when one is started.
 */
function builtins(): Plugin {
  const taken = (name: string): string => `process.getBuiltinModule("${name}")`
  return {
    name: 'builtins',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        file.code = file.code
          .replaceAll(
            /\bimport(?:\*as )? ?([\w$]+) from"(node:[\w/]+)";/g,
            (_whole, name: string, from: string) => `const ${name}=${taken(from)};`,
          )
          .replaceAll(/\bimport\{([^}]*)\}from"(node:[\w/]+)";/g, (_whole, names: string, from: string) => {
            const pairs = names.split(',').map((pair) => pair.split(' as ') as [string, string?])
            if (from !== 'node:child_process') return `const{${pairs.map((pair) => pair.join(':')).join(',')}}=${taken(from)};`
            return pairs.map(([given, own = given]) => `const ${own}=(...all)=>${taken(from)}.${given}(...all);`).join('')
          })
      }
    },
  }
}

/** The licences of what the bundle holds, beside it. */
function notices(): Plugin {
  return {
    name: 'notices',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      const folders = new Set(modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []))
      const texts = [...folders].map(notice).toSorted()
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) })
    },
  }
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly author?: string
  readonly contributors?: readonly { readonly name: string }[]
}

function notice(folder: string): string {
  const { name, version, license, author, contributors = [] } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  const head = `${name} ${version}, ${license}\n\n`
  if (file !== undefined) return `${head}${readFileSync(join(folder, file), 'utf8').trim()}\n`
  if (license !== 'MIT' || author === undefined) throw new Error(`${folder} is bundled but has no licence to keep with it`)
  // It names its licence and has no copy of the text: ours is the same but for the names.
  const [, text = ''] = /\n(Permission is hereby granted[^]*)$/.exec(readFileSync(at('LICENSE'), 'utf8')) ?? []
  const holders = [author, ...contributors.map((each) => each.name)].filter(
    (each, index, all) => all.findIndex((other) => other.startsWith(each)) === index,
  )
  return `${head}Copyright (c) ${holders.join(', ')}\n\n${text.trim()}\n`
}

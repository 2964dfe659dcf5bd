// README.md → the environment variables that its table explains.

/** Rows in their order, without the marks of Markdown. Throws where the table is not there. */
export function environmentOf(readme: string): readonly (readonly [variables: string, use: string])[] {
  const [, table] = /\n## Environment\n+\|[^\n]*\n\| ?-[^\n]*\n((?:\|[^\n]*\n)+)/.exec(readme) ?? []
  if (table === undefined) throw new Error('README.md has no table of variables under "Environment"')
  return table
    .trim()
    .split('\n')
    .map((row) => {
      const [, variables = '', use = ''] = row.split('|').map((cell) => cell.replaceAll('`', '').trim())
      return [variables, use]
    })
}

// The beginning of branch names → why git would not take it.

/** Why branches cannot begin so, as one clause, or null. */
export function prefixProblem(prefix: string): string | null {
  const odd = /[\u0000-\u0020\u007f~^:?*[\\]|@\{|\.\./.exec(prefix)
  if (odd !== null) return `holds ${JSON.stringify(odd[0])}, which git does not take in a branch name`
  if (/^[-/]/.test(prefix)) return `begins with ${prefix[0]!}`
  if (prefix.includes('//')) return 'holds //'
  if (/(?:^|\/)\./.test(prefix)) return 'has a part that begins with a full stop'
  return prefix.includes('.lock/') ? 'has a part that ends with .lock' : null
}

// The arguments of gh → what gh would do, with pull requests in a JSON file and the branches of a bare repository; each call is recorded.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const { FAKE_GH_STATE: file = '', FAKE_GH_REMOTE: remote = '', GH_TOKEN: token = '' } = process.env
const state = JSON.parse(readFileSync(file, 'utf8'))
const args = process.argv.slice(2)
state.calls.push(args)
writeFileSync(file, JSON.stringify(state, null, 2))

const [subject, verb] = args
const options = new Map()
const words = []
for (let i = subject === 'api' ? 1 : 2; i < args.length; i++) {
  if (!args[i].startsWith('--')) words.push(args[i])
  else if (args[i + 1] === undefined) stop(`flag needs an argument: ${args[i]}`)
  else options.set(args[i], [...(options.get(args[i]) ?? []), args[++i]])
}
const one = (name) => options.get(name)?.[0]
const git = (...words) => execFileSync('git', ['-C', remote, ...words], { encoding: 'utf8' })

if (token !== state.token) stop('HTTP 401: Bad credentials (https://api.github.com/graphql)')
else if (state.refuse?.includes(`${subject} ${verb}`))
  stop(`pull request ${verb} failed: GraphQL: GitHub Actions is not permitted to do that`)
else if (subject === 'api') compare(words[0] ?? '')
else if (one('--repo') !== 'github.com/acme/flake') stop(`no such repository: ${one('--repo')}`)
else if (verb === 'list') list()
else if (verb === 'create') create()
else if (verb === 'edit') edit(Number(words[0]))
else stop(`unknown command: ${args.join(' ')}`)
writeFileSync(file, JSON.stringify(state, null, 2))

function stop(message) {
  process.stderr.write(`${message}\n`)
  writeFileSync(file, JSON.stringify(state, null, 2))
  process.exit(1)
}

function list() {
  const found = state.pulls.filter(({ headRefName }) => headRefName === one('--head'))
  const fields = one('--json').split(',')
  const shown = found.map((pull) => Object.fromEntries(fields.map((field) => [field, pull[field]])))
  process.stdout.write(JSON.stringify(shown.toReversed()))
}

function create() {
  const head = one('--head')
  if (state.pulls.some((pull) => pull.headRefName === head && pull.state === 'OPEN' && !pull.isCrossRepository))
    stop(`a pull request for branch "${head}" already exists`)
  git('rev-parse', '--verify', `refs/heads/${head}`)
  git('rev-parse', '--verify', `refs/heads/${one('--base')}`)
  const number = state.pulls.length + 1
  const url = `https://github.com/acme/flake/pull/${number}`
  const text = readFileSync(one('--body-file'), 'utf8')
  const labels = options.get('--label') ?? []
  if (labels.some((label) => !state.labels.includes(label))) stop(`could not add label: '${labels[0]}' not found`)
  const about = { title: one('--title'), body: text, labels, baseRefName: one('--base'), headRefName: head, isCrossRepository: false }
  state.pulls.push({ number, url, state: 'OPEN', ...about })
  process.stdout.write(`${url}\n`)
}

function edit(number) {
  const pull = state.pulls.find((each) => each.number === number)
  if (pull === undefined) stop(`no pull request ${number}`)
  if (options.has('--title')) pull.title = one('--title')
  if (options.has('--body-file')) pull.body = readFileSync(one('--body-file'), 'utf8')
  process.stdout.write(`${pull.url}\n`)
}

function compare(path) {
  const [, base, head] = /^repos\/acme\/flake\/compare\/([0-9a-f]{40})\.\.\.([0-9a-f]{40})$/.exec(path) ?? []
  if (base === undefined) stop('gh: Not Found (HTTP 404)')
  const fork = git('merge-base', base, head).trim()
  const commits = git('log', '--reverse', '--format=%H %ae %ce', `${base}..${head}`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([sha, author, committer]) => ({ sha, commit: { author: { email: author }, committer: { email: committer } } }))
  const words = git('diff-tree', '-r', '-z', fork, head).split('\0')
  const files = words.flatMap((word, i) => (word.startsWith(':') ? [{ filename: words[i + 1], sha: word.split(' ')[3] }] : []))
  process.stdout.write(JSON.stringify({ total_commits: commits.length, commits, files }))
}

// ListDocument → what `pinhash list` prints.
import type { ListDocument, ListedAsset, ListedPin, UnmanagedFetch } from '../../core/report.ts'
import type { Printed } from '../command.ts'
import { count, hashText, printable, table } from './layout.ts'
import { problemLines } from './problems.ts'
import { joinSystems, systemsText } from './systems.ts'
import type { Paint, View } from './view.ts'

/** One line a pin (with `verbose`, its assets below it), then the fetches that are not managed; with `quiet` only the latter. */
export function listText(document: ListDocument, view: View): Printed {
  const { pins, unmanaged, problems } = document
  const blocks = [view.quiet ? [] : pinLines(pins, view), unmanaged.length === 0 ? [] : unmanagedLines(unmanaged, view)]
  const stdout = blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : ['', ...block]))
  const nothing = pins.length === 0 && unmanaged.length === 0 && !view.quiet
  return { stdout, stderr: [...problemLines(problems, view), ...(nothing ? ['no pins found'] : [])] }
}

function pinLines(pins: readonly ListedPin[], view: View): readonly string[] {
  const headers = table(
    pins.map((pin) => [
      { text: printable(pin.pin), paint: view.out.strong },
      { text: printable(pin.tag ?? '-') },
      { text: printable(pin.org === null || pin.name === null ? '-' : `${pin.org}/${pin.name}`) },
      { text: printable(systemsText(Object.keys(pin.systems), Object.keys(pin.systems))) },
      { text: [...new Set(assetsOf(pin).map(({ hash }) => hash.spelling))].join(', ') },
      { text: printable(`${pin.file}:${pin.line}`), paint: view.out.faint },
      { text: printable((pin.constraints ?? []).join(', ')), paint: view.out.warning },
    ]),
  )
  return headers.flatMap((header, i) => [header, ...(view.verbose ? assetLines(pins[i], view.out.faint) : [])])
}

function assetLines(pin: ListedPin | undefined, faint: Paint): readonly string[] {
  if (pin === undefined) return []
  const key = ({ url, mode, hash }: ListedAsset): string => JSON.stringify([url, mode, hash.file, hash.line, hash.value])
  return joinSystems(pin.systems, key).flatMap(({ systems, asset }) => [
    `  ${printable(systems)}`,
    `    ${printable(asset.url)}${asset.mode === 'unpacked' ? ' (unpacked)' : ''}`,
    `    ${printable(hashText(asset.hash.value))}   ${faint(printable(`${asset.hash.file}:${asset.hash.line}`))}`,
  ])
}

function unmanagedLines(unmanaged: readonly UnmanagedFetch[], view: View): readonly string[] {
  const rows = unmanaged.map(({ file, line, fetcher, reason }) => [
    { text: printable(`${file}:${line}`), paint: view.out.faint },
    { text: printable(fetcher) },
    { text: printable(reason) },
  ])
  return [view.out.warning(`${count(unmanaged.length, 'fetch')} seen, not managed:`), ...table(rows, '  ')]
}

function assetsOf(pin: ListedPin): readonly ListedAsset[] {
  return Object.values(pin.systems).flat()
}

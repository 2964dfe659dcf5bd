import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barProgress, frame, lineProgress } from '../../src/cli/progress.ts'
import type { ProgressState } from '../../src/cli/progress.ts'
import { width } from '../../src/cli/report/layout.ts'

const state: ProgressState = {
  bars: [
    { label: 'cue_linux_amd64.tar.gz', total: 8_000_000, received: 2_000_000 },
    { label: 'cue_darwin.tar.gz', total: null, received: 1_500 },
  ],
  done: { count: 1, bytes: 10_000_000 },
  milliseconds: 2_000,
}

describe('a frame', () => {
  it('is a line for each download and one for all', () => {
    expect(frame(state, 80, 24)).toEqual([
      `cue_linux_amd64.tar.gz  ${'█'.repeat(7)}${'░'.repeat(23)}   25 %  2.0 MB of 8.0 MB`,
      'cue_darwin.tar.gz       1.5 kB',
      '1 done, 2 under way, 12.0 MB, 6.0 MB/s',
    ])
  })

  it('is nothing when nothing is under way', () => {
    expect(frame({ ...state, bars: [] }, 80, 24)).toEqual([])
  })

  it('says how many do not fit', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ label: `asset-${i}`, total: 100, received: 100 }))
    const lines = frame({ ...state, bars: many, milliseconds: 0 }, 80, 6)
    expect(lines).toHaveLength(5)
    expect(lines.at(-1)).toBe('1 done, 9 under way, 10.0 MB, 5 not shown')
  })

  it('fits any terminal, whatever is downloaded', () => {
    const bar = fc.record({ label: fc.string({ maxLength: 80 }), total: fc.option(fc.nat()), received: fc.nat() })
    fc.assert(
      fc.property(
        fc.array(bar, { maxLength: 30 }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 2, max: 60 }),
        (bars, columns, rows) => {
          const lines = frame({ bars, done: { count: 0, bytes: 0 }, milliseconds: 1_000 }, columns, rows)
          expect(lines.length).toBeLessThan(Math.max(2, rows))
          for (const line of lines) {
            expect(width(line)).toBeLessThanOrEqual(columns)
            expect(line).not.toMatch(/[\u0000-\u001f]/)
          }
        },
      ),
    )
  })
})

/** A terminal of ten lines' height that understands what bars are drawn with. */
function screen(): { write(text: string): void; size(): { columns: number; rows: number }; lines(): readonly string[]; writes: number } {
  let lines: string[] = ['$ pinhash update']
  return {
    writes: 0,
    write(text) {
      this.writes++
      for (const part of text.split(/(\u001b\[\d*[FJ]|\n)/)) {
        const up = /^\u001b\[(\d+)F$/.exec(part)
        if (up !== null) lines = lines.slice(0, lines.length - Number(up[1]))
        else if (part !== '\n' && part !== '' && part !== '\u001b[0J') lines.push(part)
      }
    },
    size: () => ({ columns: 60, rows: 10 }),
    lines: () => lines,
  }
}

describe('bars', () => {
  it('are drawn in place at most ten times a second and leave no trace', () => {
    const terminal = screen()
    let now = 0
    const progress = barProgress(terminal, () => now)
    progress.begin('a', 'a.tar.gz', 1_000)
    progress.begin('b', 'b.tar.gz', 1_000)
    for (let received = 1; received <= 1_000; received++) {
      now += 1
      progress.advance('a', received)
    }
    expect(terminal.writes).toBeGreaterThan(5)
    expect(terminal.writes).toBeLessThanOrEqual(11)
    expect(terminal.lines()).toHaveLength(4)
    expect(terminal.lines()[1]).toMatch(/^a\.tar\.gz .*100 %/)
    progress.end('a')
    progress.close()
    expect(terminal.lines()).toEqual(['$ pinhash update'])
    progress.advance('b', 10)
    progress.end('b')
    expect(terminal.lines()).toEqual(['$ pinhash update'])
  })

  it('vanish with the last download', () => {
    const terminal = screen()
    const progress = barProgress(terminal, () => 0)
    progress.begin('a', 'a.tar.gz', null)
    expect(terminal.lines()).toHaveLength(3)
    progress.end('a')
    expect(terminal.lines()).toEqual(['$ pinhash update'])
  })
})

it('is a plain line for each download in a log', () => {
  let log = ''
  const progress = lineProgress({ write: (text) => void (log += text), size: () => null })
  progress.begin('a', 'a\u001b.gz', 10)
  progress.advance('a', 5)
  progress.advance('a', 10)
  progress.end('a')
  progress.end('a')
  expect(log).toBe('a�.gz: 10 B received\n')
})

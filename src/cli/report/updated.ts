// A document of `update` → what it prints.
import type { OutcomeDocument } from '../../core/report.ts'
import type { Printed } from '../command.ts'
import { diffText } from './diff.ts'
import { outcomeLines, summaryLine } from './outcomes.ts'
import { problemLines } from './problems.ts'
import type { View } from './view.ts'

/** What an update came to. A dry run has the diff, and only that, on standard output. */
export function updatedText(document: OutcomeDocument, view: View, dryRun: boolean): Printed {
  const lines = outcomeLines(document, view, dryRun ? view.err : view.out)
  const report = view.quiet ? lines : [...lines, summaryLine(document, view, dryRun)]
  const problems = problemLines(document.problems, view)
  if (!dryRun) return { stdout: report, stderr: problems }
  return { stdout: [], verbatim: diffText(document.diff ?? '', view.out), stderr: [...problems, ...report] }
}
